import Testing

@testable import Evidence

/// The ways of using a prompt and a tuned model together.
@Suite struct CombinationTests {
  private static func outcomes(_ wins: Int, _ losses: Int, of count: Int = 200) -> PairedComparison {
    PairedComparison(
      PairedOutcomes(both: count - wins - losses - 10, onlyA: wins, onlyB: losses, neither: 10))
  }

  private static func way(
    _ way: Combination.Way, _ name: String, mean: Double, cost: Double? = nil, _ pairs: PairedComparison? = nil
  ) -> Combination.Measured {
    Combination.Measured(
      way: way, name: name,
      score: Estimate(mean: mean, interval: Interval(mean - 0.05, mean + 0.05), count: 200, method: .wilson),
      cost: cost, comparison: pairs)
  }

  /// Facts of a prompted and a tuned variant that can't be told apart, with a third way.
  private static func facts(_ third: Combination.Measured?, gap: Combination.RouterGap? = nil) -> Facts {
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: way(.prompted, "", mean: 0.8).score)
    facts.tuned = VariantFacts(name: "tuned", score: way(.prompted, "", mean: 0.8).score)
    facts.comparison = outcomes(20, 20)
    facts.combination = Combination(hasFullPrompt: true, hasShortPrompt: true)
    facts.combination?.ways =
      [
        way(.prompted, "prompted", mean: 0.8, cost: 0.01),
        way(.tunedShort, "tuned", mean: 0.8, cost: 0.002, outcomes(20, 20)),
      ]
      + (third.map { [$0] } ?? [])
    facts.combination?.routerGap = gap
    facts.steps[.router] = MeasuringStep(command: "assay router learn prompted tuned --save router")
    return facts
  }

  @Test func aRouterThatIsBetterThanEitherIsTheOutcome() throws {
    let advice = Advice(Self.facts(Self.way(.router, "both", mean: 0.9, cost: 0.004, Self.outcomes(30, 4))))
    #expect(advice.recommendation == .hybrid && advice.decidedBy == .combination)
    #expect(advice.headline.contains("both (router) against prompted alone: "))
    #expect(advice.headline.contains("at 40 % of its cost"))
    #expect(!advice.limits.contains { $0.contains("not measured") && $0.contains("combination") })
    let line = try #require(advice.lines.first { $0.rule == .combination && $0.direction == .neutral })
    #expect(line.statement.hasPrefix("prompted (prompted) 80 %"))
    #expect(line.statement.contains("both (router) 90 %"))
  }

  @Test func aCheaperRouterThatIsNotWorseIsTheOutcome() {
    let cheap = Advice(Self.facts(Self.way(.router, "both", mean: 0.81, cost: 0.004, Self.outcomes(4, 3))))
    #expect(cheap.decidedBy == .combination)
    let dear = Advice(Self.facts(Self.way(.router, "both", mean: 0.81, cost: 0.0099, Self.outcomes(4, 3))))
    #expect(dear.decidedBy != .combination)
    let unknown = Advice(Self.facts(Self.way(.router, "both", mean: 0.81, Self.outcomes(4, 3))))
    #expect(unknown.decidedBy != .combination, "unknown costs save nothing")
  }

  @Test func whatIsNotShownDecidesNothing() {
    for pairs in [Self.outcomes(30, 28), Self.outcomes(4, 30)] {
      #expect(Advice(Self.facts(Self.way(.router, "both", mean: 0.82, cost: 0.001, pairs))).decidedBy != .combination)
    }
  }

  @Test func theWholePromptOnTheTunedModelCountsToo() {
    let advice = Advice(Self.facts(Self.way(.tunedFull, "tuned-full", mean: 0.92, cost: 0.012, Self.outcomes(34, 2))))
    #expect(advice.recommendation == .hybrid)
    #expect(advice.headline.contains("tuned-full (tuned with the whole prompt)"))
  }

  @Test func whatIsMissingIsNamedWithItsCommand() throws {
    let none = Advice(Self.facts(nil, gap: Combination.RouterGap.none))
    let missing = try #require(none.missing.first { $0.statement.contains("router between prompted and tuned") })
    #expect(missing.command == "assay router learn prompted tuned --save router")
    #expect(
      Advice(Self.facts(nil, gap: .notMeasured("both"))).missing.contains { $0.statement == "measure the router both" })
    let learnt = Advice(Self.facts(nil, gap: .learntHere("both")))
    #expect(learnt.lines.contains { $0.rule == .combination && $0.direction == .unknown })
    #expect(!Advice(Self.facts(nil)).missing.contains { $0.statement.contains("router") })
  }

  @Test func sentencesAreSentences() {
    for third in [Self.way(.router, "both", mean: 0.9, cost: 0.004, Self.outcomes(30, 4)), nil] {
      let advice = Advice(Self.facts(third, gap: third == nil ? .learntHere("x") : nil))
      for text in advice.lines.map(\.statement) + advice.missing.map(\.statement) + [advice.headline] {
        #expect(!text.isEmpty && !text.hasSuffix(".") && !text.contains("  "), "\(text)")
      }
    }
  }
}
