/// A question in one row. The keys that answer it are bindings of the pane, and stand in the footer.
package struct Question: Sendable {
  /// What is asked.
  package var sentence: String

  /// A question.
  package init(_ sentence: String) { self.sentence = sentence }

  /// Draws it into the first row of `rect`.
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    surface.fill(rect, style: theme[.text])
    surface.write([Span(sentence, theme[.warning])], in: rect)
  }
}
