#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How long two variants took to answer the same cases: the ratio of B's time to A's, case by case.
///
/// Logarithms of the ratios are averaged, so that one slow answer doesn't decide, with Student's interval around their mean.
package struct LatencyComparison: Sendable, Hashable {
  /// Ratios within this share of 1 are the same.
  package static let tolerance = 0.10
  /// Mean differences of fewer milliseconds are the same: two runs one after the other differ by as much for no reason.
  package static let leastMilliseconds = 50.0
  /// Fewer pairs support no claim.
  package static let fewest = 20

  /// What the ratios show of B.
  package enum State: Sendable, Hashable { case faster, slower, same, unclear, tooFew }

  /// The number of cases.
  package var count: Int
  /// The geometric mean of B's time divided by A's.
  package var ratio: Double
  /// Its 95 % interval.
  package var interval: Interval
  /// The mean of B's time minus A's, in milliseconds.
  package var difference: Double

  /// Compares times of the same cases, in milliseconds; pairs with a time of 0 or less are left out.
  package init(_ pairs: some Sequence<(a: Double, b: Double)>) {
    var summary = RunningSummary()
    var differences = RunningSummary()
    var count = 0
    for (a, b) in pairs where a > 0 && b > 0 && a.isFinite && b.isFinite {
      summary.add(log(b / a))
      differences.add(b - a)
      count += 1
    }
    self.count = count
    difference = count > 0 ? differences.mean : 0
    ratio = count > 0 ? exp(summary.mean) : 1
    if count > 1, let error = summary.standardError {
      let radius = error * Distributions.studentQuantile(0.975, degrees: Double(count - 1))
      interval = Interval(exp(summary.mean - radius), exp(summary.mean + radius))
    } else {
      interval = Interval(0, .infinity)
    }
  }

  /// *Same* when the whole interval lies within the tolerance, or the mean difference is a few milliseconds; faster or slower when the interval leaves 1 out and the ratio
  /// lies beyond the tolerance; else unclear.
  package var state: State {
    guard count >= Self.fewest else { return .tooFew }
    let (low, high) = (1 / (1 + Self.tolerance), 1 + Self.tolerance)
    if interval.low > low && interval.high < high || abs(difference) < Self.leastMilliseconds { return .same }
    if interval.high < 1, ratio < low { return .faster }
    if interval.low > 1, ratio > high { return .slower }
    return .unclear
  }
}
