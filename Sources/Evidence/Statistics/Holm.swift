/// Correction for looking at several comparisons at once.
package enum Holm {
  /// The p-values adjusted by Holm's step-down method (Scandinavian Journal of Statistics 6, 1979, 65–70), in the given
  /// order.
  ///
  /// Calling those at most 0.05 real keeps the chance of even one false claim at 5 %, however the tests depend on each
  /// other. Adjusted values are at most 1 and never smaller than the given ones.
  /// - Parameters:
  ///   - pValues: the p-values.
  ///   - total: how many comparisons were made in all, those whose p-values are not at hand included; the number of
  ///     p-values unless told, and never fewer.
  package static func adjusted(_ pValues: [Double], of total: Int = 0) -> [Double] {
    let total = max(total, pValues.count)
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, pValues[index] * Double(total - rank)))
      adjusted[index] = largest
    }
    return adjusted
  }
}
