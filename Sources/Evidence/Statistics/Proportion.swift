#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How many of a number of cases had some property.
package struct Proportion: Sendable, Hashable {
  /// The cases that had it, 0 to ``count``.
  package var successes: Int
  /// All cases.
  package var count: Int

  /// A proportion; `successes` is clipped to 0…`count`, a negative `count` to 0.
  package init(successes: Int, of count: Int) {
    self.count = max(0, count)
    self.successes = min(max(0, successes), self.count)
  }

  /// Counts what is true.
  package init(_ outcomes: some Sequence<Bool>) {
    var successes = 0
    var count = 0
    for outcome in outcomes {
      count += 1
      if outcome { successes += 1 }
    }
    self.init(successes: successes, of: count)
  }

  /// The share, 0 to 1; nil without cases.
  package var rate: Double? { count == 0 ? nil : Double(successes) / Double(count) }

  /// Wilson's score interval (Journal of the American Statistical Association 22, 1927, 209–212), without continuity
  /// correction; 0 to 1 without cases.
  ///
  /// It describes. A claim that a mark is reached or kept needs ``guaranteed(confidence:)``: averaged over rates this one
  /// holds the true rate as often as it says, but at single rates less often.
  /// - Parameter confidence: the share of such intervals that hold the true rate, between 0 and 1; 0.95 unless told.
  package func interval(confidence: Double = 0.95) -> Interval {
    guard let rate else { return Interval(0, 1) }
    let z = Distributions.normalQuantile((1 + confidence) / 2)
    let share = z * z / Double(count)
    let center = (rate + share / 2) / (1 + share)
    let radius = (share * (rate * (1 - rate) + share / 4)).squareRoot() / (1 + share)
    // The exact ends are 0 and 1 here, which rounding would miss by 1e-17.
    return Interval(rate == 0 ? 0 : max(0, center - radius), rate == 1 ? 1 : min(1, center + radius))
  }

  /// Clopper and Pearson's exact interval (Biometrika 26, 1934, 404–413): at every rate it holds the true one at least as
  /// often as it says. 0 to 1 without cases.
  package func guaranteed(confidence: Double = 0.95) -> Interval {
    let outside = (1 - confidence) / 2
    let (k, n) = (Double(successes), Double(count))
    let low = successes == 0 ? 0 : Distributions.betaQuantile(outside, k, n - k + 1)
    return Interval(low, successes == count ? 1 : Distributions.betaQuantile(1 - outside, k + 1, n - k))
  }

  /// The largest share of failures that `count` cases without one leave plausible, 1 − 0.05^(1/n): about 3/n, the rule of
  /// three. 1 without cases.
  package static func ruleOfThree(_ count: Double) -> Double { count > 0 ? -expm1(log(0.05) / count) : 1 }
}
