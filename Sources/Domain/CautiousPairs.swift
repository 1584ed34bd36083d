import Evidence

/// Two variants on the same cases, with replies that are no answer counted in both ways: left out, and as wrong.
///
/// A claim that only one of the two ways supports is not made where more than ``mostNoAnswers`` of the cases have such a
/// reply: which way is right is for a person to say (`count_as_wrong`).
package struct CautiousPairs: Sendable, Hashable {
  /// The share of cases with a reply that is no answer above which both ways have to agree.
  package static let mostNoAnswers = 0.02

  /// The candidate against the baseline by answers that were scored.
  package var leftOut: PairedComparison
  /// The same with replies that are no answer counted as wrong.
  package var asWrong: PairedComparison
  /// Cases to which one of the two has a reply that is no answer, and both have some reply.
  package var noAnswers: Int

  /// Lines outputs up case by case; what failed or couldn't be scored is left out of both.
  /// - Parameter margin: the smallest difference that matters, 0 to 1.
  package init(
    candidate: [Output], baseline: [Output], cases: [EvalCase], margin: Double = PairedComparison.defaultMargin
  ) {
    self.init(candidate: CaseOutputs(candidate), baseline: CaseOutputs(baseline), cases: cases, margin: margin)
  }

  package init(
    candidate: CaseOutputs, baseline: CaseOutputs, cases: [EvalCase], margin: Double = PairedComparison.defaultMargin
  ) {
    leftOut = PairedComparison(candidate: candidate.scored(cases), baseline: baseline.scored(cases), margin: margin)
    let doubtful = candidate.noAnswers.union(baseline.noAnswers)
    noAnswers = cases.count {
      doubtful.contains($0.id) && candidate.hasReply(to: $0.id) && baseline.hasReply(to: $0.id)
    }
    asWrong =
      noAnswers == 0
      ? leftOut
      : PairedComparison(
        candidate: candidate.scored(cases, noAnswersAreWrong: true),
        baseline: baseline.scored(cases, noAnswersAreWrong: true), margin: margin)
  }

  /// Whether the two ways support different claims, of so many cases that it matters.
  package var disagrees: Bool {
    Double(noAnswers) > Self.mostNoAnswers * Double(asWrong.count) && leftOut.claim != asWrong.claim
  }

  /// The comparison that a claim may rest on: the one with fewer claims where the two ways disagree; nil where they support
  /// opposite ones.
  package var claimable: PairedComparison? {
    guard disagrees else { return leftOut }
    if leftOut.claim == .none { return leftOut }
    return asWrong.claim == .none ? asWrong : nil
  }
}

extension PairedComparison {
  /// Which of the two is better, at the level of the comparison.
  enum Claim: Sendable, Hashable { case none, candidate, baseline }
  /// What the test supports, whether the size matters or not.
  var claim: Claim {
    guard count > 0, pValue <= alpha, difference != 0 else { return .none }
    return difference > 0 ? .candidate : .baseline
  }
}
