/// A range of values that the data leave plausible, both ends included.
public struct Interval: Sendable, Hashable {
  /// The lower end.
  public var low: Double
  /// The upper end, never below ``low``.
  public var high: Double

  /// The interval between two ends, given in either order.
  public init(_ first: Double, _ second: Double) {
    low = min(first, second)
    high = max(first, second)
  }

  /// How wide it is.
  public var width: Double { high - low }

  /// Whether the value lies in it.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
