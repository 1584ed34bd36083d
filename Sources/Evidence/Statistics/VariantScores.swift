import NumberFormat

/// What one variant got on the cases of an eval set.
package struct VariantScores: Sendable, Hashable {
  /// The cases.
  package let cases: [ScoredCase]
  /// What is averaged.
  package let measure: ScoredCase.Measure
  /// The scored cases joined to units.
  package let units: Units
  /// The mean with its interval; nil when no case is scored.
  package let estimate: Estimate?

  /// Takes the cases of one variant.
  package init(_ cases: [ScoredCase], measure: ScoredCase.Measure = .score) {
    self.cases = cases
    self.measure = measure
    let numbers = ScoredCase.units(of: cases)
    let scored = cases.indices.filter { cases[$0].isScored }
    let values = scored.map { cases[$0].value(measure) ?? 0 }
    units = Units(values, weights: scored.map { cases[$0].weight }, units: scored.map { numbers[$0] })
    let isSingle = scored.allSatisfy { cases[$0].values(measure).count == 1 }
    let isSimple = isSingle && units.count == scored.count && Set(scored.map { cases[$0].weight }).count < 2
    estimate =
      isSimple && values.allSatisfy { $0 == 0 || $0 == 1 } ? Estimate(scores: values) : Estimate(units)
  }

  /// The share of the weight of cases that have no score, 0 to 1; 0 without cases.
  package var unscoredShare: Double {
    let all = cases.reduce(0) { $0 + $1.weight }
    return all > 0 ? cases.reduce(0) { $0 + ($1.isScored ? 0 : $1.weight) } / all : 0
  }

  /// The share of the variance of the mean that comes from asking again, 0 to 1: mean(s²/k) / (G·V) over cases with
  /// k ≥ 2 scored samples, s² being the variance within the case; nil without such cases or without any variance.
  package var withinShare: Double? {
    let noise = cases.compactMap { entry -> Double? in
      let summary = RunningSummary(entry.values(measure))
      return summary.variance.map { $0 / Double(summary.count) }
    }
    guard !noise.isEmpty, let error = units.standardError, error > 0 else { return nil }
    return min(1, noise.reduce(0, +) / Double(noise.count) / (Double(units.count) * error * error))
  }

  /// The cases whose samples disagree on whether the answer passes.
  package var flaky: [ScoredCase] { cases.filter(\.isFlaky) }

  /// The effective numbers in words, `200 cases in 20 groups count like 41`; nil when they are those of the cases.
  package var effectiveWords: String? { units.effectiveWords }
}

extension Units {
  /// The number of cases that would tell as much if each were a unit: cases over the design effect, no more than there
  /// are.
  package var equivalentCases: Double { Double(cases) / max(1, designEffect) }

  /// The effective numbers in words; nil unless ``effectiveCount`` lies below 0.9 of the cases.
  package var effectiveWords: String? {
    guard effectiveCount < 0.9 * Double(cases) else { return nil }
    let all = NumberFormat.plural(cases, "case")
    guard count < cases else { return "\(all) count like \(NumberFormat.count(effectiveCount)), by their weights" }
    let like = min(Double(cases), max(1, equivalentCases))
    return "\(all) in \(NumberFormat.plural(count, "group")) count like \(NumberFormat.count(like))"
  }
}
