#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A number that a person states: exactly, or as a range that holds it with a probability of 90 %.
package enum UncertainNumber: Sendable, Hashable {
  /// Taken as exact.
  case exact(Double)
  /// A lognormal number above 0 with 5 % below `low` and 5 % above `high`.
  case range(low: Double, high: Double)
  /// A share between 0 and 1 that is normal on the logit, with 5 % below `low` and 5 % above `high`.
  case share(low: Double, high: Double)

  /// Twice the normal 95 % quantile: how far the ends of a range lie from each other, in standard deviations.
  private static let width = 3.289707253902945

  /// A range; exact where both ends are equal. Nil unless 0 < low ≤ high and both are finite.
  package init?(low: Double, high: Double) {
    guard low > 0, low <= high, high.isFinite else { return nil }
    self = low == high ? .exact(low) : .range(low: low, high: high)
  }

  /// Whether it is a range.
  package var isUncertain: Bool { if case .exact = self { false } else { true } }

  /// The middle: half of the probability lies on each side.
  package var median: Double { value(at: 0) }
  /// The value with 5 % below it.
  package var low: Double { value(at: -Self.width / 2) }
  /// The value with 5 % above it.
  package var high: Double { value(at: Self.width / 2) }

  /// The value so many standard deviations from the middle, on the scale on which it is normal.
  func value(at deviations: Double) -> Double {
    switch self {
    case .exact(let value): return value
    case .range(let low, let high):
      return exp((log(low) + log(high)) / 2 + deviations * (log(high) - log(low)) / Self.width)
    case .share(let low, let high):
      let logit = { (share: Double) in log(share / (1 - share)) }
      let place = (logit(low) + logit(high)) / 2 + deviations * (logit(high) - logit(low)) / Self.width
      return 1 / (1 + exp(-place))
    }
  }
}
