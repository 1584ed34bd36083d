/// Which of two variants answers an input. The first arm is the cheap one; in a cascade it is asked first.
package struct Router: Sendable, Hashable {
  /// One of the two variants.
  package enum Arm: Int, Sendable, Hashable, CaseIterable {
    /// The first variant.
    case cheap
    /// The second variant.
    case strong

    /// The other one.
    package var other: Arm { self == .cheap ? .strong : .cheap }
  }

  /// A line of a decision list.
  package struct Rule: Sendable, Hashable {
    /// Which inputs it is for.
    package var when: RoutePredicate
    /// Who answers them.
    package var arm: Arm

    /// Makes a rule.
    package init(when: RoutePredicate, arm: Arm) {
      self.when = when
      self.arm = arm
    }
  }

  /// A weight that an input adds when a predicate holds.
  package struct Weight: Sendable, Hashable {
    /// The predicate.
    package var when: RoutePredicate
    /// What it adds to the log odds of the strong arm.
    package var value: Double

    /// Makes a weight.
    package init(when: RoutePredicate, value: Double) {
      self.when = when
      self.value = value
    }
  }

  /// How the arm is chosen.
  package enum Policy: Sendable, Hashable {
    /// The first rule that holds decides.
    case rules([Rule], otherwise: Arm)
    /// The cheap arm answers; the strong one is asked, too, when the answer has one of these signs.
    case cascade([EscalationSign])
    /// The strong arm answers where the sum of the bias and the weights that apply is above 0.
    case weights(bias: Double, [Weight])
  }

  /// Where it was learnt.
  package struct Origin: Sendable, Hashable {
    /// The eval set's name.
    package var set: String
    /// On how many cases.
    package var cases: Int

    /// Says where.
    package init(set: String, cases: Int) {
      self.set = set
      self.cases = cases
    }
  }

  /// The most rules of a list.
  package static let mostRules = 5
  /// The most weights.
  package static let mostWeights = 200
  /// The largest bias or weight, either side of 0.
  package static let largestWeight = 1000.0

  /// The name of the cheap variant.
  package var cheap: String
  /// The name of the strong variant.
  package var strong: String
  /// How the arm is chosen.
  package var policy: Policy
  /// The cases that it was learnt from; nil for one that a person wrote.
  package var origin: Origin?

  /// Makes a router.
  package init(cheap: String, strong: String, policy: Policy, origin: Origin? = nil) {
    self.cheap = cheap
    self.strong = strong
    self.policy = policy
    self.origin = origin
  }

  /// The name of an arm's variant.
  package func name(of arm: Arm) -> String { arm == .cheap ? cheap : strong }

  /// Whether the cheap arm's answer is looked at before the strong one is asked.
  package var isCascade: Bool { if case .cascade = policy { true } else { false } }

  /// A choice with its reason.
  package struct Choice: Sendable, Hashable {
    /// Who answers, or answers first.
    package var arm: Arm
    /// Why, without a full stop: the rule that holds, or `otherwise`.
    package var reason: String

    /// Makes a choice.
    package init(_ arm: Arm, _ reason: String) {
      self.arm = arm
      self.reason = reason
    }
  }

  /// Who answers an input, as far as the input decides it: a cascade always begins with the cheap arm.
  package func choice(for features: InputFeatures) -> Choice {
    switch policy {
    case .rules(let rules, let otherwise):
      if let rule = rules.first(where: { $0.when.holds(for: features) }) { return Choice(rule.arm, rule.when.text) }
      return Choice(otherwise, rules.isEmpty ? "always" : "otherwise")
    case .cascade: return Choice(.cheap, "asked first")
    case .weights(let bias, let weights):
      let held = weights.filter { $0.when.holds(for: features) }
      let sum = held.reduce(bias) { $0 + $1.value }
      return Choice(sum > 0 ? .strong : .cheap, Self.reason(sum, held))
    }
  }

  /// The weights that counted most.
  private static func reason(_ sum: Double, _ held: [Weight]) -> String {
    let order = held.enumerated().sorted { (abs($1.element.value), $0.offset) < (abs($0.element.value), $1.offset) }
    let words = order.prefix(3).map { "\($0.element.when.text) (\(signed($0.element.value)))" }
    return "score \(signed(sum))" + (words.isEmpty ? "" : ": " + words.joined(separator: ", "))
  }

  private static func signed(_ value: Double) -> String {
    let cents = Int((abs(value) * 100).rounded())
    let digits = String(cents % 100)
    return (value < 0 ? "-" : "+") + "\(cents / 100)." + String(repeating: "0", count: 2 - digits.count) + digits
  }

  /// Which of the signs of the cheap arm's answer make a cascade ask the strong arm; none in any other router.
  package func escalates(on signs: Set<EscalationSign>) -> EscalationSign? {
    guard case .cascade(let wanted) = policy else { return nil }
    return wanted.first(where: signs.contains)
  }
}

extension Router {
  /// What it does, a line for each rule.
  package var lines: [String] {
    switch policy {
    case .rules(let rules, let otherwise):
      if rules.isEmpty { return ["always \(name(of: otherwise))"] }
      return rules.map { "\($0.when.text) → \(name(of: $0.arm))" } + ["otherwise → \(name(of: otherwise))"]
    case .cascade(let signs):
      return ["\(cheap) first; \(strong) as well on: \(signs.map(\.words).joined(separator: ", "))"]
    case .weights(let bias, let weights):
      let order = weights.enumerated().sorted {
        (abs($1.element.value), $0.offset) < (abs($0.element.value), $1.offset)
      }
      let shown = order.prefix(10).map { "\(Self.signed($0.element.value))  \($0.element.when.text)" }
      let more = weights.count > shown.count ? ["… and \(weights.count - shown.count) more"] : []
      return ["\(strong) where the sum is above 0; bias \(Self.signed(bias))"] + shown + more
    }
  }

  /// What kind it is.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A decision list.
    case rules
    /// Cheap first.
    case cascade
    /// Logistic regression on words.
    case weights
  }

  /// What kind it is.
  package var kind: Kind {
    switch policy {
    case .rules: .rules
    case .cascade: .cascade
    case .weights: .weights
    }
  }
}
