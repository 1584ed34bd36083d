/// Sentences in the middle of a panel that has nothing to show: what is missing, and the key that helps.
package struct EmptyState: Hashable, Sendable {
  /// The sentences; line breaks are kept.
  package var text: String

  /// The state with this text.
  package init(_ text: String) { self.text = text }

  /// Draws as many of its lines as there is space for.
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    guard !rect.isEmpty else { return }
    let lines = TextWidth.wrap(text, to: rect.width)
    let top = max(0, (rect.height - lines.count) / 2)
    for (index, line) in lines.prefix(rect.height - top).enumerated() {
      surface.write([Span(line, theme[.textDim])], in: rect.row(top + index), .center)
    }
  }
}
