import NumberFormat

extension NumberFormat {
  /// A share with its interval: `94 % [88, 97]`.
  package static func percent(_ share: Double, _ interval: Interval) -> String {
    percent(share, interval.low, interval.high)
  }

  /// A mean with its interval: `94 % [88, 97]`.
  package static func percent(_ estimate: Estimate) -> String { percent(estimate.mean, estimate.interval) }

  /// A difference with its interval: `+23 points [+14, +33]`.
  package static func points(_ difference: Double, _ interval: Interval) -> String {
    points(difference, interval.low, interval.high)
  }
}
