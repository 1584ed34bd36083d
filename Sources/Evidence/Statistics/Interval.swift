/// A range of values that the data leave plausible, both ends included.
package struct Interval: Sendable, Hashable {
  /// The lower end.
  package var low: Double
  /// The upper end, never below ``low``.
  package var high: Double

  /// The interval between two ends, given in either order.
  package init(_ first: Double, _ second: Double) {
    low = min(first, second)
    high = max(first, second)
  }

  /// How wide it is.
  package var width: Double { high - low }

  /// Whether the value lies in it.
  package func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// The interval of the opposite difference.
  package var negated: Interval { Interval(-high, -low) }

  /// The interval moved by `offset` and cut to `bounds`.
  func shifted(by offset: Double, within bounds: Interval) -> Interval {
    Interval(
      min(bounds.high, max(bounds.low, low + offset)), min(bounds.high, max(bounds.low, high + offset)))
  }

  /// The interval after a test: widened to 0 when the test shows no difference, cut to the side of `difference` when it
  /// does.
  ///
  /// So an interval on a screen and the p-value beside it never disagree about 0. The cut end lies next to 0, not on it.
  func agreeing(isShown: Bool, difference: Double) -> Interval {
    guard isShown else { return Interval(min(0, low), max(0, high)) }
    guard contains(0), difference != 0 else { return self }
    return difference > 0 ? Interval(.leastNonzeroMagnitude, high) : Interval(low, -.leastNonzeroMagnitude)
  }
}
