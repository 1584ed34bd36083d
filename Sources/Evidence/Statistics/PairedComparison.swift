/// Two variants on the same cases: the candidate's score minus the baseline's, with a test, an interval and what follows.
///
/// Right and wrong answers, one to a case, without groups and weights, are judged by McNemar's exact test and Tango's
/// interval (``PairedOutcomes``). Everything else (graded scores, repeats, groups, weights) is judged by the sign-flip
/// test of the units' totals and a t interval of the units' means with two pseudo-units, the larger p-value of the two
/// being the one that counts. In both, the interval leaves 0 out if and only if the p-value is at most ``alpha``.
package struct PairedComparison: Sendable, Hashable {
  /// What is compared.
  package enum Sample: Sendable, Hashable {
    /// One right or wrong answer to a case; A is the candidate.
    case outcomes(PairedOutcomes)
    /// Differences of units, candidate minus baseline.
    case units(Units)
  }

  /// The complete pairs.
  package let sample: Sample
  /// The cases with a score of both variants.
  package let count: Int
  /// The cases on which the candidate is better.
  package let wins: Int
  /// The cases on which it is worse.
  package let losses: Int
  /// The pairs that are not complete.
  package let missing: MissingPairs
  /// Cases that only one variant has, or with another input or expected value in each, which are not compared.
  package let notCompared: [String]
  /// The weighted mean difference, candidate minus baseline, −1 to 1; 0 without cases.
  package let difference: Double
  /// The p-value of no difference of this comparison alone.
  package let rawPValue: Double
  /// The p-value of no difference, adjusted for everything that was looked at.
  package private(set) var pValue: Double
  /// The interval of the difference: 95 %, wider after adjusting.
  package private(set) var interval: Interval
  /// How many comparisons the p-value and the interval are adjusted for; 1: for none but this.
  package private(set) var family = 1
  /// The smallest difference that matters, above 0.
  package let margin: Double
  /// The two-sided chance of claiming a difference that isn't there.
  package let alpha: Double

  /// The margin unless told: 5 points.
  package static let defaultMargin = 0.05

  /// Compares two variants case by case.
  ///
  /// Cases are paired by id and compared where input and expected value are the same. Groups and weights are the
  /// candidate's.
  /// - Parameters:
  ///   - candidate: the cases of the variant whose gain is asked for.
  ///   - baseline: the cases of the other.
  ///   - measure: what is averaged.
  ///   - margin: the smallest difference that matters.
  ///   - alpha: the two-sided chance of claiming a difference that isn't there.
  package init(
    candidate: [ScoredCase], baseline: [ScoredCase], measure: ScoredCase.Measure = .score,
    margin: Double = defaultMargin, alpha: Double = 0.05
  ) {
    let others = Dictionary(baseline.map { ($0.id, $0) }) { first, _ in first }
    let units = ScoredCase.units(of: candidate)
    var pairs = CasePairs()
    var seen: Set<String> = []
    var notCompared: [String] = []
    for (index, entry) in candidate.enumerated() where seen.insert(entry.id).inserted {
      guard let other = others[entry.id], other.input == entry.input, other.expected == entry.expected else {
        notCompared.append(entry.id)
        continue
      }
      pairs.add(entry, other, measure, unit: units[index])
    }
    notCompared += baseline.map(\.id).filter { !seen.contains($0) }
    self.init(pairs, notCompared: notCompared, margin: margin, alpha: alpha)
  }

  /// Compares counts of right and wrong answers; A is the candidate.
  package init(_ outcomes: PairedOutcomes, margin: Double = defaultMargin, alpha: Double = 0.05) {
    self.init(
      sample: .outcomes(outcomes), wins: outcomes.onlyA, losses: outcomes.onlyB, missing: nil, notCompared: [],
      margin: margin, alpha: alpha)
  }

  /// Compares graded cases by their differences, candidate minus baseline.
  /// - Parameters:
  ///   - differences: one for each case, −1 to 1; others are clipped.
  ///   - weights: each case's weight; all 1 unless told.
  ///   - units: each case's unit; its own unless told.
  package init(
    differences: [Double], weights: [Double]? = nil, units: [Int]? = nil, margin: Double = defaultMargin,
    alpha: Double = 0.05
  ) {
    let differences = differences.map { min(1, max(-1, $0)) }
    self.init(
      sample: .units(Units(differences, weights: weights, units: units)),
      wins: differences.count { $0 > 0 }, losses: differences.count { $0 < 0 }, missing: nil, notCompared: [],
      margin: margin, alpha: alpha)
  }

  private init(_ pairs: CasePairs, notCompared: [String], margin: Double, alpha: Double) {
    let sample: Sample =
      pairs.outcomes.map { .outcomes($0) }
      ?? .units(Units(pairs.differences, weights: pairs.weights, units: pairs.units))
    self.init(
      sample: sample, wins: pairs.differences.count { $0 > 0 }, losses: pairs.differences.count { $0 < 0 },
      missing: MissingPairs(differences: pairs.differences, weights: pairs.weights, missing: pairs.missing),
      notCompared: notCompared, margin: margin, alpha: alpha)
  }

  init(
    sample: Sample, wins: Int, losses: Int, missing: MissingPairs?, notCompared: [String], margin: Double,
    alpha: Double
  ) {
    self.sample = sample
    self.wins = wins
    self.losses = losses
    self.notCompared = notCompared
    self.margin = max(margin, .leastNormalMagnitude)
    self.alpha = alpha
    count = sample.cases
    difference = sample.difference
    self.missing = missing ?? MissingPairs(difference: difference)
    rawPValue = sample.pValue
    pValue = rawPValue
    interval = sample.interval(confidence: 1 - alpha)
  }

  /// The interval of the difference at another confidence, for this comparison alone.
  package func interval(confidence: Double) -> Interval { sample.interval(confidence: confidence) }

  /// The comparison with a p-value that was adjusted together with others, and an interval to match.
  ///
  /// The interval has the confidence 1 − alpha/family, so that all of the family hold at once; it is widened to 0 when
  /// the adjusted p-value shows nothing, and cut off next to 0 when it does show a difference.
  /// - Parameters:
  ///   - pValue: the adjusted p-value, no smaller than ``rawPValue``.
  ///   - family: how many comparisons it was adjusted for, at least 1.
  package func adjusted(pValue: Double, family: Int) -> PairedComparison {
    var adjusted = self
    adjusted.pValue = max(rawPValue, min(1, pValue))
    adjusted.family = max(1, family)
    adjusted.interval = sample.interval(confidence: 1 - alpha / Double(adjusted.family))
      .agreeing(isShown: adjusted.pValue <= alpha, difference: difference)
    return adjusted
  }

  /// The same seen from the other side: the baseline's score minus the candidate's.
  package var swapped: PairedComparison {
    var other = PairedComparison(
      sample: sample.swapped, wins: losses, losses: wins, missing: missing.swapped, notCompared: notCompared,
      margin: margin, alpha: alpha)
    if family > 1 || pValue != rawPValue { other = other.adjusted(pValue: pValue, family: family) }
    return other
  }

  /// The test behind ``pValue``.
  package var test: String {
    switch sample {
    case .outcomes: "exact McNemar"
    case .units: "sign-flip test"
    }
  }

  /// The effective number of units; the number of cases without groups and weights.
  package var effectiveUnits: Double {
    switch sample {
    case .outcomes(let outcomes): Double(outcomes.count)
    case .units(let units): units.effectiveCount
    }
  }

  /// The effective numbers in words; nil when they are those of the cases.
  package var effectiveWords: String? {
    if case .units(let units) = sample { units.effectiveWords } else { nil }
  }
}

/// Pairs of cases, before the method is picked.
private struct CasePairs {
  var differences: [Double] = []
  var weights: [Double] = []
  var units: [Int] = []
  var missing: [(weight: Double, candidate: Bool, baseline: Bool)] = []
  /// The counts of right and wrong, as long as every case has one outcome of each variant.
  private var counts: PairedOutcomes? = PairedOutcomes(both: 0, onlyA: 0, onlyB: 0, neither: 0)

  mutating func add(_ entry: ScoredCase, _ other: ScoredCase, _ measure: ScoredCase.Measure, unit: Int) {
    guard let a = entry.value(measure), let b = other.value(measure) else {
      return missing.append((entry.weight, entry.isScored, other.isScored))
    }
    differences.append(a - b)
    weights.append(entry.weight)
    units.append(unit)
    let isSingle = entry.values(measure).count == 1 && other.values(measure).count == 1
    switch (a, b) {
    case (1, 1) where isSingle: counts?.both += 1
    case (1, 0) where isSingle: counts?.onlyA += 1
    case (0, 1) where isSingle: counts?.onlyB += 1
    case (0, 0) where isSingle: counts?.neither += 1
    default: counts = nil
    }
  }

  /// The counts of right and wrong; nil where scores are graded or repeated, or cases are grouped or weighted.
  var outcomes: PairedOutcomes? {
    Set(weights).count < 2 && Set(units).count == units.count ? counts : nil
  }
}

extension PairedComparison.Sample {
  /// The number of cases.
  var cases: Int {
    switch self {
    case .outcomes(let outcomes): outcomes.count
    case .units(let units): units.cases
    }
  }

  /// The mean difference, candidate minus baseline; 0 without cases.
  var difference: Double {
    switch self {
    case .outcomes(let outcomes): outcomes.difference
    case .units(let units): units.mean
    }
  }

  /// The opposite differences.
  var swapped: Self {
    switch self {
    case .outcomes(let outcomes): .outcomes(outcomes.swapped)
    case .units(let units): .units(units.negated)
    }
  }

  /// The two-sided p-value of no difference.
  var pValue: Double {
    switch self {
    case .outcomes(let outcomes): outcomes.pValue
    case .units(let units): max(units.signFlipPValue, units.intervalPValue)
    }
  }

  /// The interval of the difference, which leaves 0 out if and only if ``pValue`` is at most 1 − `confidence`.
  func interval(confidence: Double) -> Interval {
    guard confidence < 1 else { return Interval(-1, 1) }
    switch self {
    case .outcomes(let outcomes): return outcomes.interval(confidence: confidence)
    case .units(let units):
      let interval = units.differenceInterval(confidence: confidence)
      return units.signFlipPValue <= 1 - confidence ? interval : Interval(min(0, interval.low), max(0, interval.high))
    }
  }
}

extension Units {
  /// The two-sided p-value of the sign-flip test of the units' totals.
  var signFlipPValue: Double { SignFlipTest(totals).pValue }

  /// The units with the pseudo-units of a mean difference; nil without units.
  var guardedDifferences: UnitEstimator? {
    let size = differenceGuard
    return count > 0 ? guarded(size, -size).estimator : nil
  }

  /// The two-sided p-value of the guarded t interval.
  var intervalPValue: Double { guardedDifferences?.pValue ?? 1 }

  /// The guarded t interval of a mean difference, cut to −1…1.
  func differenceInterval(confidence: Double) -> Interval {
    let bounds = Interval(-1, 1)
    return guardedDifferences?.interval(confidence: confidence, within: bounds) ?? bounds
  }
}

extension MissingPairs {
  /// The same seen from the other variant.
  var swapped: MissingPairs {
    var other = self
    (other.candidateShare, other.baselineShare) = (baselineShare, candidateShare)
    other.bounds = bounds.negated
    return other
  }
}
