import Grading

/// What became of one answer, or of one grader's look at it.
package enum Standing: Sendable, Hashable, CaseIterable {
  case passed, failed
  /// There is an answer, and a grader could not judge it.
  case unscored
  /// There is no answer.
  case unanswered

  /// One column that tells it without colour.
  package var mark: String {
    switch self {
    case .passed: "✓"
    case .failed: "✗"
    case .unscored: "?"
    case .unanswered: "!"
    }
  }

  /// In words.
  package var words: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .unscored: "not scored"
    case .unanswered: "no answer"
    }
  }

  fileprivate init(passed: Bool?) { self = passed.map { $0 ? .passed : .failed } ?? .unscored }
}

extension Output {
  /// What became of it.
  package var standing: Standing { !isAnswered ? .unanswered : Standing(passed: passed) }
}

extension Score {
  /// What the grader found.
  package var standing: Standing { Standing(passed: passed) }
}
