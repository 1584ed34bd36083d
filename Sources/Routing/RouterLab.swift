import Evidence

/// What routers between two variants would have made of cases that both have answered: learnt and judged by
/// cross-fitting, so that no case is judged by a router that has seen it.
package struct RouterLab: Sendable {
  /// Why no router is offered.
  package enum Refusal: Sendable, Hashable {
    /// Fewer than ``RouterLab/fewestUnits`` independent cases have answers of both.
    case tooFewCases(units: Int)
    /// The two differ on fewer than ``RouterLab/fewestDifferences`` independent cases.
    case tooFewDifferences(units: Int)
    /// No kind is shown to be better than the cheap arm, and than chance at the same price.
    case notBetter
  }

  /// Fewer independent cases decide nothing.
  package static let fewestUnits = 30
  /// With fewer independent cases on which the arms differ there is nothing to learn from.
  package static let fewestDifferences = 10
  /// How many misrouted cases are explained.
  package static let mostMisrouted = 10

  /// The name of the cheap arm.
  package let cheapName: String
  /// The name of the strong arm.
  package let strongName: String
  /// The cases, as given.
  package let cases: [RoutedCase]
  /// Independent cases.
  package let units: Int
  /// The cheap arm for every case.
  package let cheap: RouterStanding
  /// The strong arm for every case.
  package let strong: RouterStanding
  /// For every case the arm that scored better, the cheap one where both score the same: what no router can exceed.
  package let oracle: RouterStanding
  /// The strong arm against the cheap one.
  package let strongAgainstCheap: PairedComparison
  /// Each kind of router, where there were cases enough to learn one.
  package private(set) var candidates: [RouterCandidate] = []
  /// The place in ``candidates`` of the router that is offered.
  package private(set) var best: Int?
  /// Why none is.
  package private(set) var refusal: Refusal?
  /// Cases that the offered router, or else the first kind, sent the wrong way: the largest losses first, then strong
  /// answers that gained nothing.
  package private(set) var misrouted: [MisroutedCase] = []

  /// Learns and judges every kind of router.
  /// - Parameters:
  ///   - set: the name of the eval set, which the routers keep.
  ///   - margin: the smallest difference that matters.
  package init(
    cheap cheapName: String, strong strongName: String, set: String, _ cases: [RoutedCase],
    margin: Double = PairedComparison.defaultMargin
  ) {
    let always = Router.Arm.allCases.map { arm in cases.map { _ in Route(arm) } }
    (self.cheapName, self.strongName, self.cases) = (cheapName, strongName, cases)
    cheap = RouterStanding(cases, always[0])
    strong = RouterStanding(cases, always[1])
    oracle = RouterStanding(cases, cases.map { Route($0.gain > 0 ? .strong : .cheap) })
    strongAgainstCheap = PairedComparison(
      candidate: cases.map { $0.scored($0.strong.score) }, baseline: cases.map { $0.scored($0.cheap.score) },
      margin: margin)
    let folds = Folds(cases)
    units = folds.units
    guard units >= Self.fewestUnits else {
      refusal = .tooFewCases(units: units)
      return
    }
    let differing = Self.differing(cases)
    guard differing >= Self.fewestDifferences else {
      refusal = .tooFewDifferences(units: differing)
      return
    }
    let table = FeatureTable(cases.map(\.input))
    var learners: [any RouterLearning] = [RuleLearning(table: table), WeightLearning(table: table)]
    if cases.contains(where: { !$0.cheap.signs.isEmpty }) { learners.insert(CascadeLearning(cases: cases), at: 1) }
    var policies: [[Router.Policy]] = []
    for learner in learners {
      let fitted = CrossFit(cases, folds, learner)
      policies.append(fitted.policies)
      candidates.append(candidate(fitted, set: set, margin: margin, family: learners.count))
    }
    choose()
    let shown = best ?? 0
    misrouted = explain(candidates[shown], policies[shown], folds, inputs: table.inputs)
  }

  /// How many units have a difference between the arms.
  private static func differing(_ cases: [RoutedCase]) -> Int {
    let numbers = ScoredCase.units(of: cases.map { $0.scored(0) })
    return Set(zip(cases, numbers).filter { abs($0.0.gain) > 1e-9 }.map(\.1)).count
  }

  private func candidate(
    _ fitted: CrossFit, set: String, margin: Double, family: Int
  ) -> RouterCandidate {
    let routes = fitted.routes
    let standing = RouterStanding(cases, routes)
    let scores = zip(cases, routes).map { $0.scored($0[$1.arm].score) }
    let share = mixtureShare(standing)
    func against(_ score: (RoutedCase) -> Double) -> PairedComparison {
      let found = PairedComparison(
        candidate: scores, baseline: cases.map { $0.scored(score($0)) }, margin: margin)
      return found.adjusted(pValue: min(1, found.rawPValue * Double(family)), family: family)
    }
    let origin = Router.Origin(set: set, cases: cases.count)
    return RouterCandidate(
      router: Router(cheap: cheapName, strong: strongName, policy: fitted.final, origin: origin), routes: routes,
      standing: standing, againstCheap: against { $0.cheap.score }, againstStrong: against { $0.strong.score },
      againstMixture: against { $0.cheap.score + share * $0.gain }, mixtureShare: share)
  }

  /// The share of cases that, sent to the strong arm at random, cost as much as a router does; the router's own share
  /// where costs aren't known, or the strong arm costs no more.
  private func mixtureShare(_ standing: RouterStanding) -> Double {
    guard let own = standing.cost, let low = cheap.cost, let high = strong.cost, high > low else {
      return standing.strongShare
    }
    return min(1, max(0, (own - low) / (high - low)))
  }

  private mutating func choose() {
    // What routes nothing is no router, whatever the parts' routers did.
    let better = candidates.indices.filter { candidates[$0].isBetter && !candidates[$0].router.isConstant }
    best = better.max { candidates[$0].againstMixture.interval.low < candidates[$1].againstMixture.interval.low }
    if best == nil { refusal = .notBetter }
  }

  private func explain(
    _ candidate: RouterCandidate, _ policies: [Router.Policy], _ folds: Folds, inputs: [InputFeatures]
  ) -> [MisroutedCase] {
    let found = cases.indices.compactMap { place -> (place: Int, loss: Double, waste: Double)? in
      let (entry, route) = (cases[place], candidate.routes[place])
      let loss = max(0, entry[route.arm.other].score - entry[route.arm].score)
      let waste = route.arm == .strong && entry.gain <= 0 ? entry.strong.cost ?? 1e-9 : 0
      return loss > 1e-9 || waste > 0 ? (place, loss * entry.weight, waste * entry.weight) : nil
    }
    let order = found.sorted { ($1.loss, $1.waste, $0.place) < ($0.loss, $0.waste, $1.place) }
    return order.prefix(Self.mostMisrouted).map { one in
      let (entry, route) = (cases[one.place], candidate.routes[one.place])
      var router = candidate.router
      router.policy = policies[folds.parts[one.place]]
      var reason = router.choice(for: inputs[one.place]).reason
      if router.isCascade {
        reason =
          router.escalates(on: entry.cheap.signs).map { "escalated: \($0.words)" }
          ?? "nothing to see in the answer of \(cheapName)"
      }
      return MisroutedCase(
        id: entry.id, arm: route.arm, reason: reason, cheap: entry.cheap.score, strong: entry.strong.score)
    }
  }
}

extension Router {
  /// Whether every input goes the same way.
  package var isConstant: Bool {
    switch policy {
    case .rules(let rules, let otherwise): rules.allSatisfy { $0.arm == otherwise }
    case .cascade(let signs): signs.isEmpty
    case .weights(_, let weights): weights.isEmpty
    }
  }
}
