/// A search: what is looked for, and the line into which it is typed.
package struct SearchField: Sendable {
  /// What became of an event.
  package enum Outcome: Hashable, Sendable {
    /// Not for a search.
    case ignored
    /// The cursor moved, or the event means nothing while text is typed.
    case handled
    /// Something else is looked for now.
    case changed
    /// Enter: the line is closed, and what it says is looked for.
    case submitted
  }

  /// What is looked for; empty while nothing is.
  package private(set) var query = ""
  private var field: LineField?
  private let placeholder: String

  /// A search for nothing; the placeholder says what can be found.
  package init(placeholder: String) { self.placeholder = placeholder }

  /// Whether the line is open.
  package var isTyping: Bool { field != nil }

  /// Whether the line is open or something is looked for.
  package var isShown: Bool { isTyping || !query.isEmpty }

  /// Opens the line with what was looked for last.
  package mutating func begin() {
    var field = LineField(prompt: "/", placeholder: placeholder)
    field.setText(query)
    self.field = field
  }

  /// Closes the line, and looks for its text further on.
  package mutating func end() { field = nil }

  /// Closes the line and looks for nothing.
  package mutating func clear() {
    field = nil
    query = ""
  }

  /// Takes what is typed into the line.
  package mutating func handle(_ event: Event) -> Outcome {
    guard let outcome = field?.handle(event) else { return .ignored }
    switch outcome {
    case .ignored: return event.isTyping ? .handled : .ignored
    case .handled: return .handled
    case .changed: query = field?.text ?? ""
    case .submitted(let text):
      query = text
      field = nil
      return .submitted
    case .canceled: clear()
    }
    return .changed
  }

  /// Draws the line into the first row of `rect`, or what is looked for, with `count` saying how much was found.
  package func draw(_ count: String = "", in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme) {
    if let field {
      field.draw(in: rect, focused: focused, on: &surface, theme: theme)
    } else {
      let found = count.isEmpty ? [] : [Span("  " + count, theme[.textDim])]
      surface.write([Span("/", theme[.inputPrompt]), Span(query, theme[.input])] + found, in: rect)
    }
  }
}
