/// The lines of a frame that can carry a label.
package enum FrameEdge: Hashable, Sendable {
  /// The upper line, which has the title at its left, and the lower one.
  case top, bottom
}

extension Surface {
  /// Writes a label into the line of a frame, at the right end; nothing where it doesn't fit beside a title of
  /// `titleColumns`.
  package mutating func label(
    _ spans: [Span], on edge: FrameEdge, of frame: Rect, titleColumns: Int = 0
  ) {
    let columns = spans.reduce(2) { $0 + $1.columns }
    let taken = titleColumns > 0 ? titleColumns + 5 : 2
    guard frame.height >= 2, columns > 2, columns + taken + 2 <= frame.width else { return }
    let place = Point(x: frame.maxX - 2 - columns, y: edge == .top ? frame.y : frame.maxY - 1)
    write([Span(" ")] + spans + [Span(" ")], at: place)
  }
}
