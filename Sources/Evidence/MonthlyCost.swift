/// What a month costs with both variants, and what tuning takes first, in US dollars.
package struct MonthlyCost: Sendable, Hashable {
  /// A month of prompting.
  package let prompted: Double
  /// A month of the tuned model.
  package let tuned: Double
  /// What tuning costs before the first query.
  package let investment: Double

  /// The month in which both have cost the same; nil where tuning never catches up.
  package var crossing: Double? { prompted > tuned ? max(0, investment) / (prompted - tuned) : nil }

  /// The months that a chart shows: half as many again as until the crossing, in whole half years up to ten years; two years
  /// where there is no crossing.
  package var chartMonths: Double { min(120, max(6, crossing.map { ($0 * 1.5 / 6).rounded(.up) * 6 } ?? 24)) }
}

extension CostModel {
  /// The costs of a month; nil where the volume, the hosting of either variant or the cost of training isn't known.
  package var monthly: MonthlyCost? {
    guard let volume = queriesPerMonth, let before = prompted.hostingPerMonth, let after = tuned.hostingPerMonth,
      investment.training != nil
    else { return nil }
    return MonthlyCost(
      prompted: prompted.tokensPerQuery * volume + before, tuned: tuned.tokensPerQuery * volume + after,
      investment: investment.known)
  }
}
