/// What a paired comparison of two variants can see, from the tests that ``PairedComparison`` makes.
package struct Power: Sendable, Hashable {
  /// How much cases differ between the variants.
  package enum Spread: Sendable, Hashable {
    /// Right and wrong: the share of cases on which the variants differ, 0 to 1.
    case discordance(Double)
    /// Graded scores: the standard deviation of the cases' differences, and the factor by which groups enlarge the
    /// variance of their mean (1 without groups).
    case deviation(Double, designEffect: Double)
  }

  /// How much cases differ.
  package var spread: Spread
  /// The chance of finding a difference that is there, 0 to 1.
  package var power: Double
  /// The two-sided chance of finding one that isn't, 0 to 1.
  package var significance: Double

  /// The share of differing cases that is assumed before anything is measured.
  package static let usualDiscordance = 0.2
  /// The standard deviation of differences that is assumed before anything is measured.
  package static let usualDeviation = 0.3
  /// Beyond so many cases the answer is none.
  static let mostCases = 10_000_000

  /// Right and wrong answers; unless told 20 % of cases differ, 80 % power, 5 % significance.
  package init(discordance: Double = usualDiscordance, power: Double = 0.8, significance: Double = 0.05) {
    spread = .discordance(min(1, max(0, discordance)))
    self.power = power
    self.significance = significance
  }

  /// Graded scores.
  /// - Parameters:
  ///   - deviation: the standard deviation of the cases' differences, above 0.
  ///   - designEffect: the factor by which groups enlarge the variance of the mean, at least 1.
  ///   - power: the chance of finding a difference that is there.
  ///   - significance: the two-sided chance of finding one that isn't.
  package init(deviation: Double, designEffect: Double = 1, power: Double = 0.8, significance: Double = 0.05) {
    spread = .deviation(max(0, deviation), designEffect: max(1, designEffect))
    self.power = power
    self.significance = significance
  }

  /// The chance of finding a true difference (0 to 1; the sign doesn't matter) with so many cases.
  ///
  /// Right and wrong: the exact power of McNemar's exact test, over the number M of differing cases, binomial in the cases,
  /// and the wins among them, binomial in M (Connor, Biometrics 43, 1987, describes the setting; his normal formula is
  /// not used). A difference above the discordance is taken as equal to it. Graded: the noncentral t distribution, two
  /// cases fewer for the guard of the interval.
  package func chance(ofDetecting difference: Double, cases count: Int) -> Double {
    let difference = abs(difference)
    switch spread {
    case .discordance(let discordance):
      var test = ExactMcNemarPower(discordance: discordance, difference: difference, significance: significance)
      return test.power(cases: count)
    case .deviation(let deviation, let designEffect):
      guard count > 3, difference > 0 else { return 0 }
      guard deviation > 0 else { return 1 }
      let degrees = Double(count - 3)
      let shift = difference * (Double(count - 2) / designEffect).squareRoot() / deviation
      guard shift < 30 else { return 1 }
      let limit = Distributions.studentQuantile(1 - significance / 2, degrees: degrees)
      return 1
        - Distributions.noncentralStudentCumulative(limit, degrees: degrees, noncentrality: shift)
        + Distributions.noncentralStudentCumulative(-limit, degrees: degrees, noncentrality: shift)
    }
  }

  /// The cases needed to find a true difference (0 to 1; the sign doesn't matter).
  ///
  /// The smallest number from which on the next four have the power, too: the exact power rises in a saw-tooth. Nil for no
  /// difference, which no number of cases can show, and beyond ten million.
  package func cases(toDetect difference: Double) -> Int? {
    let difference = abs(difference)
    guard difference > 0 else { return nil }
    switch spread {
    case .discordance(let discordance):
      let difference = min(difference, discordance)
      guard difference > 0 else { return nil }
      return casesOfExactTest(discordance, difference)
    case .deviation:
      return smallest { chance(ofDetecting: difference, cases: $0) >= power }
    }
  }

  /// The smallest true difference (0 to 1) that `count` cases find; nil when they would miss even the largest one that
  /// the spread allows.
  package func detectableDifference(cases count: Int) -> Double? {
    guard count > 0 else { return nil }
    let largest = if case .discordance(let discordance) = spread { discordance } else { 1.0 }
    guard largest > 0, chance(ofDetecting: largest, cases: count) >= power else { return nil }
    // The chance rises with the difference, nearly as a normal distribution: secants on its quantile, within a bracket.
    let quantile = { (chance: Double) in Distributions.normalQuantile(min(1 - 1e-12, max(1e-12, chance))) }
    let wanted = quantile(power)
    var (low, high) = (0.0, largest)
    var below = quantile(significance) - wanted
    var above = quantile(chance(ofDetecting: largest, cases: count)) - wanted
    for _ in 0..<60 where high - low > 1e-9 {
      let share = above - below > 0 ? min(0.95, max(0.05, -below / (above - below))) : 0.5
      let middle = low + (high - low) * share
      let value = quantile(chance(ofDetecting: middle, cases: count)) - wanted
      if value < 0 { (low, below) = (middle, value) } else { (high, above) = (middle, value) }
    }
    return high
  }

  /// The same in whole percentage points, rounded up from tenths; nil when no difference would be found.
  package func detectablePoints(cases count: Int) -> Int? {
    detectableDifference(cases: count).map { Int((($0 * 1000).rounded() / 10).rounded(.up)) }
  }

  /// The cases needed to show two variants without a difference to be the same within a margin with 80 % power:
  /// (z₀.₉₇₅ + z₀.₉)²·σ²/m², where σ² is the variance of the cases' differences (of right and wrong answers their
  /// discordance).
  package static func casesForEquivalence(variance: Double, margin: Double) -> Int {
    let z = Distributions.normalQuantile(0.975) + Distributions.normalQuantile(0.9)
    let needed = z * z * variance / (margin * margin)
    return needed < Double(mostCases) ? Int(needed.rounded(.up)) : mostCases
  }

  /// The smallest count from 4 up for which a rising condition holds; nil beyond ``mostCases``.
  private func smallest(_ holds: (Int) -> Bool) -> Int? {
    var (low, high) = (3, 4)
    while !holds(high) {
      guard high < Self.mostCases else { return nil }
      (low, high) = (high, high * 2)
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private func casesOfExactTest(_ discordance: Double, _ difference: Double) -> Int? {
    // Connor's formula needs fewer cases than the exact test, and above some thousands hardly fewer.
    let alpha = Distributions.normalQuantile(1 - significance / 2)
    let beta = Distributions.normalQuantile(power)
    let root = alpha * discordance.squareRoot() + beta * max(0, discordance - difference * difference).squareRoot()
    let normal = root * root / (difference * difference)
    guard normal < Double(Self.mostCases) else { return nil }
    // With n/δ cases more the normal distribution allows for the steps of the exact test.
    if normal > 10_000 { return Int((normal + 2 / difference).rounded(.up)) }
    var test = ExactMcNemarPower(discordance: discordance, difference: difference, significance: significance)
    var count = max(1, Int(normal * 0.9) - 5)
    var reached = 0
    while reached < 5 {
      reached = test.power(cases: count + reached) >= power ? reached + 1 : 0
      if reached == 0 { count += 1 }
    }
    return count
  }
}

/// The power of McNemar's exact test.
private struct ExactMcNemarPower {
  let discordance: Double
  let significance: Double
  /// The chance that a differing case is a win.
  let lean: Double
  /// For each number of differing cases, the chance that the test rejects.
  private var rejection: [Double] = []
  /// For the last of them, the most cases on the smaller side that reject; −1 for none.
  private var critical = -1

  init(discordance: Double, difference: Double, significance: Double) {
    self.discordance = discordance
    self.significance = significance
    lean = discordance > 0 ? min(1, (discordance + min(difference, discordance)) / (2 * discordance)) : 0.5
  }

  mutating func power(cases count: Int) -> Double {
    guard count > 0, discordance > 0 else { return 0 }
    let mean = Double(count) * discordance
    let reach = 9 * (mean * (1 - discordance)).squareRoot() + 12
    let first = max(0, Int(mean - reach))
    let last = min(count, Int(mean + reach))
    extend(to: last)
    var sum = 0.0
    var chance = Distributions.binomial(first, of: count, chance: discordance)
    for differing in first...last {
      sum += chance * rejection[differing]
      guard discordance < 1 else {
        chance = differing + 1 == count ? 1 : 0
        continue
      }
      chance *= Double(count - differing) / Double(differing + 1) * discordance / (1 - discordance)
    }
    return sum
  }

  private mutating func extend(to last: Int) {
    for differing in rejection.count...max(last, rejection.count) {
      while critical + 1 <= differing / 2,
        Distributions.fairCoin(critical + 1, differing - critical - 1) <= significance
      {
        critical += 1
      }
      rejection.append(
        critical < 0
          ? 0
          : Distributions.binomialCumulative(critical, of: differing, chance: lean)
            + Distributions.binomialCumulative(critical, of: differing, chance: 1 - lean))
    }
  }
}
