/// Count, mean, spread and extremes of numbers that come one by one (Welford 1962), without keeping them.
package struct RunningSummary: Sendable, Hashable {
  /// How many numbers came.
  package private(set) var count = 0
  /// Their mean; 0 without numbers.
  package private(set) var mean = 0.0
  /// The smallest; nil without numbers.
  package private(set) var minimum: Double?
  /// The largest; nil without numbers.
  package private(set) var maximum: Double?
  private var squares = 0.0

  /// A summary of nothing yet.
  package init() {}

  /// A summary of these numbers.
  package init(_ values: some Sequence<Double>) { for value in values { add(value) } }

  /// Takes one more number.
  package mutating func add(_ value: Double) {
    count += 1
    let before = value - mean
    mean += before / Double(count)
    squares += before * (value - mean)
    minimum = min(minimum ?? value, value)
    maximum = max(maximum ?? value, value)
  }

  /// The sum of the numbers.
  package var sum: Double { mean * Double(count) }

  /// The variance with n − 1 in the denominator; nil for fewer than two numbers.
  package var variance: Double? { count < 2 ? nil : squares / Double(count - 1) }

  /// The standard deviation; nil for fewer than two numbers.
  package var deviation: Double? { variance.map { $0.squareRoot() } }

  /// The standard error of the mean; nil for fewer than two numbers.
  package var standardError: Double? { variance.map { ($0 / Double(count)).squareRoot() } }
}
