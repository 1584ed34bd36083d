import Content

/// A rule that judges an answer, made from a description such as `{ type: json-equal, fields: [label] }`.
public struct Grader: Sendable, Hashable {
  /// The name to show; the type unless the description gives one.
  public let name: String
  /// The type as promptfoo or we call it, without a leading `not-`.
  public let type: String
  /// How much it counts among the graders of an eval set; 0 or more, 1 unless told.
  public let weight: Double
  /// Whether the condition must not hold.
  public let isNegated: Bool
  let rule: GraderRule

  /// Every type that can be written in a description, each also with `not-` before it.
  public static let types = [
    "exact", "equals", "contains", "contains-all", "contains-any", "icontains", "icontains-all", "icontains-any",
    "starts-with", "regex", "json-equal", "json-valid", "is-json", "contains-json", "json-schema", "levenshtein",
    "word-count",
  ]

  /// A grader with a rule whose options have been read.
  init(name: String, type: String, weight: Double, isNegated: Bool, rule: GraderRule) {
    self.name = name
    self.type = type
    self.weight = weight
    self.isNegated = isNegated
    self.rule = rule
  }

  /// Judges one answer.
  /// - Parameters:
  ///   - answer: the model's text, as it came.
  ///   - expected: what the case says a good answer is; nil when it says nothing.
  ///   - input: what the case feeds to the prompt; `{{ name }}` in a grader's texts stands for its members.
  public func grade(answer: String, expected: JSONValue?, input: JSONValue = [:]) -> Score {
    switch rule.judge(answer: answer, case: GradedCase(expected: expected, input: input)) {
    case .impossible(let reason):
      return Score(grader: name, value: 0, passed: false, reason: reason)
    case .judged(let judgement):
      guard isNegated else {
        return Score(
          grader: name, value: judgement.value, passed: judgement.holds, reason: judgement.statement,
          fields: judgement.fields)
      }
      return Score(
        grader: name, value: judgement.holds ? 0 : 1, passed: !judgement.holds,
        reason: judgement.holds ? judgement.statement + ", which must not be so" : judgement.statement)
    }
  }

  /// Whether the grader wants JSON, so that an answer can have the wrong format whatever its content.
  public var judgesFormat: Bool {
    guard !isNegated else { return false }
    switch rule {
    case .jsonEqual, .jsonValid, .jsonSchema: return true
    default: return false
    }
  }

  /// Whether the answer has the form that the grader can work with.
  ///
  /// For graders that want JSON the whole answer must be JSON, without a fence or text around it: an object, or for
  /// `json-schema` one of the kinds that the schema allows. For all others it must contain more than white space.
  public func formatIsValid(_ answer: String) -> Bool {
    guard judgesFormat else { return answer.contains { !$0.isWhitespace } }
    guard let value = try? JSONValue(parsing: answer) else { return false }
    if case .jsonSchema(let schema, _) = rule, let types = schema.topTypes {
      return types.contains(value.kind) || types.contains("integer") && value.int != nil
    }
    return value.object != nil
  }
}

/// What a case offers to its graders.
struct GradedCase {
  let expected: JSONValue?
  let input: JSONValue

  /// Replaces `{{ path }}` by what the input has there, or `{{ expected.path }}` by what is expected; others stay.
  func fill(_ text: String) -> String {
    guard text.contains("{{") else { return text }
    var result = ""
    var rest = text[...]
    while let open = rest.range(ofFirst: "{{"), let close = rest[open.upperBound...].range(ofFirst: "}}") {
      let name = rest[open.upperBound..<close.lowerBound].filter { !$0.isWhitespace }
      result += rest[..<open.lowerBound]
      result += lookUp(name) ?? String(rest[open.lowerBound..<close.upperBound])
      rest = rest[close.upperBound...]
    }
    return result + rest
  }

  private func lookUp(_ name: String) -> String? {
    guard let path = JSONPath(name) else { return nil }
    if let value = input[path] { return value.plainText }
    guard path.steps.first == .key("expected") else { return nil }
    return expected?[JSONPath(Array(path.steps.dropFirst()))]?.plainText
  }
}

extension JSONValue {
  /// A text as it is, everything else as compact JSON.
  var plainText: String { string ?? text() }
}
