extension Surface {
  /// Fills and frames a box of at most this size in the middle of `rect`, and returns the space within, with a column left
  /// free at either side.
  package mutating func popup(_ size: Size, title: String, over rect: Rect, theme: Theme) -> Rect {
    let place = rect.centered(size)
    fill(place, style: theme.resolved(.overlay))
    return frame(
      place, title: title, style: theme.resolved(.overlayBorder), titleStyle: theme.resolved(.overlayTitle)
    ).insetColumns
  }

  /// Lines in a popup as wide as the longest of them, wrapped where there is less room.
  package mutating func popup(_ lines: [[Span]], title: String, over rect: Rect, theme: Theme) {
    let longest = lines.map { $0.reduce(0) { $0 + $1.columns } }.max() ?? 0
    let width = min(rect.width, max(longest + 4, TextWidth.columns(of: title) + 6))
    let rows = lines.flatMap { $0.isEmpty ? [[]] : $0.wrapped(to: max(1, width - 4)) }
    let inner = popup(Size(width: width, height: rows.count + 2), title: title, over: rect, theme: theme)
    for (index, row) in rows.prefix(inner.height).enumerated() { write(row, in: inner.row(index)) }
  }
}
