/// What is left of the gain of a variant that was chosen by its score, when choosing and measuring are kept apart.
///
/// The units are halved at random 200 times; on one half the best candidate and the best baseline are chosen, on the other
/// their difference is measured.
package struct CrossSelection: Sendable, Hashable {
  /// The difference of the best candidate and the best baseline on all cases, which choosing makes too large.
  package let naiveGain: Double
  /// The mean difference of what was chosen on the other half.
  package let gain: Double
  /// The cases, complete for every variant, that both are of.
  package let cases: Int

  /// What choosing added: the naive gain minus the cross-selected one.
  package var optimism: Double { naiveGain - gain }

  private static let halves = 200

  /// Chooses and measures; nil without two units that every variant has a score for.
  package init?(
    candidates: [[ScoredCase]], baselines: [[ScoredCase]], measure: ScoredCase.Measure = .score
  ) {
    guard let first = candidates.first, !baselines.isEmpty else { return nil }
    let tables = (candidates + baselines).map { variant in
      Dictionary(variant.map { ($0.id, $0) }) { first, _ in first }
    }
    let numbers = ScoredCase.units(of: first)
    // For each unit its weight, and for each variant the weighted sum of its scores.
    var weights: [Int: Double] = [:]
    var sums: [Int: [Double]] = [:]
    var cases = 0
    for (index, entry) in first.enumerated() {
      let values = tables.compactMap { table -> Double? in
        guard let other = table[entry.id], other.input == entry.input, other.expected == entry.expected else {
          return nil
        }
        return other.value(measure)
      }
      guard values.count == tables.count else { continue }
      cases += 1
      weights[numbers[index], default: 0] += entry.weight
      let before = sums[numbers[index]] ?? Array(repeating: 0, count: tables.count)
      sums[numbers[index]] = zip(before, values).map { $0 + entry.weight * $1 }
    }
    let units = weights.keys.sorted()
    guard units.count >= 2 else { return nil }
    let means = { (part: ArraySlice<Int>) -> [Double] in
      let all = part.reduce(0) { $0 + (weights[units[$1]] ?? 0) }
      return tables.indices.map { variant in
        part.reduce(0) { $0 + (sums[units[$1]]?[variant] ?? 0) } / all
      }
    }
    let count = candidates.count
    let choose = { (means: [Double]) -> (Int, Int) in
      let best = { (range: Range<Int>) in range.max { means[$0] < means[$1] } ?? range.lowerBound }
      return (best(0..<count), best(count..<means.count))
    }
    let all = means(Array(units.indices)[...])
    let chosen = choose(all)
    naiveGain = all[chosen.0] - all[chosen.1]
    self.cases = cases
    var random = SplitMix("cross-selection")
    var total = 0.0
    for _ in 0..<Self.halves {
      let order = random.permutation(of: units.count)
      let chosen = choose(means(order[..<(units.count / 2)]))
      let measured = means(order[(units.count / 2)...])
      total += measured[chosen.0] - measured[chosen.1]
    }
    gain = total / Double(Self.halves)
  }
}
