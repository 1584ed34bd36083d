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
  package private(set) var text = TextSearch("")
  private var field: LineField?
  private var placeholder: String

  /// A search for nothing; the placeholder says what can be found.
  package init(placeholder: String) { self.placeholder = placeholder }

  /// What is looked for, as it was typed.
  package var query: String { text.query }

  /// Whether the line is open.
  package var isTyping: Bool { field != nil }

  /// Whether the line is open or something is looked for.
  package var isShown: Bool { isTyping || !query.isEmpty }

  /// Opens the line with what was looked for last, which can be refined.
  package mutating func begin() { open(with: query) }

  /// Opens an empty line for another search; the last one stays until something is typed.
  /// - Parameter placeholder: what can be found.
  package mutating func beginAnew(placeholder: String) {
    self.placeholder = placeholder
    open(with: "")
  }

  private mutating func open(with text: String) {
    var field = LineField(prompt: "/", placeholder: placeholder)
    field.setText(text)
    self.field = field
  }

  /// Closes the line, and looks for its text further on.
  package mutating func end() { field = nil }

  /// Closes the line and looks for nothing.
  package mutating func clear() {
    field = nil
    text = TextSearch("")
  }

  /// Takes what is typed into the line.
  package mutating func handle(_ event: Event) -> Outcome {
    guard let outcome = field?.handle(event) else { return .ignored }
    switch outcome {
    case .ignored: return event.isTyping ? .handled : .ignored
    case .handled: return .handled
    case .changed: text = TextSearch(field?.text ?? "")
    case .submitted(let query):
      text = TextSearch(query)
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
