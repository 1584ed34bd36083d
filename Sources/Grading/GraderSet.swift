import Content

/// The graders of an eval set, and how their scores become one.
public struct GraderSet: Sendable, Hashable {
  /// The graders, in the order in which they were described.
  public let graders: [Grader]

  /// A set of graders; without any, the whole answer is compared with the whole of what is expected (`exact`).
  public init(_ graders: [Grader] = []) {
    self.graders = graders.isEmpty ? [.exact] : graders
  }

  /// Reads a list of descriptions.
  /// - Throws: ``GraderError`` for the first description that can't be used.
  public init(specs: [JSONValue]) throws(GraderError) {
    var graders: [Grader] = []
    for spec in specs { graders.append(try Grader(spec: spec)) }
    self.init(graders)
  }

  /// Judges one answer with every grader.
  public func grade(answer: String, expected: JSONValue?, input: JSONValue = [:]) -> Grade {
    let scores = graders.map { $0.grade(answer: answer, expected: expected, input: input) }
    let weight = graders.reduce(0) { $0 + $1.weight }
    let sum = zip(graders, scores).reduce(0) { $0 + $1.0.weight * $1.1.value }
    return Grade(
      scores: scores, value: weight > 0 ? sum / weight : 0,
      passed: zip(graders, scores).allSatisfy { $0.weight == 0 || $1.passed },
      formatIsValid: formatIsValid(answer))
  }

  /// Whether the answer has the form that every grader that judges format wants, or isn't blank when none does.
  public func formatIsValid(_ answer: String) -> Bool {
    let judges = graders.filter(\.judgesFormat)
    return (judges.isEmpty ? graders : judges).allSatisfy { $0.formatIsValid(answer) }
  }
}

/// What all graders of an eval set together think of one answer.
public struct Grade: Sendable, Hashable {
  /// One score per grader, in their order.
  public var scores: [Score]
  /// The mean of the scores by the graders' weights, 0 to 1.
  public var value: Double
  /// Whether every grader passed; graders of weight 0 only inform.
  public var passed: Bool
  /// Whether the answer had the form asked for, whatever its content.
  public var formatIsValid: Bool

  /// The reasons of the graders that failed, or of all when none did, in one line.
  public var reason: String {
    let failed = scores.filter { !$0.passed }
    return (failed.isEmpty ? scores : failed).map(\.reason).joined(separator: "; ")
  }

  /// A judgement put together elsewhere, for example read from storage.
  public init(scores: [Score], value: Double, passed: Bool, formatIsValid: Bool) {
    self.scores = scores
    self.value = value
    self.passed = passed
    self.formatIsValid = formatIsValid
  }
}
