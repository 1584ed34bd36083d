import Evidence

/// What one variant made of a case.
package struct ArmOutcome: Sendable, Hashable {
  /// The mean score, 0 to 1.
  package var score: Double
  /// Dollars; nil where they aren't known.
  package var cost: Double?
  /// Seconds to the answer; nil where they aren't known.
  package var latency: Double?
  /// What can be seen of the answer without knowing the right one.
  package var signs: Set<EscalationSign>

  package init(score: Double, cost: Double? = nil, latency: Double? = nil, signs: Set<EscalationSign> = []) {
    self.score = score
    self.cost = cost
    self.latency = latency
    self.signs = signs
  }
}

/// A case to which both variants have a scored answer.
package struct RoutedCase: Sendable {
  /// The case's id.
  package var id: String
  /// What a router may look at.
  package var input: RouteInput
  /// What makes cases copies of one question: equal texts are one unit.
  package var key: String
  /// What the case belongs to; cases of one group are one unit.
  package var group: String?
  /// How often it occurs, above 0.
  package var weight: Double
  /// What the cheap arm made of it.
  package var cheap: ArmOutcome
  /// What the strong arm made of it.
  package var strong: ArmOutcome

  package init(
    id: String, input: RouteInput, key: String? = nil, group: String? = nil, weight: Double = 1, cheap: ArmOutcome,
    strong: ArmOutcome
  ) {
    self.id = id
    self.input = input
    self.key = key ?? id
    self.group = group
    self.weight = weight.isFinite && weight > 0 ? weight : 1
    self.cheap = cheap
    self.strong = strong
  }

  /// What the strong arm gains, −1 to 1.
  var gain: Double { strong.score - cheap.score }

  subscript(arm: Router.Arm) -> ArmOutcome { arm == .cheap ? cheap : strong }

  /// The case with a score, for comparisons.
  func scored(_ score: Double) -> ScoredCase {
    ScoredCase(id, input: key, group: group, weight: weight, samples: [.scored(score, passed: score >= 1)])
  }
}
