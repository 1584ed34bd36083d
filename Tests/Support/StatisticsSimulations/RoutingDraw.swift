import Evidence
import Routing

/// Made-up cases with answers of a cheap and a strong arm, to learn routers from.
package enum RoutingDraw {
  /// What decides which arm is right.
  package enum Plan: String, Sendable, CaseIterable {
    /// Nothing in the inputs; the strong arm is right more often.
    case noise = "pure noise"
    /// Nothing in the inputs; both arms are right as often.
    case evenNoise = "pure noise, equal arms"
    /// Nothing in the inputs; cases come in groups that share their difficulty.
    case groupedNoise = "pure noise in groups"
    /// The strong arm is better at inputs with the word `refund`, and only at them.
    case word = "a planted word"
    /// The strong arm is better at inputs of more than 30 words.
    case length = "a planted length"
    /// The cheap arm breaks off, and shows it, where the strong one is right.
    case sign = "a planted sign"
  }

  private static let vocabulary = [
    "order", "invoice", "login", "password", "crash", "screen", "ship", "delay", "upgrade", "cancel", "account",
    "email", "phone", "button", "blue", "slow", "fast", "broken", "help", "please", "today", "never", "again", "team",
  ]

  /// So many cases.
  package static func cases(_ count: Int, _ plan: Plan, seed: UInt64) -> [RoutedCase] {
    var draw = Draw(seed: seed)
    return cases(count, plan, &draw)
  }

  static func cases(_ count: Int, _ plan: Plan, _ draw: inout Draw) -> [RoutedCase] {
    var (group, left, shared) = (0, 0, false)
    return (0..<count).map { index in
      if left == 0 { (group, left, shared) = (group + 1, 2 + group % 4, draw.happens(0.5)) }
      left -= 1
      let length = 5 + Int(draw.share() * 50)
      var words = (0..<length).map { _ in vocabulary[Int(draw.share() * Double(vocabulary.count))] }
      let hasWord = draw.happens(0.3)
      if hasWord { words[Int(draw.share() * Double(length))] = "refund" }
      var (cheap, strong) = (draw.happens(0.75) ? 1.0 : 0, draw.happens(0.75) ? 1.0 : 0)
      var signs: Set<EscalationSign> = []
      switch plan {
      case .noise: strong = draw.happens(0.83) ? 1 : 0
      case .evenNoise: break
      case .groupedNoise: if shared { strong = draw.happens(0.95) ? 1 : 0 }
      case .word, .length:
        let isHard = plan == .word ? hasWord : length > 30
        cheap = draw.happens(isHard ? 0.2 : 0.9) ? 1 : 0
        strong = draw.happens(0.9) ? 1 : 0
      case .sign:
        if cheap == 0 { strong = draw.happens(0.8) ? 1 : 0 }
        if draw.happens(cheap == 0 ? 0.8 : 0.02) { signs.insert(.invalidFormat) }
      }
      return RoutedCase(
        id: "\(index)", input: RouteInput(words.joined(separator: " ")),
        group: plan == .groupedNoise ? "\(group)" : nil,
        cheap: ArmOutcome(score: cheap, cost: 0.001, latency: 0.2, signs: signs),
        strong: ArmOutcome(score: strong, cost: 0.02, latency: 1))
    }
  }
}

extension Simulations {
  /// A router is offered where nothing in the inputs says which arm is right.
  package static func falseRouter(
    _ plan: RoutingDraw.Plan, cases: Int, repetitions: Int
  ) -> SimulatedRate {
    rate("false \"a router is better\": \(plan.rawValue), n = \(cases)", repetitions, most: 0.05) { draw in
      lab(RoutingDraw.cases(cases, plan, &draw)).best != nil
    }
  }

  /// A planted rule is found, and the router offered.
  package static func plantedRouter(
    _ plan: RoutingDraw.Plan, cases: Int, repetitions: Int
  ) -> SimulatedRate {
    rate("a router is found: \(plan.rawValue), n = \(cases)", repetitions, least: 0.8) { draw in
      lab(RoutingDraw.cases(cases, plan, &draw)).best != nil
    }
  }

  private static func lab(_ cases: [RoutedCase]) -> RouterLab {
    RouterLab(cheap: "small", strong: "large", set: "main", cases)
  }

  /// Routers on noise and on planted rules.
  static func routers(repetitions: Int) -> [SimulatedRate] {
    [RoutingDraw.Plan.noise, .evenNoise, .groupedNoise].map {
      falseRouter($0, cases: 200, repetitions: repetitions)
    } + [RoutingDraw.Plan.word, .length, .sign].map { plantedRouter($0, cases: 200, repetitions: repetitions) }
  }
}
