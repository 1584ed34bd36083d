/// The numbers that a setting may have: finite ones between two bounds, each of them included or not.
package struct NumberRange: Sendable, Hashable {
  /// The lower bound.
  package var low: Double
  /// Whether the lower bound itself is allowed.
  package var includesLow: Bool
  /// The upper bound; infinite where there is none.
  package var high: Double
  /// Whether the upper bound itself is allowed.
  package var includesHigh: Bool

  /// Numbers above a bound, up to another.
  package static func above(_ low: Double, to high: Double = .infinity) -> NumberRange {
    NumberRange(low: low, includesLow: false, high: high, includesHigh: true)
  }
  /// Numbers above a bound and below another.
  package static func above(_ low: Double, below high: Double) -> NumberRange {
    NumberRange(low: low, includesLow: false, high: high, includesHigh: false)
  }
  /// Numbers from a bound to another, both included.
  package static func from(_ low: Double, to high: Double = .infinity) -> NumberRange {
    NumberRange(low: low, includesLow: true, high: high, includesHigh: true)
  }
  /// Numbers from a bound, below another.
  package static func from(_ low: Double, below high: Double) -> NumberRange {
    NumberRange(low: low, includesLow: true, high: high, includesHigh: false)
  }

  /// Whether a number is allowed.
  package func contains(_ number: Double) -> Bool {
    number.isFinite && (includesLow ? number >= low : number > low) && (includesHigh ? number <= high : number < high)
  }

  /// The range in words, such as `from 0, below 1`.
  package var description: String {
    let (low, high) = (SettingValue.decimal(low), SettingValue.decimal(high))
    guard self.high.isFinite else { return includesLow ? "from \(low)" : "above \(low)" }
    if includesLow, includesHigh { return "from \(low) to \(high)" }
    return (includesLow ? "from \(low)" : "above \(low)") + (includesHigh ? ", at most \(high)" : ", below \(high)")
  }
}
