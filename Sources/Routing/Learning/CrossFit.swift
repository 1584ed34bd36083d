/// Learns a policy, and says where it sends cases.
protocol RouterLearning: Sendable {
  /// Learns from some of the cases.
  /// - Parameter values: what the strong arm is worth for each case.
  func policy(values: [Double], places: [Int]) -> Router.Policy
  /// Where a policy sends cases, in their order.
  func routes(_ places: [Int], by policy: Router.Policy) -> [Route]
}

/// Policies that were each learnt without one part of the cases, and where each case goes by the one that hasn't seen it.
struct CrossFit: Sendable {
  /// For each part the policy that was learnt from the others.
  let policies: [Router.Policy]
  /// Where each case goes.
  let routes: [Route]
  /// The policy that was learnt from all cases.
  let final: Router.Policy

  init(_ cases: [RoutedCase], _ folds: Folds, _ learner: any RouterLearning) {
    var policies: [Router.Policy] = []
    var routes = [Route](repeating: Route(.cheap), count: cases.count)
    for part in 0..<Folds.count {
      let places = cases.indices.filter { folds.parts[$0] != part }
      let policy = learner.policy(values: Self.values(cases, places), places: places)
      policies.append(policy)
      let apart = cases.indices.filter { folds.parts[$0] == part }
      for (place, route) in zip(apart, learner.routes(apart, by: policy)) { routes[place] = route }
    }
    (self.policies, self.routes) = (policies, routes)
    let all = Array(cases.indices)
    final = learner.policy(values: Self.values(cases, all), places: all)
  }

  /// The least that the strong arm has to gain to be worth asking, in score points: it is asked for nothing in a tie.
  static let smallestPrice = 0.01

  /// What sending each case to the strong arm is worth: its gain less a price, times the case's weight. The price is half of
  /// what the strong arm gains on average in the cases to learn from: at the average gain or more, chance at the same cost
  /// would do as well.
  static func values(_ cases: [RoutedCase], _ places: [Int]) -> [Double] {
    var (gain, weights) = (0.0, 0.0)
    for place in places {
      gain += cases[place].gain * cases[place].weight
      weights += cases[place].weight
    }
    let price = max(smallestPrice, weights > 0 ? gain / weights / 2 : 0)
    return cases.map { ($0.gain - price) * $0.weight }
  }
}

/// Decision lists.
struct RuleLearning: RouterLearning {
  let table: FeatureTable

  func policy(values: [Double], places: [Int]) -> Router.Policy {
    RuleLearner(table, values: values, places: places).learn()
  }

  func routes(_ places: [Int], by policy: Router.Policy) -> [Route] {
    guard case .rules(let rules, let otherwise) = policy else { return places.map { _ in Route(.cheap) } }
    return places.map { place in
      Route(rules.first { $0.when.holds(for: table.inputs[place]) }?.arm ?? otherwise)
    }
  }
}

/// Weights of predicates.
struct WeightLearning: RouterLearning {
  let table: FeatureTable
  private let numbers: [RoutePredicate: Int32]

  init(table: FeatureTable) {
    self.table = table
    numbers = Dictionary(
      table.predicates.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { first, _ in first })
  }

  func policy(values: [Double], places: [Int]) -> Router.Policy {
    WeightLearner(table, values: values, places: places).learn()
  }

  func routes(_ places: [Int], by policy: Router.Policy) -> [Route] {
    guard case .weights(let bias, let weights) = policy else { return places.map { _ in Route(.cheap) } }
    var values = [Double](repeating: 0, count: table.predicates.count)
    for weight in weights { if let number = numbers[weight.when] { values[Int(number)] = weight.value } }
    return places.map { place in
      Route(table.features[place].reduce(bias) { $0 + values[Int($1)] } > 0 ? .strong : .cheap)
    }
  }
}

/// Cheap first.
struct CascadeLearning: RouterLearning {
  let cases: [RoutedCase]

  func policy(values: [Double], places: [Int]) -> Router.Policy {
    CascadeLearner.learn(cases, values: values, places: places)
  }

  func routes(_ places: [Int], by policy: Router.Policy) -> [Route] {
    guard case .cascade(let signs) = policy else { return places.map { _ in Route(.cheap) } }
    return places.map { place in
      let isEscalated = signs.contains(where: cases[place].cheap.signs.contains)
      return Route(isEscalated ? .strong : .cheap, isEscalated: isEscalated)
    }
  }
}
