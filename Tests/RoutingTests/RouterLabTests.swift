import StatisticsSimulations
import Testing

@testable import Routing

@Suite struct RouterLabTests {
  static func lab(_ cases: [RoutedCase]) -> RouterLab { RouterLab(cheap: "small", strong: "large", set: "main", cases) }

  @Test(arguments: [RoutingDraw.Plan.word, .length, .sign])
  func plantedRulesAreFound(plan: RoutingDraw.Plan) throws {
    let lab = Self.lab(RoutingDraw.cases(300, plan, seed: 5))
    let best = lab.candidates[try #require(lab.best)]
    #expect(lab.refusal == nil)
    #expect(best.againstCheap.interval.low > 0 && best.againstMixture.interval.low > 0)
    #expect(lab.misrouted.count == RouterLab.mostMisrouted)
    #expect(best.router.origin == .init(set: "main", cases: 300))
    switch plan {
    case .word:
      let rules = try #require(lab.candidates.first { $0.kind == .rules })
      #expect(rules.router.lines.first == "contains \"refund\" → large", "\(rules.router.lines)")
    case .length:
      let rules = try #require(lab.candidates.first { $0.kind == .rules })
      let line = try #require(rules.router.lines.first)
      #expect(line.hasPrefix("words > ") || line.hasPrefix("words <= ") || line.contains("characters"), "\(line)")
    default: #expect(best.kind == .cascade)
    }
  }

  @Test func aCascadePaysForBoth() throws {
    let lab = Self.lab(RoutingDraw.cases(300, .sign, seed: 5))
    let cascade = try #require(lab.candidates.first { $0.kind == .cascade })
    let share = cascade.standing.strongShare
    #expect(share > 0.05 && share < 0.5)
    #expect(abs(try #require(cascade.standing.cost) - (0.001 + share * 0.02)) < 1e-9)
    #expect(abs(try #require(cascade.standing.latency) - (0.2 + share * 1)) < 1e-9)
    #expect(abs(cascade.mixtureShare - (share * 0.02) / 0.019) < 1e-9)
  }

  @Test func theFrontierIsBoundedByTheOracle() throws {
    let lab = Self.lab(RoutingDraw.cases(300, .word, seed: 6))
    let oracle = try #require(lab.oracle.score).mean
    for candidate in lab.candidates { #expect(try #require(candidate.standing.score).mean <= oracle) }
    #expect(lab.cheap.strongShare == 0 && lab.strong.strongShare == 1)
    #expect(try abs(#require(lab.cheap.cost) - 0.001) < 1e-12 && abs(#require(lab.strong.cost) - 0.02) < 1e-12)
    // In a tie the oracle takes the cheap arm.
    #expect(lab.oracle.strongShare == Double(lab.cases.count { $0.gain > 0 }) / 300)
  }

  @Test func noCaseIsJudgedByARouterThatSawIt() {
    // Each input has a word of its own, which says which arm is right: whoever learns from a case can repeat it.
    let cases = (0..<200).map { index in
      RoutedCase(
        id: "\(index)", input: RouteInput("w\(index / 2) x"), group: "\(index / 2)",
        cheap: ArmOutcome(score: index / 2 % 2 == 0 ? 0 : 1), strong: ArmOutcome(score: index / 2 % 2 == 0 ? 1 : 0))
    }
    let folds = Folds(cases)
    #expect(folds.units == 100)
    for pair in stride(from: 0, to: 200, by: 2) { #expect(folds.parts[pair] == folds.parts[pair + 1]) }
    for part in 0..<Folds.count { #expect(folds.parts.count { $0 == part } == 40) }
    #expect(Folds(cases.shuffled()).parts.count == 200)
    #expect(Self.lab(cases).best == nil)
  }

  @Test func foldsDoNotDependOnTheOrder() {
    let cases = RoutingDraw.cases(100, .noise, seed: 1)
    let (folds, reversed) = (Folds(cases), Folds(cases.reversed()))
    #expect(folds.parts == Array(reversed.parts.reversed()))
  }

  @Test func tooFewCasesAreRefused() {
    #expect(Self.lab(RoutingDraw.cases(29, .word, seed: 2)).refusal == .tooFewCases(units: 29))
    let same = RoutingDraw.cases(100, .word, seed: 2).map { entry in
      var entry = entry
      entry.strong.score = entry.cheap.score
      return entry
    }
    #expect(Self.lab(same).refusal == .tooFewDifferences(units: 0))
    let grouped = RoutingDraw.cases(100, .word, seed: 2).enumerated().map { place, entry in
      var entry = entry
      entry.group = "\(place % 20)"
      return entry
    }
    #expect(Self.lab(grouped).refusal == .tooFewCases(units: 20))
    #expect(Self.lab([]).refusal == .tooFewCases(units: 0))
  }

  @Test func unknownCostsAreUnknown() throws {
    let cases = RoutingDraw.cases(300, .word, seed: 5).enumerated().map { place, entry in
      var entry = entry
      if place == 7 { entry.strong.cost = nil }
      return entry
    }
    let lab = Self.lab(cases)
    #expect(lab.strong.cost == nil)
    #expect(lab.cheap.cost != nil)
    let best = lab.candidates[try #require(lab.best)]
    #expect(best.mixtureShare == best.standing.strongShare)
  }

  @Test func theSameCasesGiveTheSameRouters() {
    let cases = RoutingDraw.cases(200, .length, seed: 9)
    let (one, other) = (Self.lab(cases), Self.lab(cases))
    #expect(one.candidates.map(\.router) == other.candidates.map(\.router))
    #expect(one.candidates.map(\.routes) == other.candidates.map(\.routes))
  }

  @Test func misroutedCasesAreExplained() throws {
    let lab = Self.lab(RoutingDraw.cases(300, .word, seed: 5))
    for one in lab.misrouted {
      #expect(!one.reason.isEmpty)
      let entry = try #require(lab.cases.first { $0.id == one.id })
      #expect(entry.cheap.score == one.cheap && entry.strong.score == one.strong)
    }
    #expect(lab.misrouted.first.map { $0.loss } == 1)
  }

  /// Small; `make simulate` tries more.
  @Test(arguments: [RoutingDraw.Plan.noise, .evenNoise, .groupedNoise])
  func noiseIsRefused(plan: RoutingDraw.Plan) {
    let rate = Simulations.falseRouter(plan, cases: 80, repetitions: 12)
    #expect(rate.isKept, "\(rate.line)")
  }
}
