/// Dots in cells: the braille patterns, two dots wide and four high.
struct BrailleDots {
  /// The number of what is being drawn; the last one to touch a cell decides how it looks.
  var style = 0
  /// Which dots along a line are there.
  var line = ChartSeries.Line.solid {
    didSet { travelled = 0 }
  }

  /// How many dots the line has passed.
  private var travelled = 0
  private var last: (x: Int, y: Int) = (-1, -1)

  private let area: Rect
  private var patterns: [UInt8]
  private var styles: [Int]

  private static let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  init(_ area: Rect) {
    self.area = area
    patterns = Array(repeating: 0, count: area.width * area.height)
    styles = Array(repeating: 0, count: area.width * area.height)
  }

  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y))
    for step in 0...steps {
      let share = steps == 0 ? 0 : Double(step) / Double(steps)
      let here = (
        x: start.x + Int((Double(end.x - start.x) * share).rounded()),
        y: start.y + Int((Double(end.y - start.y) * share).rounded())
      )
      if here != last { travelled += 1 }
      last = here
      if line.hasDot(travelled) { set(here.x, here.y) }
    }
  }

  private mutating func set(_ x: Int, _ y: Int) {
    guard x >= 0, y >= 0, x / 2 < area.width, y / 4 < area.height else { return }
    let index = y / 4 * area.width + x / 2
    patterns[index] |= BrailleDots.bits[x % 2][y % 4]
    styles[index] = style
  }

  func draw(on surface: inout Surface, look: (Int) -> Style) {
    for (index, pattern) in patterns.enumerated() where pattern != 0 {
      guard let scalar = Unicode.Scalar(0x2800 + UInt32(pattern)) else { continue }
      let place = Point(x: area.x + index % area.width, y: area.y + index / area.width)
      surface.write(String(Character(scalar)), at: place, style: look(styles[index]))
    }
  }
}

extension ChartSeries.Line {
  /// Whether the dot with this number along the line is there.
  func hasDot(_ number: Int) -> Bool {
    switch self {
    case .solid: true
    case .dashed: number % 12 < 7
    case .dotted: number % 3 == 0
    case .mixed: [1, 2, 3, 4, 5, 6, 9].contains(number % 12)
    case .sparse: number % 10 < 3
    }
  }

  /// What stands for it in the legend.
  package var sample: String {
    switch self {
    case .solid: "━"
    case .dashed: "╍"
    case .dotted: "┈"
    case .mixed: "╌"
    case .sparse: "╴"
    }
  }
}
