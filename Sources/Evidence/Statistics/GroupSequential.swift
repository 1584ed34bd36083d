#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A plan for comparing two variants case by case that may end before all cases are answered, without claiming a
/// difference that isn't there more often than `alpha`.
///
/// A case stands for a unit here: with groups, whole groups are answered, and they are what is planned and counted, by
/// their effective number. The cases must come in random order (``order(of:salt:)``). After each look of ``looks`` the
/// p-value of all pairs so far is held against the level of that look. The p-value is that of ``PairedComparison``, not
/// of a normal approximation, so few differing pairs make the test careful and never bold.
///
/// Graded scores have a trap of their own: many small gains with a rare large loss look like a sure win until the first
/// loss comes. So before the last look they decide only if the difference would still be shown at `alpha` after one more
/// case that goes wholly the other way. Differences of a few hundredths therefore hardly ever stop early.
///
/// Unless told otherwise the levels come from Hwang, Shih and De Cani's spending function with γ = −4: between O'Brien
/// and Fleming's bounds (hardly any power lost, stops late) and Pocock's (stops early, loses 8 points of power). With
/// five looks, 80 % power becomes 78 %, and at twice the detectable difference 42 % of the cases are enough on average.
package struct GroupSequential: Sendable, Hashable {
  /// One time at which the pairs so far are judged.
  package struct Look: Sendable, Hashable {
    /// The cases answered by then.
    package var cases: Int
    /// The largest two-sided p-value that decides at this look.
    package var level: Double
    /// The same as a distance from 0 of a standard normal statistic; infinite when nothing can decide.
    package var criticalValue: Double
    /// The chance of a false claim at this or an earlier look.
    package var spent: Double
  }

  /// What to do after a look.
  package enum Decision: String, Sendable, Hashable, CaseIterable {
    /// Stop: A's mean score is higher.
    case aIsBetter
    /// Stop: B's mean score is higher.
    case bIsBetter
    /// Stop: not even a difference of the size that the whole set detects would now be shown.
    case futile
    /// Answer more cases.
    case goOn
    /// All cases are answered and don't show which is better.
    case noDifferenceShown

    /// Whether no more cases need to be answered.
    package var isFinal: Bool { self != .goOn }
  }

  /// What one look shows.
  package struct Finding: Sendable, Hashable {
    /// What to do.
    package var decision: Decision
    /// The look it was made at.
    package var look: Look
    /// The cases that both variants answered.
    package var cases: Int
    /// The share of the planned cases that they are, 0 to 1.
    package var share: Double
    /// The mean difference, A minus B.
    package var difference: Double
    /// The two-sided p-value of no difference, to be held against the look's level.
    package var pValue: Double
    /// The repeated confidence interval of the difference (Jennison and Turnbull, Journal of the Royal Statistical
    /// Society B 51, 1989, 305–361): the interval with the confidence 1 − level of this look.
    ///
    /// With probability 1 − alpha the intervals of all looks hold the true difference at once, so the one at which
    /// somebody stopped does too, whatever the reason for stopping.
    package var interval: Interval
    /// The chance that all cases together would show a difference, which ``Decision/futile`` rests on; nil at the last
    /// look.
    package var conditionalPower: Double?

    /// What to keep in mind about ``difference``; nil at the last look.
    ///
    /// Who stops because a difference is large stops where it is larger than the truth on average (Whitehead,
    /// Biometrika 73, 1986, 573–581).
    package var caution: String? {
      switch decision {
      case .goOn:
        pValue <= look.level
          ? "Too early: one more case that goes wholly the other way could undo the difference."
          : "Not final: the interval holds for all looks together."
      case .aIsBetter, .bIsBetter:
        conditionalPower != nil
          ? "Stopped early, so the difference is probably smaller than measured; the interval allows for that." : nil
      case .futile: "Stopped early, so a small difference was not looked for; the interval says what is still possible."
      case .noDifferenceShown: nil
      }
    }
  }

  /// The looks, earliest first; the last is after all cases. Empty without cases.
  package let looks: [Look]
  /// The cases planned.
  package let cases: Int
  /// The two-sided chance of claiming a difference when there is none.
  package let alpha: Double
  /// Below this ``Finding/conditionalPower`` going on is futile; 0 never stops for it.
  ///
  /// It may be changed, or its advice ignored, at any time: the levels take no credit for futile stops (the bound is
  /// non-binding), so ``alpha`` holds either way. 0.2 costs about one point of power.
  package var futilePower = 0.2

  /// A plan with evenly spaced looks.
  /// - Parameters:
  ///   - cases: all cases of the eval set; 0 and less make a plan without looks.
  ///   - looks: how often to look, the end included, at least 1; no more often than there are cases.
  ///   - alpha: the two-sided chance of a false claim, between 0 and 1.
  ///   - spending: how that chance is spread over the looks.
  package init(
    cases: Int, looks: Int = 5, alpha: Double = 0.05, spending: SpendingFunction = .hwangShihDeCani(-4)
  ) {
    let cases = max(0, cases)
    let looks = max(1, min(looks, cases))
    let (whole, rest) = cases.quotientAndRemainder(dividingBy: looks)
    let schedule = (1...looks).map { whole * $0 + (rest * $0 + looks - 1) / looks }
    self.init(schedule: schedule, of: cases, alpha: alpha, spending: spending)
  }

  /// A plan with looks after given numbers of cases.
  ///
  /// The last one is the end and spends what is left of `alpha`, even when it comes before all `cases`. A level depends
  /// on no later look, so a plan made anew with the numbers at which looks really came keeps the levels of those looks.
  /// - Parameters:
  ///   - schedule: cases answered at each look; those that don't rise, or lie outside 1…`cases`, are left out.
  ///   - cases: the cases planned.
  ///   - alpha: the two-sided chance of a false claim, between 0 and 1.
  ///   - spending: how that chance is spread over the looks.
  package init(
    schedule: [Int], of cases: Int, alpha: Double = 0.05, spending: SpendingFunction = .hwangShihDeCani(-4)
  ) {
    var counts: [Int] = []
    for count in schedule where count > counts.last ?? 0 && count <= cases { counts.append(count) }
    let shares = counts.map { Double($0) / Double(cases) }
    var spent = shares.map { spending.spent(of: alpha, at: $0) }
    if !spent.isEmpty { spent[spent.count - 1] = alpha }
    let boundary = SequentialBoundary(shares: shares, spent: spent)
    looks = counts.indices.map { index in
      let value = boundary.criticalValues[index]
      return Look(
        cases: counts[index], level: erfc(value / 2.0.squareRoot()), criticalValue: value, spent: spent[index])
    }
    self.cases = max(0, cases)
    self.alpha = alpha
  }

  /// The cases answered at each look.
  package var schedule: [Int] { looks.map(\.cases) }

  /// Judges all pairs so far at a look.
  ///
  /// The pairs may be a few less than the look asks for, when requests failed.
  /// - Parameters:
  ///   - evidence: both variants on the same cases, in random order of cases, groups whole.
  ///   - look: a place in ``looks``; one beyond the last counts as the last. Each look is taken once.
  ///   - family: how many comparisons are looked at together, at least 1; each has the level divided by it.
  package func finding(_ evidence: PairedComparison, look place: Int, family: Int = 1) -> Finding {
    let place = max(0, min(place, looks.count - 1))
    let isLast = place >= looks.count - 1
    var look = looks.isEmpty ? Look(cases: 0, level: 0, criticalValue: .infinity, spent: 0) : looks[place]
    look.level /= Double(max(1, family))
    let share = cases > 0 ? min(1, evidence.effectiveUnits / Double(cases)) : 1
    let pValue = evidence.rawPValue
    let power = isLast ? nil : conditionalPower(evidence, share: share)
    let decision: Decision =
      if pValue <= look.level, evidence.difference != 0,
        isLast || evidence.withstandsOneCase(at: alpha / Double(max(1, family)))
      {
        evidence.difference > 0 ? .aIsBetter : .bIsBetter
      } else if let power {
        power < futilePower ? .futile : .goOn
      } else {
        .noDifferenceShown
      }
    return Finding(
      decision: decision, look: look, cases: evidence.count, share: share, difference: evidence.difference,
      pValue: pValue, interval: evidence.interval(confidence: 1 - look.level), conditionalPower: power)
  }

  /// The chance that |Z| after all cases passes the last critical value c, given Z now (Lachin, Statistics in Medicine
  /// 24, 2005, 2747–2764): Φ((|Z|√t + θ(1 − t) − c) / √(1 − t)), for a share t of the cases and a drift θ.
  ///
  /// The drift is the one that the whole set detects with 80 % power (z₁₋α⁄₂ + z₀.₈, whatever share of the cases
  /// differs), towards the variant that is ahead; or what was seen so far, when that is more. Judging by what was seen
  /// alone would give up on every comparison that starts badly.
  private func conditionalPower(_ evidence: PairedComparison, share: Double) -> Double? {
    guard share < 1, let last = looks.last else { return nil }
    let detectable = Distributions.normalQuantile(1 - alpha / 2) + Distributions.normalQuantile(0.8)
    let now = abs(evidence.statistic) * share.squareRoot()
    let drift = share > 0 ? max(detectable, now / share) : detectable
    let left = 1 - share
    return Distributions.normalCumulative((now + drift * left - last.criticalValue) / left.squareRoot())
  }
}

extension PairedComparison {
  /// Whether the difference would still be shown at a level after one more case that goes wholly the other way.
  ///
  /// The exact test of right and wrong answers has no need of it.
  func withstandsOneCase(at level: Double) -> Bool {
    guard case .units(let units) = sample else { return true }
    let one = Units(
      means: units.means + [units.mean > 0 ? -1 : 1], weights: units.shares + [1 / max(1, units.effectiveCount)],
      effectiveCases: units.effectiveCases + 1)
    return Sample.units(one).pValue <= level
  }

  /// The sum of the units' totals over the root of the sum of their squares, standard normal without a difference; 0
  /// without any.
  var statistic: Double {
    switch sample {
    case .outcomes(let outcomes):
      return outcomes.discordant == 0
        ? 0 : Double(outcomes.onlyA - outcomes.onlyB) / Double(outcomes.discordant).squareRoot()
    case .units(let units):
      let squares = units.totals.reduce(0) { $0 + $1 * $1 }
      return squares == 0 ? 0 : units.mean / squares.squareRoot()
    }
  }
}
