/// The step-down max-t permutation test of several comparisons on the same units (Westfall and Young, Resampling-Based
/// Multiple Testing, 1993).
///
/// Each unit has one sign, shared by all comparisons, so the dependence between them is used, and sparse differences cost
/// less than with Holm's method.
struct MaxT {
  /// For each comparison |Σ T| / √(Σ T²), 0 without differences.
  let statistics: [Double]
  /// The p-value of each comparison alone, by the sign-flip test.
  let raw: [Double]
  /// The adjusted p-values, in the given order.
  let adjusted: [Double]

  /// So many units have all their sign patterns tried.
  private static let mostExact = 16
  /// So many patterns are drawn for more units.
  private static let draws = 9_999

  /// Tests comparisons by their units' totals.
  /// - Parameter totals: for each comparison one number for each unit, the units being the same in all.
  init(_ totals: [[Double]]) {
    let scales = totals.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let statistics = zip(totals, scales).map { $1 > 0 ? abs($0.reduce(0, +)) / $1 : 0 }
    self.statistics = statistics
    raw = totals.map { SignFlipTest($0).pValue }
    // The comparisons by falling statistic, each scaled so that its sum with signs is the statistic of the pattern; the
    // units in which any of them differs, one after the other.
    let order = statistics.indices.sorted { statistics[$0] > statistics[$1] }
    let units = (totals.first ?? []).indices.filter { unit in totals.contains { $0[unit] != 0 } }
    let rows = units.map { unit in order.map { scales[$0] > 0 ? totals[$0][unit] / scales[$0] : 0 } }
    let seen = order.map { statistics[$0] * (1 - 1e-9) }
    var hits = [Int](repeating: 0, count: order.count)
    let isExact = rows.count <= Self.mostExact
    let patterns = isExact ? 1 << rows.count : Self.draws
    var random = SplitMix("max-t")
    var signs = [UInt64](repeating: 0, count: max(1, (rows.count + 63) / 64))
    for pattern in 0..<patterns {
      if isExact { signs[0] = UInt64(pattern) } else { for word in signs.indices { signs[word] = random.next() } }
      Self.count(rows, signs: signs, seen: seen, into: &hits)
    }
    var adjusted = [Double](repeating: 1, count: order.count)
    var largest = 0.0
    for (place, comparison) in order.enumerated() {
      let chance =
        isExact ? Double(hits[place]) / Double(patterns) : Double(hits[place] + 1) / Double(patterns + 1)
      largest = max(largest, chance)
      adjusted[comparison] = largest
    }
    self.adjusted = adjusted
  }

  /// Counts for each place in the order whether the largest statistic from there on reaches the seen one.
  private static func count(_ rows: [[Double]], signs: [UInt64], seen: [Double], into hits: inout [Int]) {
    var sums = [Double](repeating: 0, count: seen.count)
    for unit in rows.indices {
      let isUp = signs[unit >> 6] >> UInt64(unit & 63) & 1 == 0
      for place in sums.indices { sums[place] += isUp ? rows[unit][place] : -rows[unit][place] }
    }
    var largest = 0.0
    for place in sums.indices.reversed() {
      largest = max(largest, abs(sums[place]))
      if largest >= seen[place] { hits[place] += 1 }
    }
  }
}
