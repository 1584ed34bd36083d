import Content

/// A kind of grader: the types that descriptions call it by, its keys, and how it judges.
///
/// A kind is a value with its options read. To add one, write a file in `Graders/` and list the type in
/// ``GraderRegistry/builtIn``.
package protocol GraderKind: Sendable, Hashable {
  /// The names that `type` may have for this kind, the usual one first.
  static var types: [String] { get }
  /// The keys that descriptions may have besides those that all have.
  static var keys: [GraderKey] { get }

  /// Reads a description whose keys are known to exist.
  /// - Throws: ``GraderError`` when a key is missing or has a value that it can't have.
  init(type: String, options: GraderOptions) throws(GraderError)

  /// Checks what a case must have before any answer is there.
  /// - Throws: ``Unscorable`` when no answer to the case could be judged.
  func check(_ case: GradedCase) throws(Unscorable)

  /// Judges an answer.
  /// - Throws: ``Unscorable`` when that can't be done.
  func judge(_ answer: GradedAnswer, _ case: GradedCase) throws(Unscorable) -> Judgement

  /// Whether the kind wants a form, so that an answer can have the wrong one whatever its content.
  var judgesFormat: Bool { get }

  /// Whether an answer has the form that the kind wants; asked only if it judges format.
  func formatIsValid(_ answer: GradedAnswer, _ case: GradedCase) -> Bool

  /// What in the description has no effect.
  var warnings: [String] { get }
}

extension GraderKind {
  package func check(_ case: GradedCase) throws(Unscorable) {}
  package var judgesFormat: Bool { false }
  package func formatIsValid(_ answer: GradedAnswer, _ case: GradedCase) -> Bool { true }
  package var warnings: [String] { [] }
}

/// A kind that has to wait for its judgement, for a model or a program.
package protocol AwaitingGraderKind: GraderKind {
  /// Judges an answer's text.
  /// - Throws: ``Unscorable`` when that can't be done.
  func judge(
    _ text: String, _ case: GradedCase, asking outside: any OutsideGrading
  ) async throws(Unscorable) -> Judgement
}

extension AwaitingGraderKind {
  package func judge(_ answer: GradedAnswer, _ case: GradedCase) throws(Unscorable) -> Judgement {
    throw Unscorable("a grader of type \"\(Self.types[0])\" can only be awaited")
  }
}

/// A key of a grader's description.
package struct GraderKey: Sendable, Hashable {
  package let name: String
  /// What holds without the key, in words; nil when the key or an alternative is needed.
  package let standard: String?
  package let meaning: String

  package init(_ name: String, standard: String? = nil, _ meaning: String) {
    self.name = name
    self.standard = standard
    self.meaning = meaning
  }

  /// The key of kinds whose value is between 0 and 1.
  package static func threshold(standard: String) -> GraderKey {
    GraderKey("threshold", standard: standard, "the value from which an answer passes, 0 to 1")
  }

  /// The keys that every description may have.
  static let common = [
    GraderKey("name", standard: "the type", "the name to show"),
    GraderKey("weight", standard: "1", "how much the grader counts, a number from 0; 0 only informs"),
    GraderKey("not", standard: "false", "whether the condition must not hold"),
  ]
}

/// Why a grader can't judge; a sentence without a full stop.
package struct Unscorable: Error, Sendable, Hashable {
  /// The sentence.
  package let reason: String
  /// What was said instead of a judgement.
  package var replies: [JudgeReply] = []

  /// Makes one.
  package init(_ reason: String) { self.reason = reason }
}

/// A grader's finding before negation.
package struct Judgement: Sendable, Hashable {
  package var holds: Bool
  /// From 0 to 1.
  package var value: Double
  /// The reason, without a full stop.
  package var statement: String
  /// What was found of each field, for kinds that look at fields.
  package var fields: [FieldScore]
  /// What judges said, vote by vote.
  package var replies: [JudgeReply] = []

  package init(_ holds: Bool, _ statement: String, value: Double? = nil, fields: [FieldScore] = []) {
    self.holds = holds
    self.value = value ?? (holds ? 1 : 0)
    self.statement = statement
    self.fields = fields
  }

  /// A value that passes from a threshold on, both 0 to 1.
  package init(_ value: Double, threshold: Double, _ statement: String, fields: [FieldScore] = []) {
    // A value such as 2/3 is written with a rounding error on either side.
    self.init(value + 1e-12 >= threshold, statement, value: value, fields: fields)
  }
}

extension Double {
  /// The number for a reason: at most four places behind the point, never rounded up to a threshold.
  var reasonText: String {
    let rounded = (self * 10_000 + 1e-6).rounded(.down) / 10_000
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
  }
}
