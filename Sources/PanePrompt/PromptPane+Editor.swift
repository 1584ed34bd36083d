import Domain
import Drawing
import Grading
import NumberFormat
import WorkbenchCore

/// Why what was typed can't be done.
private struct EditorFlaw: Error, CustomStringConvertible {
  var description: String
}

/// What is asked for the text that is being typed.
enum EditorQuestion: Hashable, Sendable {
  case find
  case replace
  /// What to put in place of a pattern.
  case with(pattern: String)
  case line

  /// What Enter does.
  var title: String {
    switch self {
    case .find: "Find the next place"
    case .replace: "Say what to replace it with"
    case .with: "Replace every place"
    case .line: "Go to the line"
    }
  }

  /// The same in a word.
  var footer: String {
    switch self {
    case .find: "find"
    case .replace: "next"
    case .with: "replace all"
    case .line: "go"
    }
  }

  fileprivate var prompt: String {
    switch self {
    case .find: "Find (regular expression): "
    case .replace: "Replace (regular expression): "
    case .with: "With ($1 is a group): "
    case .line: "Line: "
    }
  }
}

extension PromptPane {
  /// Asks something for the text that is being typed.
  mutating func ask(_ kind: EditorQuestion) {
    let isPattern = kind == .find || kind == .replace
    question = .editor(kind, LineField(prompt: kind.prompt, placeholder: isPattern ? lastPattern : ""), problem: nil)
  }

  /// Does what was asked for.
  mutating func answer(
    _ kind: EditorQuestion, _ text: String, _ field: LineField, _ snapshot: Snapshot
  ) -> Reaction<Command> {
    do {
      question = nil
      switch kind {
      case .find: return try find(text.isEmpty ? lastPattern : text)
      case .replace:
        lastPattern = text.isEmpty ? lastPattern : text
        _ = try pattern(lastPattern)
        ask(.with(pattern: lastPattern))
      case .with(let pattern): return try replace(pattern, with: text, snapshot)
      case .line:
        guard let line = Int(text), line > 0, let open else { throw EditorFlaw(description: "Type a number") }
        drafts[open]?.editor.go(toLine: line)
      }
    } catch {
      question = .editor(kind, field, problem: "\(error)")
    }
    return .handled
  }

  private func pattern(_ text: String) throws -> Pattern {
    guard !text.isEmpty else { throw EditorFlaw(description: "Type what to look for") }
    // Letters in lower case are looked for in either.
    let ignoresCase = !text.contains(where: \.isUppercase)
    return try Pattern("(?m)" + text, options: Pattern.Options(ignoresCase: ignoresCase, isUnicode: true))
  }

  private mutating func find(_ text: String) throws -> Reaction<Command> {
    let pattern = try pattern(text)
    lastPattern = text
    guard let open, let draft else { return .handled }
    let here = draft.editor.offset
    var found = try pattern.place(in: draft.text, from: here)
    if let place = found, place.isEmpty, place.lowerBound == here, here < draft.text.utf8.count {
      let index = draft.text.utf8.index(draft.text.startIndex, offsetBy: here)
      found = try pattern.place(in: draft.text, from: here + draft.text.unicodeScalars[index].utf8.count)
    }
    let wrapped = found == nil
    if wrapped { found = try pattern.place(in: draft.text) }
    guard let found else { return .notice("The text has no match of \(text).") }
    drafts[open]?.editor.select(found)
    return wrapped ? .notice("Found from the beginning again.") : .handled
  }

  private mutating func replace(
    _ text: String, with replacement: String, _ snapshot: Snapshot
  ) throws -> Reaction<Command> {
    guard let open, let draft else { return .handled }
    let (new, count) = try pattern(text).replacing(in: draft.text, with: replacement)
    guard count > 0 else { return .notice("The text has no match of \(text).") }
    drafts[open]?.editor.replaceText(new)
    return .all([
      keep(snapshot), .notice("Replaced \(NumberFormat.plural(count, "place")). Ctrl-Z takes it back."),
    ])
  }

  /// Ends typing, or asks what becomes of a text that isn't saved.
  mutating func leaveEditor(for next: Panel) -> Reaction<Command> {
    if let draft, draft.state == .edited {
      question = .unsaved(title: draft.section.title, next: next)
      return .handled
    }
    close(to: next)
    return warning.map { .notice($0) } ?? .handled
  }

  /// Ends typing.
  mutating func close(to next: Panel) {
    isTyping = false
    panel = next
  }
}
