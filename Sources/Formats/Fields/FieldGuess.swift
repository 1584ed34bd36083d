import Content

/// What fields mean, told from their names, where it isn't stated.
package struct FieldGuess: Sendable, Hashable {
  /// The field with what is expected.
  package private(set) var expected: String?
  /// Fields that look like answers, too, and are left among the slots.
  package private(set) var alsoAnswers: [String] = []
  package private(set) var id: String?
  package private(set) var tags: String?
  package private(set) var group: String?
  package private(set) var weight: String?
  package private(set) var metadata: String?
  /// Whether there are `messages`.
  package private(set) var hasMessages = false

  private static let answers = [
    "expected", "expected_output", "expected_answer", "expectedoutput", "ideal", "target", "gold", "gold_answer",
    "ground_truth", "groundtruth", "reference", "reference_answer", "label", "labels", "class", "answer", "answers",
    "completion", "output", "response", "sentiment", "category", "intent",
  ]
  private static let ids = ["id", "_id", "case_id", "caseid", "uuid", "guid", "row_id"]
  private static let groups = [
    "group", "group_id", "conversation_id", "conversationid", "thread_id", "session_id", "document_id", "doc_id",
  ]

  /// A guess from the names of a record's fields.
  package init(fields: [String]) {
    func field(_ names: [String]) -> String? {
      for name in names { if let field = fields.first(where: { Self.plain($0) == name }) { return field } }
      return nil
    }
    hasMessages = fields.contains("messages")
    expected = field(Self.answers)
    id = field(Self.ids)
    tags = field(["tags", "tag"])
    group = field(Self.groups)
    weight = field(["weight"])
    metadata = field(["metadata", "meta"])
    alsoAnswers = fields.filter { $0 != expected && Self.answers.contains(Self.plain($0)) }
    // A record needs something to ask.
    let taken = [expected, id, tags, group, weight, metadata].compactMap(\.self)
    if !fields.contains(where: { !taken.contains($0) }), let first = fields.first(where: { $0 == id || $0 == group }) {
      if first == id { id = nil } else { group = nil }
    }
  }

  /// A name in small letters with `_` for blanks and hyphens.
  private static func plain(_ name: String) -> String {
    String(name.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
  }

  /// What is taken for what, as a sentence; nil where nothing was guessed.
  package var sentence: String? {
    guard let expected else { return nil }
    let others =
      alsoAnswers.isEmpty
      ? "" : " \(alsoAnswers.map { "\"\($0)\"" }.joined(separator: ", ")) may be answers, too, and become input."
    return "What is expected is taken from \"\(expected)\".\(others) --map says it otherwise."
  }

  /// The same as assignments.
  func map(of fields: [String]) -> FieldMap {
    var map = FieldMap()
    for field in fields {
      let target: FieldMap.Target =
        switch field {
        case expected: .expected(nil)
        case id: .id
        case tags: .tags
        case group: .group
        case weight: .weight
        case metadata: .metadata(nil)
        case "messages": .messages
        case "tools" where hasMessages: .tools
        // Our own form has all slots in one member.
        case "input": .input(nil)
        default: .input(SlotName.made(from: field))
        }
      map.entries.append(FieldMap.Entry(target: target, source: field))
    }
    return map
  }
}
