/// How many of a number of cases had some property.
public struct Proportion: Sendable, Hashable {
  /// The cases that had it, 0 to ``count``.
  public var successes: Int
  /// All cases.
  public var count: Int

  /// A proportion; `successes` is clipped to 0…`count`, a negative `count` to 0.
  public init(successes: Int, of count: Int) {
    self.count = max(0, count)
    self.successes = min(max(0, successes), self.count)
  }

  /// Counts what is true.
  public init(_ outcomes: some Sequence<Bool>) {
    var successes = 0
    var count = 0
    for outcome in outcomes {
      count += 1
      if outcome { successes += 1 }
    }
    self.init(successes: successes, of: count)
  }

  /// The share, 0 to 1; nil without cases.
  public var rate: Double? { count == 0 ? nil : Double(successes) / Double(count) }

  /// Wilson's score interval (Wilson 1927), without continuity correction; 0 to 1 without cases.
  /// - Parameter confidence: the share of such intervals that hold the true rate, between 0 and 1; 0.95 unless told.
  public func interval(confidence: Double = 0.95) -> Interval {
    guard let rate else { return Interval(0, 1) }
    return Self.wilson(rate: rate, count: Double(count), confidence: confidence)
  }

  /// Wilson's interval for a rate that need not be a whole number of successes.
  static func wilson(rate: Double, count: Double, confidence: Double) -> Interval {
    let z = Distributions.normalQuantile((1 + confidence) / 2)
    let share = z * z / count
    let center = (rate + share / 2) / (1 + share)
    let radius = (share * (rate * (1 - rate) + share / 4)).squareRoot() / (1 + share)
    // The exact ends are 0 and 1 here, which rounding would miss by 1e-17.
    return Interval(rate == 0 ? 0 : max(0, center - radius), rate == 1 ? 1 : min(1, center + radius))
  }

  /// The mean and interval of these outcomes; nil without cases.
  public var estimate: Estimate? {
    rate.map { Estimate(mean: $0, interval: interval(), count: count, method: .wilson) }
  }
}
