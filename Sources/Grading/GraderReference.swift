import Content

/// Where the thing that a grader compares with comes from.
enum GraderReference: Sendable, Hashable {
  /// The case's `expected`, or the part of it at a path.
  case expected(JSONPath)
  /// Written in the grader; texts are filled from the case.
  case literal(JSONValue)

  /// The keys that give it.
  static let keys = [
    GraderKey("value", standard: "what the case expects", "what to compare with; {{ name }} stands for input"),
    GraderKey("expected", standard: "all of it", "the field of what the case expects to compare with"),
  ]

  /// What to compare with in a case.
  /// - Throws: ``Unscorable`` when the case does not have it.
  func value(in graded: GradedCase) throws(Unscorable) -> JSONValue {
    switch self {
    case .literal(let value): return try graded.filled(value)
    case .expected(let path):
      guard let expected = graded.expected else { throw Unscorable("the case does not say what is expected") }
      guard let value = expected[path] else { throw Unscorable(Self.absence(of: path, in: expected)) }
      return value
    }
  }

  /// What to compare with as a text: numbers and truth values as they are written, never null, a list or an object.
  /// - Throws: ``Unscorable`` when the case does not have it.
  func text(in graded: GradedCase) throws(Unscorable) -> String {
    try Self.text(value(in: graded), label)
  }

  /// The texts to look for: those of a list, or a single one; none is empty.
  /// - Throws: ``Unscorable`` when the case does not have them.
  func requirements(in graded: GradedCase) throws(Unscorable) -> [String] {
    let value = try value(in: graded)
    var texts: [String] = []
    for part in value.array ?? [value] {
      let text = try Self.text(part, label)
      guard !text.isEmpty else { throw Unscorable("\(label) is an empty text, which every answer contains") }
      texts.append(text)
    }
    guard !texts.isEmpty else { throw Unscorable("\(label) is an empty list") }
    return texts
  }

  var label: String {
    switch self {
    case .literal: "the grader's \"value\""
    case .expected(let path) where path.steps.isEmpty: "what the case expects"
    case .expected(let path): "the case's expected \"\(path)\""
    }
  }

  private static func text(_ value: JSONValue, _ label: String) throws(Unscorable) -> String {
    switch value {
    case .string, .number, .bool: return value.plainText
    case .null: throw Unscorable("\(label) is null, where a text is needed")
    case .array: throw Unscorable("\(label) is a list, where a text is needed")
    case .object: throw Unscorable("\(label) is an object, where a text is needed; name a field of it")
    }
  }

  /// A sentence about a field that what is expected does not have, with the name that was probably meant.
  static func absence(of path: JSONPath, in expected: JSONValue) -> String {
    let sentence = "what the case expects has no \"\(path)\""
    for length in path.steps.indices {
      let parent = JSONPath(Array(path.steps[..<length]))
      guard let value = expected[parent] else { break }
      guard expected[JSONPath(Array(path.steps[...length]))] == nil else { continue }
      guard let keys = value.object?.keys else {
        if case .index(let index) = path.steps[length], index < 0 { return sentence + "; elements are counted from 0" }
        return sentence + (length == 0 ? ", since it is \(value.excerpt)" : "")
      }
      // A key with a dot in it has to be written in brackets.
      let rest = JSONPath(Array(path.steps[length...])).description
      if keys.contains(rest) { return sentence + "; did you mean \"\(parent.appending(rest))\"?" }
      guard case .key(let key) = path.steps[length], let nearest = Spelling.nearest(to: key, among: keys) else { break }
      let meant = JSONPath(Array(path.steps[..<length]) + [.key(nearest)] + Array(path.steps[(length + 1)...]))
      return sentence + "; did you mean \"\(meant)\"?"
    }
    return sentence
  }
}
