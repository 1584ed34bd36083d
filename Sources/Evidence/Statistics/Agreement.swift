/// Cohen's κ: how far two raters agree beyond what their rates alone bring about.
package struct Agreement: Sendable, Hashable {
  /// κ, 1 for full agreement and 0 for none beyond chance.
  package let kappa: Double
  /// Its standard error (Fleiss, Cohen and Everitt, Psychological Bulletin 72, 1969, 323–327).
  package let standardError: Double
  /// The number of things rated.
  package let count: Int

  /// Counts of what the first rater (rows) and the second (columns) said; nil for a table that isn't square, is empty, or
  /// in which both always say the same one thing.
  package init?(_ table: [[Int]]) {
    let all = table.reduce(0) { $0 + $1.reduce(0, +) }
    guard all > 0, table.allSatisfy({ $0.count == table.count }) else { return nil }
    let shares = table.map { row in row.map { Double($0) / Double(all) } }
    let rows = shares.map { $0.reduce(0, +) }
    let columns = table.indices.map { column in shares.reduce(0) { $0 + $1[column] } }
    let seen = table.indices.reduce(0) { $0 + shares[$1][$1] }
    let chance = zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
    guard chance < 1 else { return nil }
    let kappa = (seen - chance) / (1 - chance)
    var variance = -(kappa - chance * (1 - kappa)) * (kappa - chance * (1 - kappa))
    for row in table.indices {
      for column in table.indices {
        let other = 1 - kappa
        let factor = row == column ? 1 - (rows[row] + columns[row]) * other : other * (columns[row] + rows[column])
        variance += shares[row][column] * factor * factor
      }
    }
    self.kappa = kappa
    standardError = max(0, variance / Double(all)).squareRoot() / (1 - chance)
    count = all
  }

  /// The 95 % interval, cut to −1…1. Full agreement gives it no width: then ask ``isTrustworthy(_:)``, not this.
  package var interval: Interval {
    let radius = Distributions.normalQuantile(0.975) * standardError
    return Interval(max(-1, kappa - radius), min(1, kappa + radius))
  }

  /// Fewer labels settle nothing.
  package static let fewestLabels = 50

  /// Whether a judge agrees with people well enough to decide in their place: from 50 labels up, the lower end of κ is at
  /// least 0.6, or those of both specificity and sensitivity (Clopper and Pearson's) are at least 0.8.
  package func isTrustworthy(_ calibration: JudgeCalibration) -> Bool {
    guard count >= Self.fewestLabels else { return false }
    let isExact = standardError == 0
    return (!isExact && interval.low >= 0.6)
      || min(calibration.specificity.guaranteed().low, calibration.sensitivity.guaranteed().low) >= 0.8
  }
}

/// Whether a judge of pairs prefers the side that is shown first.
///
/// Each pair is shown in both orders; counted are pairs whose two orders have a winner. Where the orders disagree on it the
/// pair is a tie.
package struct PositionBias: Sendable, Hashable {
  /// How often the first side won, among the decided.
  package let firstWins: Proportion

  /// Counts of decided pairs.
  package init(firstWins: Proportion) { self.firstWins = firstWins }

  /// The rate of the first side minus one half, −½ to ½; 0 without decided pairs.
  package var bias: Double { (firstWins.rate ?? 0.5) - 0.5 }
  /// Its 95 % interval: Wilson's, minus one half.
  package var interval: Interval {
    let wilson = firstWins.interval()
    return Interval(wilson.low - 0.5, wilson.high - 0.5)
  }
  /// The exact two-sided p-value of no bias.
  package var pValue: Double { Distributions.fairCoin(firstWins.successes, firstWins.count - firstWins.successes) }
  /// Whether the bias is shown and large enough to say so: at least 10 points.
  package var isNotable: Bool { pValue <= 0.05 && abs(bias) >= 0.1 }
}

extension PairedComparison {
  /// What people or a judge prefer: wins and losses of the candidate, and ties, which count as answered.
  ///
  /// ``difference`` is the net preference (wins − losses)/all; the test is the sign test without ties.
  package init(wins: Int, losses: Int, ties: Int, margin: Double = defaultMargin) {
    self.init(PairedOutcomes(both: ties, onlyA: wins, onlyB: losses, neither: 0), margin: margin)
  }
}
