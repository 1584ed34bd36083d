/// One place of a surface.
package struct Cell: Hashable, Sendable {
  /// What it shows.
  package var glyph: Glyph
  var foreground: Color
  var background: Color
  var attributes: Attributes
  /// 1 or 2 columns; 0 for the right half of a wide glyph, which belongs to the cell on its left.
  package internal(set) var columns: UInt8

  static let blank = Cell(.space, .plain)

  init(_ glyph: Glyph, _ style: Style, columns: UInt8 = 1) {
    self.glyph = glyph
    foreground = style.foreground
    background = style.background
    attributes = style.attributes
    self.columns = columns
  }

  /// How it looks.
  package internal(set) var style: Style {
    get { Style(foreground, on: background, attributes) }
    set {
      foreground = newValue.foreground
      background = newValue.background
      attributes = newValue.attributes
    }
  }
}

/// A grid of cells to draw on.
///
/// What holds after every call: no glyph is wider than its place, no half of a wide glyph stands alone, and nothing
/// but visible text is in it, whatever was written. Drawing outside of it draws nothing.
package struct Surface: Equatable, Sendable {
  /// Columns and rows.
  package let size: Size
  /// Where the terminal shows its cursor; nil hides it.
  package var cursor: Point?
  /// Row by row.
  package private(set) var cells: ContiguousArray<Cell>

  package init(_ size: Size) {
    self.size = size
    cells = ContiguousArray(repeating: .blank, count: size.width * size.height)
  }

  package init(width: Int, height: Int) { self.init(Size(width: width, height: height)) }

  /// All of it.
  package var bounds: Rect { Rect(size) }

  /// The cell at this place, which must be within `bounds`.
  package subscript(x: Int, y: Int) -> Cell { cells[y * size.width + x] }

  /// Writes one line of text from `point` to the right and returns the columns it took.
  ///
  /// What reaches beyond `clip` (or the surface) isn't drawn. Colours that `style` leaves at default keep what is
  /// there, and its attributes are added.
  @discardableResult
  package mutating func write(
    _ text: some StringProtocol, at point: Point, style: Style = .plain, clip: Rect? = nil
  ) -> Int {
    write(Substring(text), at: point, style, in: clip.map { $0.intersection(bounds) } ?? bounds)
  }

  private mutating func write(_ text: Substring, at point: Point, _ style: Style, in area: Rect) -> Int {
    guard point.y >= area.y, point.y < area.maxY, point.x < area.maxX else { return 0 }
    if let ascii = TextWidth.asciiColumns(of: text) {
      putASCII(text.utf8, x: point.x, y: point.y, style, area)
      return min(ascii, area.maxX - point.x)
    }
    var x = point.x
    var scanner = GlyphScanner(text)
    while x < area.maxX, let element = scanner.next() {
      if x + element.columns > area.maxX { break }
      put(element.glyph, columns: element.columns, x: x, y: point.y, style, area)
      x += element.columns
    }
    return x - point.x
  }

  /// Empties `rect` and gives it exactly this style: what was beneath is gone.
  package mutating func fill(_ rect: Rect, style: Style = .plain, with glyph: Character = " ") {
    let rect = rect.intersection(bounds)
    guard !rect.isEmpty else { return }
    var scanner = GlyphScanner(Substring(String(glyph)))
    let shown = scanner.next().flatMap { $0.columns == 1 ? $0.glyph : nil } ?? .space
    let cell = Cell(shown, style)
    for y in rect.y..<rect.maxY {
      splitWide(x: rect.x, y: y)
      splitWide(x: rect.maxX, y: y)
      let start = y * size.width
      for index in (start + rect.x)..<(start + rect.maxX) { cells[index] = cell }
    }
  }

  /// The way of most text: each byte is a cell.
  private mutating func putASCII(_ bytes: Substring.UTF8View, x: Int, y: Int, _ style: Style, _ area: Rect) {
    let shown = bytes.dropFirst(max(0, area.x - x)).prefix(area.maxX - max(x, area.x))
    guard !shown.isEmpty else { return }
    let start = max(x, area.x)
    splitWide(x: start, y: y)
    splitWide(x: start + shown.count, y: y)
    var index = y * size.width + start
    for byte in shown {
      cells[index] = Cell(Glyph(id: UInt32(byte)), style.over(cells[index].style))
      index += 1
    }
  }

  private mutating func put(_ glyph: Glyph, columns: Int, x: Int, y: Int, _ style: Style, _ area: Rect) {
    guard x >= area.x else { return }
    splitWide(x: x, y: y)
    splitWide(x: x + columns, y: y)
    let index = y * size.width + x
    let shown = style.over(cells[index].style)
    cells[index] = Cell(glyph, shown, columns: UInt8(columns))
    if columns == 2 { cells[index + 1] = Cell(.space, shown, columns: 0) }
  }

  /// Makes sure that no wide glyph reaches across the left edge of column `x`.
  private mutating func splitWide(x: Int, y: Int) {
    guard x > 0, x < size.width else { return }
    let index = y * size.width + x
    guard cells[index].columns == 0 else { return }
    for half in [index - 1, index] {
      cells[half].glyph = .space
      cells[half].columns = 1
    }
  }
}
