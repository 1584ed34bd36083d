import Content

/// An eval case as another tool's file gives it.
package struct ImportCase: Sendable, Hashable {
  /// The file's own id; nil where it has none.
  package var id: String?
  /// What fills the prompt's slots.
  package var input: JSONObject = [:]
  /// The conversation up to the turn to be answered, in OpenAI's form; nil for a case of slots alone.
  package var messages: [JSONValue]?
  /// The tools that the model may call, as the file lists them.
  package var tools: JSONValue?
  /// What a good answer is; nil where the file doesn't say.
  package var expected: JSONValue?
  /// For filtering, without repeats.
  package var tags: [String] = []
  /// What the case belongs to, for example a conversation: cases of one group are one piece of evidence.
  package var group: String?
  /// How many such inputs the case stands for; nil for one.
  package var weight: Int?
  /// What else the file says of the case, as it stands there.
  package var metadata: JSONObject = [:]
  /// Which of the sets that a file makes the case is in: 0 unless its cases are judged in several ways.
  package var part = 0
  /// The line of the file where it begins, counted from 1.
  package var line: Int

  /// A case that begins on a line.
  package init(line: Int) { self.line = line }

  /// Adds a tag once.
  package mutating func tag(_ tag: String) {
    if !tag.isEmpty, !tags.contains(tag) { tags.append(tag) }
  }

  /// Whether nothing would be asked.
  package var isEmpty: Bool { input.isEmpty && messages == nil }

  /// The members `input`, `messages`, `tools` and `expected`: two cases with the same ask and expect the same.
  package var identity: ExactText {
    var object: JSONObject = ["input": .object(input)]
    object["messages"] = messages.map { .array($0) }
    object["tools"] = tools
    object["expected"] = expected
    return JSONValue.object(object).identity
  }

  /// The case as a line of an eval set's file, without the line's end.
  package func json(id: String) -> JSONObject {
    var object: JSONObject = ["id": .string(id)]
    // A conversation stands in the line or in its input, never in both.
    var input = input
    if messages != nil { input["messages"] = nil }
    if messages != nil, tools != nil { input["tools"] = nil }
    if messages == nil || !input.isEmpty { object["input"] = .object(input) }
    object["messages"] = messages.map { .array($0) }
    object["tools"] = tools
    object["expected"] = expected
    if !tags.isEmpty { object["tags"] = .array(tags.map { .string($0) }) }
    object["group"] = group.map { .string($0) }
    object["weight"] = weight.map { JSONValue($0) }
    if !metadata.isEmpty { object["metadata"] = .object(metadata) }
    return object
  }
}

/// A part of a file that gave no case: where it stands, and why.
package struct ImportFailure: Sendable, Hashable, CustomStringConvertible {
  /// The line, counted from 1.
  package var line: Int
  /// The column in characters, counted from 1; nil where the whole line or row is meant.
  package var column: Int?
  /// A sentence.
  package var reason: String

  /// A failure at a place.
  package init(line: Int, column: Int? = nil, _ reason: String) {
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// The place and the sentence.
  package var description: String { "line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason)" }
}

/// What a file gave.
package struct ImportOutput: Sendable {
  /// In file order.
  package var cases: [ImportCase] = []
  /// In file order, at most ``mostFailures``.
  package var failures: [ImportFailure] = []
  /// Failures in all.
  package var failed = 0
  /// Records that are not meant to become cases, by the reason in words.
  package var skipped: [String: Int] = [:]
  /// What was understood in a way worth knowing, and what was kept but has no effect; each once.
  package var notes: [String] = []
  /// Descriptions of graders for each set that the file makes; empty where the file has none.
  package var graders: [[JSONValue]] = []
  /// Prompts that stand in the file, each as text.
  package var prompts: [String] = []
  /// Records read: rows, objects or tests.
  package var read = 0
  private var noteCounts: [String: Int] = [:]

  /// Failures that are kept one by one.
  package static let mostFailures = 1_000
  private static let mostNotes = 100

  /// Nothing yet.
  package init() {}

  /// Notes a failure.
  package mutating func fail(_ failure: ImportFailure) {
    failed += 1
    if failures.count < Self.mostFailures { failures.append(failure) }
  }

  /// Notes that a record is left out on purpose.
  package mutating func skip(_ reason: String) { skipped[reason, default: 0] += 1 }

  /// Notes something once.
  package mutating func note(_ text: String) {
    if notes.count < Self.mostNotes, !notes.contains(text) { notes.append(text) }
  }

  /// Counts something that is told once, with its number, by ``finishNotes()``.
  package mutating func count(_ text: String) { noteCounts[text, default: 0] += 1 }

  /// Turns what was counted into notes.
  package mutating func finishNotes() {
    for (text, count) in noteCounts.sorted(by: { $0.key < $1.key }) {
      note(count == 1 ? text : "\(text) (\(count) times)")
    }
    noteCounts = [:]
  }
}
