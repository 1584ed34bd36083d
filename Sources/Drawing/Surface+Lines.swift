/// The lines that frames are made of.
package enum LineStyle: Hashable, Sendable {
  /// Single lines with round or square corners, a heavy one, and one for terminals without line drawing.
  case rounded, square, heavy, ascii

  var glyphs: (horizontal: String, vertical: String, corners: [String]) {
    switch self {
    case .rounded: ("─", "│", ["╭", "╮", "╰", "╯"])
    case .square: ("─", "│", ["┌", "┐", "└", "┘"])
    case .heavy: ("━", "┃", ["┏", "┓", "┗", "┛"])
    case .ascii: ("-", "|", ["+", "+", "+", "+"])
    }
  }
}

extension Surface {
  /// Draws a line to the right.
  package mutating func horizontalLine(
    at point: Point, length: Int, style: Style = .plain, line: LineStyle = .rounded, clip: Rect? = nil
  ) {
    for x in point.x..<(point.x + max(0, length)) {
      write(line.glyphs.horizontal, at: Point(x: x, y: point.y), style: style, clip: clip)
    }
  }

  /// Draws a line downwards.
  package mutating func verticalLine(
    at point: Point, length: Int, style: Style = .plain, line: LineStyle = .rounded, clip: Rect? = nil
  ) {
    for y in point.y..<(point.y + max(0, length)) {
      write(line.glyphs.vertical, at: Point(x: point.x, y: y), style: style, clip: clip)
    }
  }

  /// Draws a frame along the edge of `rect`, with a title in its upper line, and returns the space within.
  ///
  /// A rectangle too small for a frame is returned whole and nothing is drawn.
  @discardableResult
  package mutating func frame(
    _ rect: Rect, title: String = "", style: Style = .plain, titleStyle: Style? = nil, line: LineStyle = .rounded
  ) -> Rect {
    guard rect.width >= 2, rect.height >= 2 else { return rect }
    let right = rect.maxX - 1
    let bottom = rect.maxY - 1
    for y in [rect.y, bottom] {
      horizontalLine(at: Point(x: rect.x + 1, y: y), length: rect.width - 2, style: style, line: line)
    }
    for x in [rect.x, right] {
      verticalLine(at: Point(x: x, y: rect.y + 1), length: rect.height - 2, style: style, line: line)
    }
    let places = [(rect.x, rect.y), (right, rect.y), (rect.x, bottom), (right, bottom)]
    for (corner, place) in zip(line.glyphs.corners, places) {
      write(corner, at: Point(x: place.0, y: place.1), style: style)
    }
    if !title.isEmpty, rect.width >= 6 {
      let text = " \(TextWidth.truncate(title, to: rect.width - 6)) "
      write(text, at: Point(x: rect.x + 2, y: rect.y), style: titleStyle ?? style)
    }
    return rect.inset()
  }
}
