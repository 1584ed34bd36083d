/// Where the values of a chart lie on its surface.
struct ChartPlot {
  let rect: Rect
  /// The cells between the axes.
  let area: Rect
  let xTicks: [Double]
  let yTicks: [Double]
  private let xRange: ClosedRange<Double>
  private let yRange: ClosedRange<Double>  // of heights: logarithms on a logarithmic scale
  private let scale: LineChart.Scale

  init?(_ chart: LineChart, _ rect: Rect) {
    scale = chart.scale
    let heights = chart.series.flatMap { $0.values }.filter { $0.x.isFinite && Self.height($0.y, chart.scale) != nil }
    guard let left = heights.map(\.x).min(), let right = heights.map(\.x).max(),
      let low = heights.map(\.y).min(), let high = heights.map(\.y).max()
    else { return nil }
    let rows = rect.height - 3
    let most = max(2, (rows + 1) / 2)
    switch chart.scale {
    case .linear:
      // The axis ends at round values.
      yTicks = ChartNumber.ticks(low, high, most: most)
      yRange = Self.widened(min(low, yTicks.first ?? low), max(high, yTicks.last ?? high))
    case .logarithmic:
      // Round values may be far away there: the axis ends with the curves.
      yTicks = ChartNumber.roundValues(low, high, most: most)
      yRange = Self.widened(ChartNumber.log10(low), ChartNumber.log10(high))
    }
    xRange = Self.widened(left, right)
    let labels = yTicks.map { ChartNumber.text($0).count }.max() ?? 0
    self.rect = rect
    area = Rect(x: rect.x + labels + 1, y: rect.y + 1, width: rect.width - labels - 1, height: rows)
    xTicks = ChartNumber.ticks(left, right, most: max(3, area.width / 10)).filter { $0 >= left && $0 <= right }
    guard area.width >= 2 else { return nil }
  }

  /// The column in which `x` lies, if it is in range.
  func column(ofX x: Double?) -> Int? {
    guard let x, xRange.contains(x) else { return nil }
    return area.x + min(area.width - 1, dotX(x) / 2)
  }

  /// The row in which `y` lies, if it is in range.
  func row(ofY y: Double) -> Int? {
    guard let height = Self.height(y, scale), yRange.contains(height) else { return nil }
    return area.y + dotY(height) / 4
  }

  /// The value of a curve nearest to `x`.
  func value(of curve: ChartSeries, at x: Double?) -> Double? {
    guard let x else { return nil }
    return curve.values.filter(\.y.isFinite).min { abs($0.x - x) < abs($1.x - x) }?.y
  }

  /// Draws a curve: a line from dot to dot, and in each column of dots all that its values span.
  func draw(_ curve: ChartSeries, _ dots: inout BrailleDots) {
    var last: (x: Int, y: Int)?
    for value in curve.values where value.x.isFinite {
      guard let height = Self.height(value.y, scale) else { continue }
      let here = (x: dotX(value.x), y: dotY(height))
      dots.line(from: last ?? here, to: here)
      last = here
    }
  }

  private func dotX(_ x: Double) -> Int { dot(x, xRange, area.width * 2) }

  private func dotY(_ height: Double) -> Int { area.height * 4 - 1 - dot(height, yRange, area.height * 4) }

  private func dot(_ value: Double, _ range: ClosedRange<Double>, _ count: Int) -> Int {
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return Int((min(1, max(0, share)) * Double(count - 1)).rounded())
  }

  private static func height(_ y: Double, _ scale: LineChart.Scale) -> Double? {
    guard y.isFinite else { return nil }
    switch scale {
    case .linear: return y
    case .logarithmic: return y > 0 ? ChartNumber.log10(y) : nil
    }
  }

  private static func widened(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    if high > low { return low...high }
    let margin = max(abs(low) * 0.5, 0.5)
    return (low - margin)...(low + margin)
  }
}

/// Dots in cells: the braille patterns, two dots wide and four high.
struct BrailleDots {
  /// The number of what is being drawn; the last one to touch a cell decides how it looks.
  var style = 0
  /// Whether lines have gaps.
  var isDashed = false {
    didSet { travelled = 0 }
  }

  /// How many dots the line has passed; every other six of them are left out where it is dashed.
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
      if !isDashed || travelled % 12 < 7 { set(here.x, here.y) }
    }
  }

  private mutating func set(_ x: Int, _ y: Int) {
    let index = y / 4 * area.width + x / 2
    guard x >= 0, y >= 0, x / 2 < area.width, y / 4 < area.height else { return }
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
