import NumberFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A mean score with the interval that the cases leave plausible.
package struct Estimate: Sendable, Hashable {
  /// How the interval was made.
  package enum Method: String, Sendable, Hashable {
    /// Wilson's score interval: every case has one score, of 0 or 1, none belongs to a group, and all weigh the same.
    case wilson
    /// Student's t of the units' means with two pseudo-units of 0 and 1, cut off at 0 and 1: for everything else.
    case unitT = "t"
  }

  /// The weighted mean of the cases, 0 to 1, without pseudo-units.
  package var mean: Double
  /// The 95 % interval, within 0…1.
  package var interval: Interval
  /// The number of cases.
  package var count: Int
  /// How the interval was made.
  package var method: Method
  /// The effective number of units; ``count`` without groups and weights.
  package var units: Double

  /// An estimate put together elsewhere.
  /// - Parameter units: the effective number of units; `count` unless told.
  package init(mean: Double, interval: Interval, count: Int, method: Method, units: Double? = nil) {
    self.mean = mean
    self.interval = interval
    self.count = count
    self.method = method
    self.units = units ?? Double(count)
  }

  /// The mean of the values of units, 0 to 1, with the guarded t interval; nil without units.
  package init?(_ units: Units) {
    guard units.count > 0 else { return nil }
    let interval = units.guarded(0, 1).estimator?.interval(confidence: 0.95, within: Interval(0, 1))
    self.init(
      mean: min(1, max(0, units.mean)), interval: units.count == 1 ? Interval(0, 1) : interval ?? Interval(0, 1),
      count: units.cases, method: .unitT, units: units.effectiveCount)
  }

  /// The mean of scores from 0 to 1 (others are clipped) of cases that weigh the same and belong to no group, each with
  /// one score; nil without scores.
  /// - Parameter repeated: whether a score may be the mean of several samples, so that 0 and 1 are no outcomes of one
  ///   draw.
  package init?(scores: [Double], repeated: Bool = false) {
    let scores = scores.map { min(1, max(0, $0)) }
    guard !scores.isEmpty else { return nil }
    if !repeated, scores.allSatisfy({ $0 == 0 || $0 == 1 }) {
      let outcomes = Proportion(scores.map { $0 == 1 })
      self.init(mean: outcomes.rate ?? 0, interval: outcomes.interval(), count: outcomes.count, method: .wilson)
    } else {
      self.init(Units(scores))
    }
  }

  /// The interval for claims that a mark is reached, missed, kept or broken: Clopper and Pearson's for yes and no, which
  /// holds the true rate at least as often as it says; else ``interval``.
  package var claimInterval: Interval {
    method == .wilson
      ? Proportion(successes: Int((mean * Double(count)).rounded()), of: count).guaranteed() : interval
  }

  /// Where the score stands to a mark.
  package enum Target: String, Sendable, Hashable {
    /// The whole interval lies at or above it.
    case met
    /// The whole interval lies below it.
    case missed
    /// The cases don't decide it.
    case open
  }

  /// Where the score stands to a target from 0 to 1. Fewer than ten units decide nothing.
  package func target(_ target: Double) -> Target {
    guard isClaimable else { return .open }
    return claimInterval.low >= target ? .met : claimInterval.high < target ? .missed : .open
  }

  /// Whether there are units enough, ten, to claim anything; with fewer, numbers are shown and nothing is concluded.
  package var isClaimable: Bool { units >= 10 - 1e-9 }

  /// The largest share of failures (of successes, when all fail) that cases which all came out the same leave plausible;
  /// nil when they did not.
  ///
  /// The 95 % bound 1 − 0.05^(1/units), the rule of three.
  package var rareShare: Double? { mean == 1 || mean == 0 ? Proportion.ruleOfThree(units) : nil }

  /// The bound of ``rareShare`` in words: `at most 3 % fail (95 %)`; nil when not all cases came out the same.
  package var rareWords: String? {
    rareShare.map { "at most \(NumberFormat.percent($0)) \(mean == 1 ? "fail" : "succeed") (95 %)" }
  }
}

extension Proportion {
  /// The mean and interval of these outcomes; nil without cases.
  package var estimate: Estimate? {
    rate.map { Estimate(mean: $0, interval: interval(), count: count, method: .wilson) }
  }
}
