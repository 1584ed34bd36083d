/// Two variants on the same cases, each right or wrong on each.
package struct PairedOutcomes: Sendable, Hashable {
  /// Cases that both got right.
  package var both: Int
  /// Cases that only the first, A, got right.
  package var onlyA: Int
  /// Cases that only the second, B, got right.
  package var onlyB: Int
  /// Cases that both got wrong.
  package var neither: Int

  /// Counts made elsewhere; negative ones count as 0.
  package init(both: Int, onlyA: Int, onlyB: Int, neither: Int) {
    self.both = max(0, both)
    self.onlyA = max(0, onlyA)
    self.onlyB = max(0, onlyB)
    self.neither = max(0, neither)
  }

  /// Counts pairs of A's and B's outcome on the same case.
  package init(_ pairs: some Sequence<(Bool, Bool)>) {
    self.init(both: 0, onlyA: 0, onlyB: 0, neither: 0)
    for pair in pairs {
      switch pair {
      case (true, true): both += 1
      case (true, false): onlyA += 1
      case (false, true): onlyB += 1
      case (false, false): neither += 1
      }
    }
  }

  /// All cases.
  package var count: Int { both + onlyA + onlyB + neither }

  /// The cases on which the two differ.
  package var discordant: Int { onlyA + onlyB }

  /// How often A is right.
  package var a: Proportion { Proportion(successes: both + onlyA, of: count) }

  /// How often B is right.
  package var b: Proportion { Proportion(successes: both + onlyB, of: count) }

  /// The same with A and B exchanged.
  package var swapped: PairedOutcomes { PairedOutcomes(both: both, onlyA: onlyB, onlyB: onlyA, neither: neither) }

  /// The rate of A minus the rate of B, −1 to 1; 0 without cases.
  package var difference: Double { count == 0 ? 0 : Double(onlyA - onlyB) / Double(count) }

  /// The two-sided p-value of McNemar's exact test: how often fair coins would split the discordant cases at least as
  /// unevenly. 1 without discordant cases.
  ///
  /// The mid-p variant is not used: it claims too much now and then.
  package var pValue: Double { Distributions.fairCoin(onlyA, onlyB) }

  /// The interval for ``difference``; −1 to 1 without cases.
  ///
  /// Tango's score interval, widened to hold 0 when the exact test doesn't show a difference at 1 − `confidence`. So it
  /// leaves 0 out if and only if ``pValue`` is at most 1 − `confidence`: no table of fewer than 300 discordant cases has
  /// a smaller p-value and a score interval with 0 in it.
  /// - Parameter confidence: between 0 and 1; 0.95 unless told.
  package func interval(confidence: Double = 0.95) -> Interval {
    scoreInterval(confidence: confidence).agreeing(isShown: pValue <= 1 - confidence, difference: difference)
  }

  /// Tango's score interval (Statistics in Medicine 17, 1998, 891–908): all differences whose score test is not beyond
  /// the normal quantile, by bisection.
  func scoreInterval(confidence: Double) -> Interval {
    guard count > 0 else { return Interval(-1, 1) }
    let limit = Distributions.normalQuantile((1 + confidence) / 2)
    // The score falls as δ rises.
    let solve = { (from: Double, to: Double, score: Double) in
      var (low, high) = (from, to)
      for _ in 0..<200 {
        let middle = (low + high) / 2
        if self.score(against: middle) > score { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
    return Interval(
      difference <= -1 ? -1 : solve(-1, difference, limit), difference >= 1 ? 1 : solve(difference, 1, -limit))
  }

  /// Tango's score statistic of a true difference δ, standard normal if it is the true one.
  package func score(against δ: Double) -> Double {
    let (b, c, n) = (Double(onlyA), Double(onlyB), Double(count))
    let linear = -b - c + (2 * n - b + c) * δ
    let constant = -c * δ * (1 - δ)
    let q = (max(0, linear * linear - 8 * n * constant).squareRoot() - linear) / (4 * n)
    let variance = n * (2 * q + δ * (1 - δ))
    let distance = b - c - n * δ
    guard variance > 0 else { return distance == 0 ? 0 : distance > 0 ? .infinity : -.infinity }
    return distance / variance.squareRoot()
  }

  /// The one-sided p-value of A being worse than B by `margin` or more (non-inferiority, by Tango's score).
  package func nonInferiorityPValue(margin: Double) -> Double {
    Distributions.normalCumulative(-score(against: -abs(margin)))
  }
}
