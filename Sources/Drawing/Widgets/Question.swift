/// A question in one row, with the keys that answer it; the same bindings take the keys.
package struct Question<Action: Sendable>: Sendable {
  /// What is asked.
  package var sentence: String
  /// The answers, with a word or two each in their `footer`.
  package var answers: [Binding<Action>]

  /// A question with its answers.
  package init(_ sentence: String, answers: [Binding<Action>]) {
    self.sentence = sentence
    self.answers = answers
  }

  /// Draws it into the first row of `rect`.
  package func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    surface.fill(rect, style: theme[.text])
    let keys = answers.flatMap { answer -> [Span] in
      guard let key = answer.keys.first, let words = answer.footer else { return [] }
      return [Span("  \(key)", theme[.key]), Span(" \(words)")]
    }
    surface.write([Span(sentence, theme[.warning])] + keys, in: rect)
  }
}
