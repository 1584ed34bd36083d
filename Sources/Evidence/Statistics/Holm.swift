/// Correction for looking at several comparisons at once.
public enum Holm {
  /// The p-values adjusted by Holm's step-down method (Scandinavian Journal of Statistics 6, 1979), in the given order.
  ///
  /// Calling those below 0.05 real keeps the chance of even one false claim below 5 %, however the tests depend on each
  /// other. Adjusted values are at most 1 and never smaller than the given ones.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
      largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
      adjusted[index] = largest
    }
    return adjusted
  }
}
