/// A line to type into, as search and palette want it: with a prompt, and a history on the arrow keys.
package struct LineField: Sendable {
  /// What became of an event.
  package enum Outcome: Hashable, Sendable {
    /// Not for a line.
    case ignored
    /// The cursor moved.
    case handled
    /// The text is another one now.
    case changed
    /// Enter: the text is what was meant. It is in the history now.
    case submitted(String)
    /// Escape, or backspace in an empty line.
    case canceled
  }

  /// What stands before the text.
  package var prompt: String
  /// What is shown while there is no text.
  package var placeholder: String

  private var editor = TextEditor()
  private var history: [String]
  private var recalled: Int?  // the entry of the history that is shown
  private var draft = ""  // what was typed before going into the history

  private static let historyLimit = 100

  /// Makes an empty line; `history` has the oldest entry first.
  package init(prompt: String = "", placeholder: String = "", history: [String] = []) {
    self.prompt = prompt
    self.placeholder = placeholder
    self.history = history
  }

  /// What was typed.
  package var text: String { editor.text }

  /// Replaces what was typed and puts the cursor at its end.
  package mutating func setText(_ text: String) {
    editor = TextEditor(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    editor.move(to: TextPosition(line: 0, column: .max))
    recalled = nil
  }

  /// Takes an event.
  package mutating func handle(_ event: Event) -> Outcome {
    let revision = editor.revision
    switch event {
    case .key(.enter):
      let text = text
      if !text.isEmpty, history.last != text { history.append(text) }
      if history.count > LineField.historyLimit { history.removeFirst() }
      recalled = nil
      return .submitted(text)
    case .key(.escape): return .canceled
    case .key(.backspace) where text.isEmpty: return .canceled
    case .key(.up), .key(.control("p")): return recall(by: -1)
    case .key(.down), .key(.control("n")): return recall(by: 1)
    case .key(.tab), .key(.backTab), .key(.pageUp), .key(.pageDown), .mouse: return .ignored
    case .paste(let text): editor.insert(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    default: guard editor.handle(event) else { return .ignored }
    }
    return editor.revision == revision ? .handled : .changed
  }

  private mutating func recall(by step: Int) -> Outcome {
    let index = (recalled ?? history.count) + step
    guard index >= 0, index <= history.count, recalled != nil || step < 0 else { return .handled }
    if recalled == nil { draft = text }
    setText(index == history.count ? draft : history[index])
    recalled = index == history.count ? nil : index
    return .changed
  }

  /// Draws prompt and text into the first row of `rect`, scrolled so that the cursor is in view.
  package func draw(in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme) {
    guard !rect.isEmpty else { return }
    let row = rect.row(0)
    surface.fill(row, style: theme[.input].over(theme[.text]))
    let start = rect.x + surface.write(prompt, at: row.origin, style: theme[.inputPrompt], clip: row)
    let field = row.intersection(Rect(x: start, y: rect.y, width: rect.maxX - start, height: 1))
    guard !field.isEmpty else { return }
    if text.isEmpty {
      surface.write(placeholder, at: field.origin, style: theme[.inputPlaceholder], clip: field)
    }
    let characters = Array(text)
    let widths = characters.map { TextWidth.columns(of: $0) }
    var first = 0
    var before = widths[..<editor.cursor.column].reduce(0, +)
    while before >= field.width, first < editor.cursor.column {
      before -= widths[first]
      first += 1
    }
    surface.write(String(characters[first...]), at: field.origin, style: theme[.input], clip: field)
    if focused { surface.cursor = Point(x: field.x + min(before, field.width - 1), y: field.y) }
  }
}
