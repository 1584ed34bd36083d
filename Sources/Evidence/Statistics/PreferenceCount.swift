/// How often people preferred the answers of one variant to those of another, on the same cases.
package struct PreferenceCount: Sendable, Hashable {
  /// What was found of one case, seen from the candidate.
  package enum Finding: Sendable, Hashable { case better, worse, bothGood, bothBad }

  /// Cases on which the candidate's answer was preferred.
  package let better: Int
  /// Cases on which the baseline's was.
  package let worse: Int
  /// Cases on which both answers were found good, or both bad.
  package let ties: Int
  /// The findings as a paired comparison: a sign test on the cases that prefer one, exact where no cases belong together.
  package let comparison: PairedComparison

  /// Counts findings.
  /// - Parameter findings: one for each case; cases with one group are one piece of evidence.
  package init(_ findings: [(caseID: String, group: String?, finding: Finding)]) {
    better = findings.count { $0.finding == .better }
    worse = findings.count { $0.finding == .worse }
    ties = findings.count - better - worse
    func cases(_ good: Set<Finding>) -> [ScoredCase] {
      findings.map { one in
        let isGood = good.contains(one.finding)
        return ScoredCase(one.caseID, group: one.group, samples: [.scored(isGood ? 1 : 0, passed: isGood)])
      }
    }
    comparison = PairedComparison(candidate: cases([.better, .bothGood]), baseline: cases([.worse, .bothGood]))
  }

  /// All cases that were judged.
  package var count: Int { better + worse + ties }

  /// The two-sided p-value of no preference.
  package var pValue: Double { comparison.rawPValue }
}

/// How far people are with comparing two variants blindly, and whether they may stop.
///
/// The plan is that of ``GroupSequential`` over all cases with both answers: at its looks the preferences so far are held
/// against the level of the look, so that stopping early claims too much no more often than `alpha`.
package struct PreferenceProgress: Sendable, Hashable {
  /// The cases judged.
  package let judged: Int
  /// All cases.
  package let total: Int
  /// The judgements at which the next look is taken; nil behind the last.
  package let nextLook: Int?
  /// What the last look that was reached showed; nil before the first.
  package let finding: GroupSequential.Finding?

  /// - Parameters:
  ///   - findings: what was found, in the order in which it was judged.
  ///   - total: all cases with both answers.
  package init(_ findings: [(caseID: String, group: String?, finding: PreferenceCount.Finding)], of total: Int) {
    let plan = GroupSequential(cases: total)
    judged = findings.count
    self.total = total
    nextLook = plan.schedule.first { $0 > findings.count }
    let look = plan.schedule.lastIndex { $0 <= findings.count }
    finding = look.map { place in
      plan.finding(PreferenceCount(Array(findings.prefix(plan.schedule[place]))).comparison, look: place)
    }
  }

  /// Whether no more judgements are needed.
  package var isDecided: Bool { finding?.decision.isFinal == true }
}
