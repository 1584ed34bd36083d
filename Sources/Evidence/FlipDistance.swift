import NumberFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How far a number that a person states would have to move, all else as it is, for the recommendation to change.
///
/// The whole rule engine is run on 64 points from a hundredth to a hundred times the value (a score: on 201 points of 0 to
/// 1), and the nearest change on either side is found by bisection to 0.1 %, then rounded away from the value to two digits.
package struct FlipDistance: Sendable, Hashable {
  /// The facts that are moved; the raw value is the key in assay.yaml.
  package enum Fact: String, Sendable, Hashable, CaseIterable {
    case queries = "queries_per_month"
    case target = "target_score"
    case examples = "training examples"
    case hosting = "hosting_per_month"
    case training = "training_cost"
    case hours = "engineering_hours"
    case latency = "latency_limit_ms"
  }

  /// A value on the other side of a change, and what would be recommended there.
  package struct Turn: Sendable, Hashable {
    /// The value.
    package var value: Double
    /// What is recommended there.
    package var recommendation: Advice.Recommendation

    /// A value with what is recommended there.
    package init(value: Double, recommendation: Advice.Recommendation) {
      self.value = value
      self.recommendation = recommendation
    }
  }

  /// Which fact.
  package var fact: Fact
  /// What it is now.
  package var value: Double
  /// The nearest lower value that changes the recommendation; nil where none down to a hundredth does.
  package var below: Turn?
  /// The nearest higher value that changes it; nil where none up to a hundred times does.
  package var above: Turn?

  /// The distance of every number that is stated and above 0.
  package static func all(_ facts: Facts) -> [FlipDistance] {
    let engine = RecommendationEngine(facts)
    return Fact.allCases.compactMap { fact in
      guard let value = facts[fact], value > 0 else { return nil }
      return FlipDistance(fact, value, engine)
    }
  }

  private init(_ fact: Fact, _ value: Double, _ engine: RecommendationEngine) {
    let now = engine.recommendation(with: value, for: fact)
    func turn(_ points: [Double]) -> Turn? {
      var last = value
      for point in points {
        let there = engine.recommendation(with: point, for: fact)
        if there != now { return Self.turn(between: last, and: point, now, fact, engine) }
        last = point
      }
      return nil
    }
    self.fact = fact
    self.value = value
    let points = Self.points(around: value, fact)
    below = turn(points.filter { $0 < value }.reversed())
    above = turn(points.filter { $0 > value })
  }

  private static func points(around value: Double, _ fact: Fact) -> [Double] {
    if fact == .target { return (0...200).map { Double($0) / 200 } }
    return (0..<64).map { value / 100 * exp(Double($0) / 63 * log(10_000)) }
  }

  /// The change between two values of which the first is recommended as `now`, on the far side of it.
  private static func turn(
    between near: Double, and far: Double, _ now: Advice.Recommendation, _ fact: Fact, _ engine: RecommendationEngine
  ) -> Turn {
    var (near, far) = (near, far)
    while abs(far - near) > 0.001 * max(abs(far), abs(near)) {
      let middle = (near + far) / 2
      if engine.recommendation(with: middle, for: fact) == now { near = middle } else { far = middle }
    }
    let rounded = outward(far, isUp: far > near, fact)
    // Where two digits leave the value beyond a second change, it stays as found.
    let there = engine.recommendation(with: rounded, for: fact)
    return there == now
      ? Turn(value: far, recommendation: engine.recommendation(with: far, for: fact))
      : Turn(value: rounded, recommendation: there)
  }

  /// A value rounded away from where it came from, to two significant digits; a count to a whole number.
  private static func outward(_ value: Double, isUp: Bool, _ fact: Fact) -> Double {
    guard value > 0 else { return value }
    var unit = 1.0
    while value / unit >= 100 { unit *= 10 }
    while value / unit < 10 { unit /= 10 }
    if fact == .target { unit = 0.01 }
    if fact == .examples { unit = max(1, unit) }
    // Units below 1 are no exact numbers; their inverses are.
    let scaled = unit < 1 ? value * (1 / unit).rounded() : value / unit
    let digits = isUp ? scaled.rounded(.up) : scaled.rounded(.down)
    return unit < 1 ? digits / (1 / unit).rounded() : digits * unit
  }

  /// The distance in words, such as `queries_per_month below 100,000: Undecided`; nil where nothing changes.
  package var words: String? {
    let turns = [(below, "up to"), (above, "from")].compactMap { turn, side in
      turn.map { "\(side) \(text($0.value)): \($0.recommendation.title)" }
    }
    return turns.isEmpty ? nil : "\(fact.rawValue) (now \(text(value))) \(turns.joined(separator: "; "))"
  }

  private func text(_ value: Double) -> String {
    switch fact {
    case .target: NumberFormat.percent(value)
    case .hosting, .training: NumberFormat.dollars(value)
    case .latency: NumberFormat.duration(value / 1000)
    case .queries, .examples, .hours: value >= 10 ? NumberFormat.count(value) : NumberFormat.trimmed(value, decimals: 2)
    }
  }
}

extension Facts {
  /// A number that a person states; nil where it isn't known.
  subscript(fact: FlipDistance.Fact) -> Double? {
    get {
      switch fact {
      case .queries: project.queriesPerMonth ?? cost?.queriesPerMonth
      case .target: project.targetScore
      case .examples: project.trainingExamples.map { Double($0) }
      case .hosting: cost?.tuned.hostingPerMonth
      case .training: cost?.investment.training
      case .hours: cost?.investment.engineeringHours
      case .latency: project.latencyLimit
      }
    }
    set {
      switch fact {
      case .queries:
        project.queriesPerMonth = newValue
        cost?.queriesPerMonth = newValue
      case .target: project.targetScore = newValue
      case .examples: project.trainingExamples = newValue.map { Int($0.rounded()) }
      case .hosting: cost?.tuned.hostingPerMonth = newValue
      case .training:
        // What a further training costs is stated with the first.
        if cost?.investment.retrainingCost == cost?.investment.training { cost?.investment.retrainingCost = newValue }
        cost?.investment.training = newValue
      case .hours: cost?.investment.engineeringHours = newValue
      case .latency: project.latencyLimit = newValue
      }
    }
  }
}

/// The rule engine, asked many times for its recommendation alone: what stays the same is worked out once.
struct RecommendationEngine: Sendable {
  private let facts: Facts
  private let comparison: PairedComparison?

  init(_ facts: Facts) {
    self.facts = facts
    comparison = facts.adjustedComparison
  }

  /// What is recommended when a fact has another value.
  func recommendation(with value: Double, for fact: FlipDistance.Fact) -> Advice.Recommendation {
    var facts = facts
    facts[fact] = value
    var advisor = Advisor(facts: facts, comparison: comparison, isBrief: true)
    return advisor.recommendation()
  }
}

extension PairedComparison {
  /// The least number of cases whose win or loss, largest first, has to become a tie for the class to change; nil where
  /// nothing is claimed, or no number changes it.
  ///
  /// Of a difference that is better or worse, the cases of the side that is ahead are turned.
  var casesToFlip: Int? {
    guard effectClass == .better || effectClass == .worse else { return nil }
    let isAhead = difference > 0
    switch sample {
    case .outcomes(let outcomes):
      let all = isAhead ? outcomes.onlyA : outcomes.onlyB
      return (0...all).first { turned in
        var changed = outcomes
        if isAhead { changed.onlyA -= turned } else { changed.onlyB -= turned }
        changed.both += turned
        return claim(of: .outcomes(changed)) != effectClass
      }
    case .units(let units):
      let order = units.means.indices.sorted {
        isAhead ? units.means[$0] > units.means[$1] : units.means[$0] < units.means[$1]
      }
      var means = units.means
      for (turned, place) in order.prefix(100).enumerated() {
        guard (means[place] > 0) == isAhead, means[place] != 0 else { return nil }
        means[place] = 0
        let changed = Units(means: means, weights: units.shares, effectiveCases: units.effectiveCases)
        if claim(of: .units(changed)) != effectClass { return turned + 1 }
      }
      return nil
    }
  }

  /// The class of the same comparison with other outcomes, adjusted as this one is.
  private func claim(of sample: Sample) -> EffectClass {
    let changed = PairedComparison(
      sample: sample, wins: 0, losses: 0, missing: nil, notCompared: [], margin: margin, alpha: alpha)
    return family > 1
      ? changed.adjusted(pValue: changed.rawPValue * Double(family), family: family).effectClass
      : changed.effectClass
  }

  /// So few turned cases make a claim fragile.
  static let fragileCases = 2
}
