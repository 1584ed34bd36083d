import Content

/// What a grader thinks of one answer.
package struct Score: Sendable, Hashable {
  /// The judgement, or that there is none.
  package enum Outcome: Sendable, Hashable {
    /// From 0 (wrong) to 1 (right), and whether the grader's condition holds.
    case scored(value: Double, passed: Bool)
    /// The grader could not judge: there is nothing to compare with, or a limit was reached.
    case unscored
  }

  /// The name of the grader.
  package var grader: String
  /// The judgement, or that there is none.
  package var outcome: Outcome
  /// A sentence without a full stop that says why, for example `priority is "low", expected "urgent"`.
  package var reason: String
  /// What was found field by field; only graders that look at fields fill it.
  package var fields: [FieldScore]
  /// What judges said, vote by vote; only graders that ask judges fill it.
  package var replies: [JudgeReply] = []

  /// A judgement; `value` is clipped to 0…1.
  package init(grader: String, value: Double, passed: Bool, reason: String, fields: [FieldScore] = []) {
    self.grader = grader
    outcome = .scored(value: min(1, max(0, value)), passed: passed)
    self.reason = reason
    self.fields = fields
  }

  /// The absence of a judgement, and why.
  package init(grader: String, unscored reason: String) {
    self.grader = grader
    outcome = .unscored
    self.reason = reason
    fields = []
  }

  /// From 0 (wrong) to 1 (right); nil when unscored.
  package var value: Double? { if case .scored(let value, _) = outcome { value } else { nil } }

  /// Whether the grader's condition holds; nil when unscored.
  package var passed: Bool? { if case .scored(_, let passed) = outcome { passed } else { nil } }

  /// Whether there is no judgement.
  package var isUnscored: Bool { outcome == .unscored }
}

/// How one field of an answer compares with what was expected of it.
package struct FieldScore: Sendable, Hashable {
  /// The path of the field, as in ``JSONPath/description``.
  package var path: String
  /// Whether the field is as expected.
  package var passed: Bool
  /// What it should be; nil when it should not be there, or when a rule rather than a value was expected.
  package var expected: JSONValue?
  /// What the answer has there; nil when it has nothing.
  package var found: JSONValue?

  /// A comparison of one field.
  package init(path: String, passed: Bool, expected: JSONValue?, found: JSONValue?) {
    self.path = path
    self.passed = passed
    self.expected = expected
    self.found = found
  }
}
