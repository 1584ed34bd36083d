/// The cases of a comparison that one of the two variants has no score for.
package struct MissingPairs: Sendable, Hashable {
  /// How many they are.
  package var count = 0
  /// The share of the weight of all cases without a score of the candidate, 0 to 1.
  package var candidateShare = 0.0
  /// The same for the baseline.
  package var baselineShare = 0.0
  /// The difference if the missing cases all went against the candidate, and if all went its way (Manski, Partial
  /// Identification of Probability Distributions, 2003).
  package var bounds = Interval(0, 0)
  /// The exact McNemar p-value of the two variants having different shares without a score.
  package var pValue = 1.0

  /// Nothing is missing, and the difference is `difference`.
  package init(difference: Double) { bounds = Interval(difference, difference) }

  /// What is missing of pairs.
  /// - Parameters:
  ///   - differences: the differences of the complete pairs.
  ///   - weights: their weights.
  ///   - missing: weights of the others, with whether each variant has a score.
  init(
    differences: [Double], weights: [Double], missing: [(weight: Double, candidate: Bool, baseline: Bool)]
  ) {
    let lost = missing.reduce(0) { $0 + $1.weight }
    let all = weights.reduce(lost, +)
    guard all > 0 else { return }
    count = missing.count
    let sum = zip(differences, weights).reduce(0) { $0 + $1.0 * $1.1 }
    bounds = Interval((sum - lost) / all, (sum + lost) / all)
    candidateShare = missing.reduce(0) { $0 + ($1.candidate ? 0 : $1.weight) } / all
    baselineShare = missing.reduce(0) { $0 + ($1.baseline ? 0 : $1.weight) } / all
    pValue = Distributions.fairCoin(
      missing.count { $0.candidate && !$0.baseline }, missing.count { !$0.candidate && $0.baseline })
  }

  /// The larger share of the two variants.
  package var share: Double { max(candidateShare, baselineShare) }
  /// More than this share decides nothing.
  package static let most = 0.1
  /// More than this share is no strong evidence.
  package static let mostForStrong = 0.02
}
