/// Shows which part of something long is in view.
package struct Scrollbar: Hashable, Sendable {
  /// How much there is.
  package var total: Int
  /// How much of it is in view.
  package var visible: Int
  /// How much is before that.
  package var offset: Int

  package init(total: Int, visible: Int, offset: Int) {
    self.total = total
    self.visible = visible
    self.offset = offset
  }

  /// Draws it into the first column of `rect`; nothing if all is in view.
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard total > visible, visible > 0, !rect.isEmpty else { return }
    let length = max(1, min(rect.height, rect.height * visible / total))
    let room = rect.height - length
    let hidden = total - visible
    var start = (min(max(0, offset), hidden) * room + hidden / 2) / hidden
    if offset > 0, start == 0, room > 1 { start = 1 }  // the ends are reached only at the ends
    if offset < hidden, start == room, room > 1 { start = room - 1 }
    for y in 0..<rect.height {
      let isThumb = y >= start && y < start + length
      surface.write(
        isThumb ? "█" : "│", at: Point(x: rect.x, y: rect.y + y), style: theme[isThumb ? .scrollbarThumb : .scrollbar],
        clip: rect)
    }
  }
}
