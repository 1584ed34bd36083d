/// The rule of thumb about how far tuning can lift what prompting reaches: at about 85 % it may reach 95 %, at 50 % the
/// task, the eval set or the approach is wrong and tuning won't save it.
package enum CeilingRule: String, Sendable, Hashable {
  /// The prompted score is 50 % or less: look at the task, the cases and the graders before training anything.
  case approachInDoubt
  /// The prompted score lies between the rule's marks (above 50 %, below 80 %), where it says nothing.
  case silent
  /// The prompted score is about 85 % (80 % to 92 %): tuning may reach about 95 %.
  case roomAbove
  /// The prompted score is above 92 %: little is left to gain.
  case nearCeiling

  /// What the rule says about a prompted score.
  package init(prompted: Double) {
    switch prompted {
    case ...0.5: self = .approachInDoubt
    case ..<0.8: self = .silent
    case ...0.92: self = .roomAbove
    default: self = .nearCeiling
    }
  }

  /// Whether the whole interval of the score gets the same answer from the rule.
  package static func isSettled(_ prompted: Estimate) -> Bool {
    CeilingRule(prompted: prompted.interval.low) == CeilingRule(prompted: prompted.interval.high)
  }
}
