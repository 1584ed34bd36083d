import NumberFormat

/// How much rewording a prompt moves its score: the same prompt in several paraphrases on the same units.
package struct WordingSensitivity: Sendable, Hashable {
  /// The standard deviation of the score between paraphrases, the noise of the cases taken out; 0 to 1.
  package let deviation: Double
  /// The p-value of all paraphrases scoring the same: 9,999 permutations of the paraphrases within units.
  package let pValue: Double
  /// The mean square between paraphrases.
  package let paraphraseSquare: Double
  /// The residual mean square of the two-way layout.
  package let residualSquare: Double
  /// The paraphrases.
  package let paraphrases: Int
  /// The units that all of them have a score for.
  package let units: Int

  private static let permutations = 9_999

  /// Compares paraphrases; nil for fewer than three of them, or fewer than two units that all have a score for.
  package init?(_ paraphrases: [[ScoredCase]], measure: ScoredCase.Measure = .score) {
    guard let first = paraphrases.first else { return nil }
    let numbers = ScoredCase.units(of: first)
    let tables = paraphrases.map { Dictionary($0.map { ($0.id, $0) }) { first, _ in first } }
    var sums: [Int: (weight: Double, values: [Double])] = [:]
    for (entry, unit) in zip(first, numbers) {
      let values = tables.compactMap { $0[entry.id]?.value(measure) }
      guard values.count == tables.count else { continue }
      let before = sums[unit] ?? (0, Array(repeating: 0, count: values.count))
      sums[unit] = (before.weight + entry.weight, zip(before.values, values).map { $0 + entry.weight * $1 })
    }
    self.init(
      scores: sums.keys.sorted().compactMap { unit in sums[unit].map { sum in sum.values.map { $0 / sum.weight } } })
  }

  /// Compares paraphrases by a row of scores for each unit.
  init?(scores: [[Double]]) {
    guard scores.count >= 2, let count = scores.first?.count, count >= 3 else { return nil }
    let (n, p) = (Double(scores.count), Double(count))
    let rows = scores.map { $0.reduce(0, +) / p }
    let columns = (0..<count).map { column in scores.reduce(0) { $0 + $1[column] } / n }
    let mean = rows.reduce(0, +) / n
    let between = n * columns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var residual = 0.0
    for (row, values) in zip(rows, scores) {
      for (column, value) in zip(columns, values) {
        residual += (value - row - column + mean) * (value - row - column + mean)
      }
    }
    paraphraseSquare = between / (p - 1)
    residualSquare = residual / ((n - 1) * (p - 1))
    deviation = max(0, (paraphraseSquare - residualSquare) / n).squareRoot()
    paraphrases = count
    units = scores.count
    pValue = Self.pValue(scores, between: between, mean: mean)
  }

  /// How often paraphrases shuffled within units differ as much. Units whose scores are all equal don't matter.
  private static func pValue(_ scores: [[Double]], between: Double, mean: Double) -> Double {
    let width = scores[0].count
    var rows = scores.filter { Set($0).count > 1 }
    guard !rows.isEmpty else { return 1 }
    let fixed = scores.filter { Set($0).count == 1 }.reduce(0) { $0 + $1[0] }
    let n = Double(scores.count)
    var random = SplitMix("paraphrases")
    var hits = 0
    for _ in 0..<permutations {
      var sums = [Double](repeating: fixed, count: width)
      for row in rows.indices {
        for last in stride(from: width - 1, to: 0, by: -1) {
          rows[row].swapAt(last, Int(random.next().multipliedFullWidth(by: UInt64(last + 1)).high))
        }
        for column in 0..<width { sums[column] += rows[row][column] }
      }
      let spread = n * sums.reduce(0) { $0 + ($1 / n - mean) * ($1 / n - mean) }
      if spread >= between * (1 - 1e-9) { hits += 1 }
    }
    return Double(hits + 1) / Double(permutations + 1)
  }

  /// `rewording alone moves the score by ± 4 points`.
  package var words: String { "rewording alone moves the score by ± \(NumberFormat.pointsSize(deviation))" }

  /// Whether a gain, 0 to 1, is smaller than twice what rewording does.
  package func casts(doubtOn gain: Double) -> Bool { gain < 2 * deviation }
}

/// Cochran's Q: whether several yes/no variants on the same units have the same rate (Biometrika 37, 1950, 256–266).
package struct CochranQ: Sendable, Hashable {
  /// The statistic.
  package let statistic: Double
  /// The variants less one.
  package let degrees: Int
  /// The p-value by the chi-squared distribution, for many units.
  package let pValue: Double

  /// Tests rows of outcomes, one row for each unit; nil without two variants.
  package init?(_ outcomes: [[Bool]]) {
    guard let count = outcomes.first?.count, count >= 2 else { return nil }
    let columns = (0..<count).map { column in Double(outcomes.count { $0[column] }) }
    let rows = outcomes.map { row in Double(row.count { $0 }) }
    let (k, all) = (Double(count), rows.reduce(0, +))
    let below = k * all - rows.reduce(0) { $0 + $1 * $1 }
    let above = (k - 1) * (k * columns.reduce(0) { $0 + $1 * $1 } - all * all)
    statistic = below > 0 ? above / below : 0
    degrees = count - 1
    pValue = Distributions.chiSquaredTail(statistic, degrees: Double(degrees))
  }
}
