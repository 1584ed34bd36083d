import Content

/// What a grader thinks of one answer.
public struct Score: Sendable, Hashable {
  /// The name of the grader.
  public var grader: String
  /// From 0 (wrong) to 1 (right).
  public var value: Double
  /// Whether the grader's condition holds.
  public var passed: Bool
  /// A sentence without a full stop that says why, for example `priority is "low", expected "urgent"`.
  public var reason: String
  /// What was found field by field; only graders that look at fields fill it.
  public var fields: [FieldScore]

  /// A judgement; `value` is clipped to 0…1.
  public init(grader: String, value: Double, passed: Bool, reason: String, fields: [FieldScore] = []) {
    self.grader = grader
    self.value = min(1, max(0, value))
    self.passed = passed
    self.reason = reason
    self.fields = fields
  }
}

/// How one field of an answer compares with what was expected of it.
public struct FieldScore: Sendable, Hashable {
  /// The path of the field, as in ``JSONPath/description``.
  public var path: String
  /// Whether the field is as expected.
  public var passed: Bool
  /// What it should be; nil when it should not be there, or when a rule rather than a value was expected.
  public var expected: JSONValue?
  /// What the answer has there; nil when it has nothing.
  public var found: JSONValue?

  /// A comparison of one field.
  public init(path: String, passed: Bool, expected: JSONValue?, found: JSONValue?) {
    self.path = path
    self.passed = passed
    self.expected = expected
    self.found = found
  }
}
