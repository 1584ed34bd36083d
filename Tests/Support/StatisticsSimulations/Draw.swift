import Evidence
import Foundation
import SeededRandom

/// Random scores for simulations, the same on every machine for a seed.
struct Draw {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// From 0 up to 1.
  mutating func share() -> Double { Double(random.next() >> 11) * 0x1p-53 }

  mutating func normal() -> Double { (-2 * log(1 - share())).squareRoot() * cos(2 * .pi * share()) }

  /// Whether something with this chance happens.
  mutating func happens(_ chance: Double) -> Bool { share() < chance }
}

/// A way in which two variants can score on cases.
package enum Design: String, Sendable, CaseIterable {
  /// Right or wrong; 20 % of the cases differ.
  case yesNo = "yes/no"
  /// 1 to 5 points, as 0 to 1.
  case graded = "graded, 1 to 5"
  /// Nineteen of twenty cases gain a little, one loses much.
  case lopsided = "graded, rare losses"
  /// Three right or wrong answers to each case.
  case repeats = "repeats"
  /// Groups of unequal size, half of the variance between them.
  case clusters
  /// Log-normal weights.
  case weights

  /// Pairs of cases, of a true mean difference (candidate minus baseline) that doesn't depend on the numbers drawn.
  func pairs(
    _ count: Int, difference: Double, _ draw: inout Draw
  ) -> (candidate: [ScoredCase], baseline: [ScoredCase]) {
    var pair: (candidate: [ScoredCase], baseline: [ScoredCase]) = ([], [])
    var shared = (0.0, 0.0)
    var group = 0
    var left = 0
    for index in 0..<count {
      let weight = self == .weights ? exp(0.8 * draw.normal()) : 1
      if left == 0 {
        group += 1
        left = 1 + group * 7 % 13
        shared = (draw.share(), draw.share())
      }
      left -= 1
      let samples = scores(difference, shared, &draw)
      let name = self == .clusters ? "\(group)" : nil
      func entry(_ scores: [Double]) -> ScoredCase {
        ScoredCase("\(index)", group: name, weight: weight, samples: scores.map { .scored($0, passed: $0 >= 0.5) })
      }
      pair.candidate.append(entry(samples.candidate))
      pair.baseline.append(entry(samples.baseline))
    }
    return pair
  }

  private func scores(
    _ difference: Double, _ shared: (Double, Double), _ draw: inout Draw
  ) -> (candidate: [Double], baseline: [Double]) {
    switch self {
    case .yesNo, .weights:
      let place = draw.share()
      let half = (0.2 - abs(difference)) / 2
      if place < half + max(0, difference) { return ([1], [0]) }
      if place < 0.2 { return ([0], [1]) }
      return draw.happens(0.75) ? ([1], [1]) : ([0], [0])
    case .graded:
      // Half of the cases move by a step, more of them up with a difference.
      let base = 1 + Int(draw.share() * 3)
      let isUp = draw.happens(0.5 + 4 * difference)
      let step = draw.happens(0.5) ? (isUp ? 1 : -1) : 0
      return ([Double(base + step) / 4], [Double(base) / 4])
    case .lopsided:
      return draw.happens(0.05) ? ([0.5 + difference - 0.38], [0.5]) : ([0.5 + difference + 0.02], [0.5])
    case .repeats:
      let ease = 0.1 + 0.8 * draw.share()
      let rates = (min(1, max(0, ease + difference)), ease)
      return ((0..<3).map { _ in draw.happens(rates.0) ? 1 : 0 }, (0..<3).map { _ in draw.happens(rates.1) ? 1 : 0 })
    case .clusters:
      // Half of the differences come from the group as a whole.
      let own = draw.happens(0.5) ? shared : (draw.share(), draw.share())
      let value = { (share: Double, more: Double) in share < 0.6 + more ? 1.0 : 0.0 }
      return ([value(own.0, difference)], [value(own.1, 0)])
    }
  }
}
