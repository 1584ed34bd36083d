import Evidence

/// Where one way of answering stands: quality, cost and time for each case.
package struct RouterStanding: Sendable {
  /// The mean score with its interval.
  package var score: Estimate?
  /// Dollars for a case, the weighted mean; nil unless the cost of every answer is known.
  package var cost: Double?
  /// Seconds for a case, the weighted mean; nil unless the time of every answer is known.
  package var latency: Double?
  /// The weighted share of cases for which the strong arm is asked, 0 to 1.
  package var strongShare: Double

  /// Averages what is paid and waited for.
  /// - Parameter routes: where each case goes.
  init(_ cases: [RoutedCase], _ routes: [Route]) {
    var weights = 0.0
    var (cost, latency): (Double?, Double?) = (0, 0)
    var strong = 0.0
    for (entry, route) in zip(cases, routes) {
      weights += entry.weight
      cost = Self.sum(cost, route.paid(entry) { $0.cost }, entry.weight)
      latency = Self.sum(latency, route.paid(entry) { $0.latency }, entry.weight)
      if route.arm == .strong { strong += entry.weight }
    }
    score = VariantScores(zip(cases, routes).map { $0.scored($0[$1.arm].score) }).estimate
    self.cost = weights > 0 ? cost.map { $0 / weights } : nil
    self.latency = weights > 0 ? latency.map { $0 / weights } : nil
    strongShare = weights > 0 ? strong / weights : 0
  }

  private static func sum(_ total: Double?, _ value: Double?, _ weight: Double) -> Double? {
    total.flatMap { total in value.map { total + $0 * weight } }
  }
}

/// Where a case goes.
package struct Route: Sendable, Hashable {
  /// Whose answer counts.
  package var arm: Router.Arm
  /// Whether the cheap arm was asked first, and is paid for, too.
  package var isEscalated: Bool

  package init(_ arm: Router.Arm, isEscalated: Bool = false) {
    self.arm = arm
    self.isEscalated = isEscalated
  }

  /// A figure of all calls together; nil unless it is known of each.
  func paid(_ entry: RoutedCase, _ figure: (ArmOutcome) -> Double?) -> Double? {
    guard let own = figure(entry[arm]) else { return nil }
    return isEscalated ? figure(entry[arm.other]).map { $0 + own } : own
  }
}

/// A kind of router, judged on cases that it was not learnt from.
package struct RouterCandidate: Sendable {
  /// The router, learnt from all cases.
  package var router: Router
  /// Where each case went, by a router that was learnt without the case's part.
  package var routes: [Route]
  /// Where those routes stand.
  package var standing: RouterStanding
  /// The routes against the cheap arm alone.
  package var againstCheap: PairedComparison
  /// The routes against the strong arm alone.
  package var againstStrong: PairedComparison
  /// The routes against sending cases to the strong arm at random, as many as cost the same.
  package var againstMixture: PairedComparison
  /// The share that goes to the strong arm in that mixture, 0 to 1.
  package var mixtureShare: Double

  /// What kind it is.
  package var kind: Router.Kind { router.kind }

  /// Whether it is shown to be better than the cheap arm alone, and than chance at the same price.
  package var isBetter: Bool { againstCheap.interval.low > 0 && againstMixture.interval.low > 0 }
}

/// A case that went the wrong way.
package struct MisroutedCase: Sendable, Hashable {
  /// The case's id.
  package var id: String
  /// The arm that was chosen.
  package var arm: Router.Arm
  /// Why.
  package var reason: String
  /// The cheap arm's score.
  package var cheap: Double
  /// The strong arm's score.
  package var strong: Double

  /// What the other arm would have gained, 0 to 1; 0 where the strong arm was asked for nothing.
  package var loss: Double { max(0, arm == .cheap ? strong - cheap : cheap - strong) }
}
