/// Numbers in order, to ask for percentiles of.
package struct Percentiles: Sendable, Hashable {
  /// The numbers, smallest first; NaN is left out.
  package let sorted: [Double]

  /// Sorts the numbers once.
  package init(_ values: some Sequence<Double>) { sorted = values.filter { !$0.isNaN }.sorted() }

  /// Takes numbers that are in order, none of them NaN, as they are.
  package init(ascending values: [Double]) { sorted = values }

  /// The value at a percentile from 0 to 100; nil without numbers.
  ///
  /// Between two ranks the value is interpolated linearly at (n − 1) × p / 100 (Hyndman and Fan's definition 7, the
  /// default of NumPy and R).
  package subscript(percentile: Double) -> Double? {
    guard let last = sorted.last else { return nil }
    let place = Double(sorted.count - 1) * min(100, max(0, percentile)) / 100
    let index = Int(place)
    guard index + 1 < sorted.count else { return last }
    return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
  }

  /// The median.
  package var p50: Double? { self[50] }

  /// The value that 95 % don't exceed.
  package var p95: Double? { self[95] }
}
