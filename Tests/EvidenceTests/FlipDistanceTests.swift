import Evidence
import Testing

/// Each distance is proved by running the rules on both sides of it.
@Suite struct FlipDistanceTests {
  private func moved(_ facts: Facts, _ fact: FlipDistance.Fact, to value: Double) -> Advice.Recommendation {
    var facts = facts
    switch fact {
    case .queries:
      facts.project.queriesPerMonth = value
      facts.cost?.queriesPerMonth = value
    case .target: facts.project.targetScore = value
    case .examples: facts.project.trainingExamples = Int(value)
    case .hosting: facts.cost?.tuned.hostingPerMonth = value
    case .training: facts.cost?.investment.training = value
    case .hours: facts.cost?.investment.engineeringHours = value
    case .latency: facts.project.latencyLimit = value
    }
    return Advice(facts).recommendation
  }

  private static var paying: Facts {
    var facts = VerdictScenario.same
    facts.project.queriesPerMonth = 1_000_000
    VerdictScenario.cost(&facts, queries: 1_000_000, hosting: 1000, hours: 40)
    return facts
  }

  private static var open: Facts {
    var facts = VerdictScenario.open()
    facts.project.queriesPerMonth = 700_000
    facts.project.targetScore = 0.9
    return facts
  }

  private static var slow: Facts {
    var facts = VerdictScenario.same
    facts.project.latencyLimit = 500
    facts.prompted?.slowLatency = 900
    facts.tuned?.slowLatency = 300
    return facts
  }

  @Test(arguments: [paying, open, slow]) func eachDistanceIsProved(_ facts: Facts) {
    let now = Advice(facts).recommendation
    let flips = FlipDistance.all(facts)
    #expect(!flips.isEmpty)
    for flip in flips {
      for (turn, inward) in [(flip.below, 1.06), (flip.above, 1 / 1.06)] {
        guard let turn else { continue }
        #expect(moved(facts, flip.fact, to: turn.value) == turn.recommendation, "\(flip)")
        #expect(turn.recommendation != now)
        // Just before it, where rounding to two digits can't have left it, nothing has changed.
        if flip.fact != .target, flip.fact != .examples {
          #expect(
            moved(facts, flip.fact, to: turn.value * inward) == now || turn.value * inward == flip.value, "\(flip)")
        }
      }
    }
  }

  @Test func theVolumeThatPaysIsFound() throws {
    let flip = try #require(FlipDistance.all(Self.paying).first { $0.fact == .queries })
    // A year's saving has to pay for $9,000 and $12,000 of hosting: 21,000 / (12 × 0.018) = 97,222 queries a month.
    #expect(flip.below == FlipDistance.Turn(value: 97_000, recommendation: .prompt))
    #expect(flip.above == nil)
    #expect(flip.words == "queries_per_month (now 1,000,000) up to 97,000: Keep prompting")
    let hosting = try #require(FlipDistance.all(Self.paying).first { $0.fact == .hosting })
    // 12 × (18,000 − x) = 9,000.
    #expect(hosting.above?.value == 18_000)
  }

  @Test func gapsOfTheRulesAreFound() throws {
    let flips = FlipDistance.all(Self.open)
    let examples = try #require(flips.first { $0.fact == .examples })
    #expect(examples.below == FlipDistance.Turn(value: 490, recommendation: .undecided))
    let queries = try #require(flips.first { $0.fact == .queries })
    #expect(queries.below == FlipDistance.Turn(value: 490_000, recommendation: .undecided))
    let target = try #require(flips.first { $0.fact == .target })
    #expect(target.below?.recommendation == .prompt)
    #expect(target.above == nil)
  }

  @Test func whatAFewAnswersDecideIsFragile() {
    func fragile(_ facts: Facts) -> Bool { Advice(facts).lines.contains { $0.statement.hasPrefix("fragile: ") } }
    // scipy.stats.binomtest(0, 6, .5).pvalue = 0.03125, and with five 0.0625.
    #expect(fragile(VerdictScenario.measured(6, 0, of: 50)))
    #expect(!fragile(VerdictScenario.measured(25, 2, of: 100)))
    #expect(!fragile(VerdictScenario.measured(0, 0, of: 100)))
    var graded = VerdictScenario.measured(0, 0, of: 12)
    graded.comparison = PairedComparison(differences: Array(repeating: 0.2, count: 12))
    #expect(Advice(graded).lines.contains { $0.rule == .quality })
  }
}
