/// Several comparisons that are looked at together, with adjusted p-values and intervals to match.
package struct ComparisonFamily: Sendable, Hashable {
  /// How p-values are adjusted.
  package enum Method: String, Sendable, Hashable {
    /// Step-down max-t: every comparison is on the same cases.
    case maxT = "max-t"
    /// Holm's: the case sets differ.
    case holm = "Holm"
  }

  /// How the p-values were adjusted.
  package let method: Method
  /// The adjusted comparisons, in the given order.
  package let comparisons: [PairedComparison]

  /// Makes comparisons that share a candidate or a baseline, such as several variants against one baseline or a prompt
  /// against itself without each section.
  package init(
    _ pairs: [(candidate: [ScoredCase], baseline: [ScoredCase])], measure: ScoredCase.Measure = .score,
    margin: Double = PairedComparison.defaultMargin, alpha: Double = 0.05
  ) {
    let found = pairs.map {
      PairedComparison(
        candidate: $0.candidate, baseline: $0.baseline, measure: measure, margin: margin, alpha: alpha)
    }
    let pValues: [Double]
    if let totals = Self.totals(pairs, measure) {
      method = .maxT
      pValues = MaxT(totals).adjusted
    } else {
      method = .holm
      pValues = Holm.adjusted(found.map(\.rawPValue))
    }
    comparisons = zip(found, pValues).map { $0.adjusted(pValue: $1, family: found.count) }
  }

  /// What each unit adds to each comparison; nil unless all are on the same complete pairs.
  private static func totals(
    _ pairs: [(candidate: [ScoredCase], baseline: [ScoredCase])], _ measure: ScoredCase.Measure
  ) -> [[Double]]? {
    guard let first = pairs.first?.candidate else { return nil }
    let numbers = ScoredCase.units(of: first)
    let places = Dictionary(zip(first.map(\.id), first.indices)) { first, _ in first }
    var complete: [Int]?
    var totals: [[Double]] = []
    for pair in pairs {
      let others = Dictionary(pair.baseline.map { ($0.id, $0) }) { first, _ in first }
      var differences: [Int: Double] = [:]
      for entry in pair.candidate {
        guard let place = places[entry.id], let other = others[entry.id], first[place].input == entry.input,
          other.input == entry.input, other.expected == entry.expected, let a = entry.value(measure),
          let b = other.value(measure)
        else { continue }
        differences[place] = a - b
      }
      let found = differences.keys.sorted()
      guard complete == nil || complete == found else { return nil }
      complete = found
      var sums = [Double](repeating: 0, count: first.count)
      for place in found { sums[numbers[place]] += first[place].weight * (differences[place] ?? 0) }
      totals.append(sums)
    }
    return totals
  }
}

/// The claim that a variant beats every one of several others.
package struct BeatsAll: Sendable, Hashable {
  /// The place of the opponent that is hardest to beat: the one with the largest p-value of a gain.
  package let opponent: Int
  /// The comparison with that opponent, its p-value adjusted for the candidates that were tried.
  package let comparison: PairedComparison

  /// Judges candidates that each were compared with the same opponents.
  ///
  /// The p-value of a candidate is the largest among its opponents' (intersection–union: Berger, Technometrics 24, 1982,
  /// 295–300), so opponents cost nothing and hopeless ones drop out; the candidates are a family for Holm's method. A
  /// loss has a p-value of 1.
  /// - Parameters:
  ///   - table: for each candidate its comparisons with the opponents, in one order; candidates without any are left out.
  ///   - tried: how many candidates were ever tried on these cases; those of the table unless told.
  /// - Returns: one claim for each candidate that has an opponent.
  package static func claims(_ table: [[PairedComparison]], tried: Int = 0) -> [BeatsAll] {
    let hardest = table.compactMap { row in
      row.indices.max {
        (gainPValue(row[$0]), -row[$0].difference) < (gainPValue(row[$1]), -row[$1].difference)
      }.map { (opponent: $0, comparison: row[$0]) }
    }
    let adjusted = Holm.adjusted(hardest.map { gainPValue($0.comparison) }, of: tried)
    return zip(hardest, adjusted).map {
      BeatsAll(
        opponent: $0.opponent, comparison: $0.comparison.adjusted(pValue: $1, family: max(tried, hardest.count)))
    }
  }

  private static func gainPValue(_ comparison: PairedComparison) -> Double {
    comparison.difference > 0 ? comparison.rawPValue : 1
  }
}
