/// What all graders of an eval set together think of one answer.
package struct Grade: Sendable, Hashable {
  /// One score per grader, in their order.
  package var scores: [Score]
  /// The mean of the scores by the graders' weights, 0 to 1; nil when a grader that counts could not judge.
  package var value: Double?
  /// Whether every grader passed; nil when a grader that counts could not judge. Graders of weight 0 only inform.
  package var passed: Bool?
  /// Whether the answer had the form asked for, whatever its content.
  package var formatIsValid: Bool
  /// Why there is no judgement, without a full stop; nil when there is one.
  package var unscoredReason: String?

  /// The reasons of the graders that could not judge, else of those that failed, else of all, in one line.
  package var reason: String {
    if let unscoredReason { return unscoredReason }
    let failed = scores.filter { $0.passed == false }
    return (failed.isEmpty ? scores : failed).map(\.reason).joined(separator: "; ")
  }

  /// A judgement put together elsewhere, for example read from storage.
  package init(
    scores: [Score], value: Double?, passed: Bool?, formatIsValid: Bool, unscoredReason: String? = nil
  ) {
    self.scores = scores
    self.value = value
    self.passed = passed
    self.formatIsValid = formatIsValid
    self.unscoredReason = unscoredReason
  }

  /// The scores of graders with weights put together.
  init(scores: [Score], weights: [Double], formatIsValid: Bool) {
    self.init(scores: scores, value: nil, passed: nil, formatIsValid: formatIsValid)
    let counting = zip(weights, scores).filter { $0.0 > 0 }
    let unscored = counting.map(\.1).filter(\.isUnscored)
    let total = counting.reduce(0) { $0 + $1.0 }
    if !unscored.isEmpty {
      unscoredReason = unscored.map(\.reason).joined(separator: "; ")
    } else if total > 0 {
      value = counting.reduce(0) { $0 + $1.0 * ($1.1.value ?? 0) } / total
      passed = counting.allSatisfy { $0.1.passed == true }
    } else {
      unscoredReason = "no grader has a weight above 0"
    }
  }
}
