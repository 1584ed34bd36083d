import Evidence
import Foundation

/// A rate that a simulation found, with what it may be.
package struct SimulatedRate: Sendable {
  /// What was counted.
  package let name: String
  /// How often it happened, 0 to 1.
  package let rate: Double
  /// How many times it was tried.
  package let repetitions: Int
  /// The smallest rate that it may have, 0 to 1.
  package let least: Double
  /// The largest.
  package let most: Double

  /// A rate with bounds; without one there is none on that side.
  package init(name: String, rate: Double, repetitions: Int, least: Double = 0, most: Double = 1) {
    self.name = name
    self.rate = rate
    self.repetitions = repetitions
    self.least = least
    self.most = most
  }

  /// Three standard errors of the rate where it touches a bound: by chance alone a correct one is farther off in one of
  /// 700 cases.
  package var tolerance: Double {
    let bound = rate < least ? least : most
    return 3 * (bound * (1 - bound) / Double(max(1, repetitions))).squareRoot()
  }

  /// Whether the rate agrees with its bounds.
  package var isKept: Bool { rate >= least - tolerance && rate <= most + tolerance }

  /// A line of a table.
  package var line: String {
    let bound = most < 1 ? "≤ \(percent(most))" : "≥ \(percent(least))"
    let words = name + String(repeating: " ", count: max(1, 62 - name.count))
    return "\(isKept ? "ok  " : "FAIL") \(words)\(percent(rate))  (\(bound), \(repetitions) times)"
  }

  private func percent(_ share: Double) -> String { String(format: "%5.1f %%", share * 100) }
}

/// Simulations of the promises that the Evidence module makes.
package enum Simulations {
  /// All of them, with so many repetitions each.
  package static func all(repetitions: Int) -> [SimulatedRate] {
    Design.allCases.map { falseClaims($0, cases: 100, repetitions: repetitions) }
      + [fourVariants(cases: 100, repetitions: max(100, repetitions / 10))]
      + [Design.yesNo, .graded, .lopsided].map { looks($0, cases: 100, repetitions: repetitions) }
      + [(Design.yesNo, 80), (.yesNo, 200), (.yesNo, 400), (.graded, 200), (.clusters, 200)].map {
        falseNonInferiority($0.0, cases: $0.1, repetitions: repetitions)
      }
      + Design.allCases.flatMap { design in
        [0.0, 0.05].map { coverage(design, cases: 60, difference: $0, repetitions: repetitions) }
      }
      + [0.5, 0.8, 0.95].map { wilson(rate: $0, cases: 50, repetitions: repetitions) }
      + [meanOfGrades(cases: 40, repetitions: repetitions), meanOfGroups(groups: 20, repetitions: repetitions)]
      + forgetting(repetitions: repetitions) + routers(repetitions: max(100, repetitions / 10))
  }

  static func rate(
    _ name: String, _ repetitions: Int, least: Double = 0, most: Double = 1, _ happens: (inout Draw) -> Bool
  ) -> SimulatedRate {
    var draw = Draw(seed: name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
    var hits = 0
    for _ in 0..<repetitions where happens(&draw) { hits += 1 }
    return SimulatedRate(
      name: name, rate: Double(hits) / Double(max(1, repetitions)), repetitions: repetitions, least: least, most: most)
  }

  private static func compare(_ design: Design, _ cases: Int, _ difference: Double, _ draw: inout Draw)
    -> PairedComparison
  {
    let pair = design.pairs(cases, difference: difference, &draw)
    return PairedComparison(candidate: pair.candidate, baseline: pair.baseline)
  }

  /// A difference is shown where there is none.
  package static func falseClaims(_ design: Design, cases: Int, repetitions: Int) -> SimulatedRate {
    rate("false better or worse: \(design.rawValue), n = \(cases)", repetitions, most: 0.05) {
      !compare(design, cases, 0, &$0).interval.contains(0)
    }
  }

  /// A margin that is not kept is shown to be.
  package static func falseNonInferiority(_ design: Design, cases: Int, repetitions: Int) -> SimulatedRate {
    let margin = PairedComparison.defaultMargin
    return rate("false not inferior at −5 points: \(design.rawValue), n = \(cases)", repetitions, most: 0.025) {
      compare(design, cases, -margin, &$0).interval.low > -margin
    }
  }

  /// The interval of a difference holds the true one.
  package static func coverage(
    _ design: Design, cases: Int, difference: Double, repetitions: Int
  ) -> SimulatedRate {
    let words = "\(design.rawValue), n = \(cases), \(Int(difference * 100)) points"
    return rate("coverage of differences: \(words)", repetitions, least: 0.93) {
      compare(design, cases, difference, &$0).interval.contains(difference)
    }
  }

  /// Any of four variants that are all the same as the baseline is shown to differ.
  package static func fourVariants(cases: Int, repetitions: Int) -> SimulatedRate {
    rate("false better or worse: one of four variants, n = \(cases)", repetitions, most: 0.05) { draw in
      let ease = (0..<cases).map { _ in draw.share() }
      let variants = (0..<5).map { _ in
        ease.enumerated().map { index, ease -> ScoredCase in
          let isRight = draw.happens(ease > 0.5 ? 0.93 : 0.2)
          return ScoredCase("\(index)", samples: [.scored(isRight ? 1 : 0, passed: isRight)])
        }
      }
      let family = ComparisonFamily(variants.dropFirst().map { (candidate: $0, baseline: variants[0]) })
      return family.comparisons.contains { !$0.interval.contains(0) }
    }
  }

  /// Any of five looks ends with a claim where there is no difference.
  package static func looks(_ design: Design, cases: Int, repetitions: Int) -> SimulatedRate {
    var plan = GroupSequential(cases: cases)
    plan.futilePower = 0
    return rate("false claim at one of five looks: \(design.rawValue), n = \(cases)", repetitions, most: 0.05) { draw in
      let pair = design.pairs(cases, difference: 0, &draw)
      return plan.looks.indices.contains { place in
        let count = plan.looks[place].cases
        let found = PairedComparison(
          candidate: Array(pair.candidate.prefix(count)), baseline: Array(pair.baseline.prefix(count)))
        return [.aIsBetter, .bIsBetter].contains(plan.finding(found, look: place).decision)
      }
    }
  }

  /// Wilson's interval holds the rate, averaged over a window of ten points.
  package static func wilson(rate middle: Double, cases: Int, repetitions: Int) -> SimulatedRate {
    rate("coverage of a pass rate near \(Int(middle * 100)) %, n = \(cases)", repetitions, least: 0.93) { draw in
      let truth = min(1, middle - 0.05 + 0.1 * draw.share())
      let outcomes = Proportion((0..<cases).map { _ in draw.happens(truth) })
      return outcomes.interval().contains(truth)
    }
  }

  /// The interval of a mean of grades near the ceiling holds it.
  package static func meanOfGrades(cases: Int, repetitions: Int) -> SimulatedRate {
    rate("coverage of a mean score near the ceiling, n = \(cases)", repetitions, least: 0.93) { draw in
      let scores = (0..<cases).map { _ in draw.happens(0.97) ? 1 : draw.happens(0.5) ? 0.5 : 0 }
      return Estimate(scores: scores, repeated: true)?.interval.contains(0.97 + 0.03 * 0.25) ?? false
    }
  }

  /// The interval of a mean over groups holds it.
  package static func meanOfGroups(groups: Int, repetitions: Int) -> SimulatedRate {
    rate("coverage of a mean score of \(groups) groups", repetitions, least: 0.93) { draw in
      let cases = (0..<groups).flatMap { group -> [ScoredCase] in
        let rate = draw.happens(0.5) ? 0.9 : 0.5
        return (0..<(2 + group % 7)).map { index in
          let isRight = draw.happens(rate)
          return ScoredCase(
            "\(group)-\(index)", group: "\(group)", samples: [.scored(isRight ? 1 : 0, passed: isRight)])
        }
      }
      return VariantScores(cases).estimate?.interval.contains(0.7) ?? false
    }
  }

  /// A loss of ten points is found, and no change is accepted, on 200 general cases.
  package static func forgetting(repetitions: Int) -> [SimulatedRate] {
    func state(_ losses: Double, _ wins: Double, _ draw: inout Draw) -> Forgetting.State {
      var outcomes = PairedOutcomes(both: 0, onlyA: 0, onlyB: 0, neither: 0)
      for _ in 0..<200 {
        let place = draw.share()
        if place < losses {
          outcomes.onlyB += 1
        } else if place < losses + wins {
          outcomes.onlyA += 1
        } else {
          outcomes.both += 1
        }
      }
      return Forgetting(PairedComparison(outcomes, margin: Forgetting.skillMargin)).state
    }
    return [
      rate("forgetting: ten points lost are found, n = 200", repetitions, least: 0.9) {
        state(0.13, 0.03, &$0) == .lost
      },
      rate("forgetting: no change is accepted, n = 200, 6 % flip", repetitions, least: 0.9) {
        state(0.03, 0.03, &$0) == .kept
      },
      rate("forgetting: no change is accepted, n = 200, 10 % flip", repetitions, least: 0.9) {
        state(0.05, 0.05, &$0) == .kept
      },
    ]
  }
}
