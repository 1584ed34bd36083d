/// A piece of a line in one style.
package struct Span: Hashable, Sendable {
  /// What it says.
  package var text: String
  /// How it looks.
  package var style: Style

  package init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  /// The columns it takes.
  package var columns: Int { TextWidth.columns(of: text) }
}

extension Surface {
  /// Writes pieces one after the other and returns the columns they took; see `write(_:at:style:clip:)`.
  @discardableResult
  package mutating func write(_ spans: [Span], at point: Point, clip: Rect? = nil) -> Int {
    var x = point.x
    for span in spans {
      x += write(span.text, at: Point(x: x, y: point.y), style: span.style, clip: clip)
    }
    return x - point.x
  }

  /// Writes pieces into the first row of `rect`, with an ellipsis where they don't fit.
  package mutating func write(_ spans: [Span], in rect: Rect, _ alignment: Alignment = .left) {
    guard !rect.isEmpty else { return }
    let row = rect.row(0)
    let columns = spans.reduce(0) { $0 + $1.columns }
    guard columns > rect.width else {
      let space = rect.width - columns
      let x = rect.x + (alignment == .left ? 0 : alignment == .right ? space : space / 2)
      write(spans, at: Point(x: x, y: rect.y), clip: row)
      return
    }
    var left = rect.width
    var x = rect.x
    for span in spans where left > 0 {
      let isCut = span.columns > left || (span.columns == left && span != spans.last)
      let text = isCut ? TextWidth.clip(span.text, to: left - 1).text + "…" : span.text
      let used = write(text, at: Point(x: x, y: rect.y), style: span.style, clip: row)
      x += used
      left = isCut ? 0 : left - used
    }
  }
}
