import Testing

@testable import Evidence

/// What people weigh besides the score: measured where it can be, said to be unknown where it isn't.
@Suite struct CriteriaTests {
  private func row(_ criterion: Criteria.Criterion, _ facts: Facts, _ workshop: Criteria.Workshop = .init())
    -> Criteria.Row
  {
    let found = Criteria(facts, workshop).rows.first { $0.criterion == criterion }
    return found ?? Criteria.Row(criterion, .init(.unknown, "missing"), .init(.unknown, "missing"))
  }

  private func variant(_ name: String, passed: Int, of count: Int = 100, format: Int = 100) -> VariantFacts {
    VariantFacts(
      name: name, score: Proportion(successes: passed, of: count).estimate,
      format: Proportion(successes: format, of: count), medianLatency: 300, slowLatency: 900)
  }

  private func measured(_ outcomes: PairedOutcomes) -> Facts {
    var facts = Facts()
    let count = outcomes.both + outcomes.onlyA + outcomes.onlyB + outcomes.neither
    facts.tuned = variant("tuned", passed: outcomes.both + outcomes.onlyA, of: count)
    facts.prompted = variant("prompted", passed: outcomes.both + outcomes.onlyB, of: count)
    facts.comparison = PairedComparison(outcomes)
    return facts
  }

  @Test func everyCriterionHasARow() {
    for facts in [Facts(), measured(PairedOutcomes(both: 60, onlyA: 30, onlyB: 2, neither: 8))] {
      let rows = Criteria(facts, .init()).rows
      #expect(rows.map(\.criterion) == Criteria.Criterion.allCases)
      #expect(rows.allSatisfy { !$0.prompted.text.isEmpty && !$0.tuned.text.isEmpty })
      #expect(rows.allSatisfy { !$0.prompted.text.hasSuffix(".") && !$0.tuned.text.hasSuffix(".") })
    }
  }

  /// Nothing measured is neither 0 nor a tie.
  @Test func whatIsNotMeasuredIsUnknown() {
    for criterion in [Criteria.Criterion.behaviour, .consistency, .latency, .cost, .complexity, .infrastructure] {
      let row = row(criterion, Facts())
      #expect(row.prompted.basis == .unknown && row.tuned.basis == .unknown, "\(criterion)")
      #expect(row.favours == nil, "\(criterion)")
    }
    for criterion in [Criteria.Criterion.reusability, .data, .timeline, .expertise, .maintenance] {
      #expect(row(criterion, Facts()).tuned.basis == .unknown, "\(criterion)")
    }
  }

  @Test(arguments: [
    (PairedOutcomes(both: 60, onlyA: 30, onlyB: 2, neither: 8), Criteria.Way.tuning),
    (PairedOutcomes(both: 60, onlyA: 2, onlyB: 30, neither: 8), .prompting),
    (PairedOutcomes(both: 60, onlyA: 12, onlyB: 9, neither: 19), nil),
  ])
  func aScoreSpeaksForAWayOnlyWhereItIsShown(outcomes: PairedOutcomes, way: Criteria.Way?) {
    let row = row(.behaviour, measured(outcomes))
    #expect(row.favours == way)
    #expect(row.prompted.basis == .measured && row.prompted.text.contains("["))
  }

  @Test func timesSpeakOnlyBeyondTheTolerance() {
    var facts = measured(PairedOutcomes(both: 60, onlyA: 12, onlyB: 9, neither: 19))
    facts.latencyComparison = LatencyComparison((0..<40).map { (a: 1000 + Double($0), b: 500 + Double($0)) })
    #expect(row(.latency, facts).favours == .tuning)
    facts.latencyComparison = LatencyComparison((0..<40).map { (a: 1000 + Double($0), b: 990 + Double($0)) })
    #expect(row(.latency, facts).favours == nil)
    #expect(row(.latency, facts).tuned.text == "median 0.30 s, 95 % within 0.90 s")
  }

  @Test func costsSpeakOnlyWhereBreakEvenIsKnown() {
    var facts = measured(PairedOutcomes(both: 60, onlyA: 12, onlyB: 9, neither: 19))
    let rates = TokenRates(input: 10, output: 10)
    var cost = CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: rates),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: rates),
      investment: TuningInvestment(training: nil, engineeringHours: 0, hourlyRate: 0))
    facts.cost = cost
    #expect(row(.cost, facts).favours == nil)
    #expect(row(.cost, facts).tuned.text.hasSuffix("when tuning pays for itself is not known"))
    cost.investment.training = 5000
    cost.queriesPerMonth = 1_000_000
    facts.cost = cost
    #expect(row(.cost, facts).favours == .tuning)
    cost.queriesPerMonth = 10_000
    facts.cost = cost
    #expect(row(.cost, facts).favours == .prompting)
    #expect(row(.cost, facts).tuned.text.contains("after 277,778 queries"))
    cost.tuned.tokens = cost.prompted.tokens
    facts.cost = cost
    #expect(row(.cost, facts).tuned.text.hasSuffix("what tuning costs never comes back"))
  }

  @Test func aStatementIsNoMeasurement() {
    var facts = Facts()
    facts.project.hasExpertise = false
    #expect(row(.expertise, facts).tuned.basis == .stated && row(.expertise, facts).favours == .prompting)
    facts.project.hasExpertise = true
    #expect(row(.expertise, facts).tuned.basis == .stated && row(.expertise, facts).favours == nil)
    var workshop = Criteria.Workshop()
    workshop.retrainingsPerYear = 0
    #expect(row(.maintenance, facts, workshop).tuned == .init(.stated, "0 trainings a year after the first"))
  }

  @Test func recordedAnswersDoNotSayWhatGaveThem() {
    var workshop = Criteria.Workshop()
    workshop.prompted.serving = .server("api.example.com")
    workshop.tuned.serving = .recording
    let infrastructure = row(.infrastructure, Facts(), workshop)
    #expect(infrastructure.prompted == .init(.measured, "a server answers (api.example.com)"))
    #expect(infrastructure.tuned.basis == .unknown && infrastructure.favours == nil)
    workshop.tuned.serving = .engine
    #expect(row(.infrastructure, Facts(), workshop).favours == .prompting)
  }

  /// That a prompt moves to another model is shown only where it was measured there.
  @Test func aPromptIsNotTiedToAModelOnlyWhereThatIsMeasured() {
    var workshop = Criteria.Workshop()
    workshop.promptModels = 1
    #expect(row(.lockIn, Facts(), workshop).favours == nil)
    workshop.promptModels = 2
    workshop.base = "small"
    #expect(row(.lockIn, Facts(), workshop).favours == .prompting)
    #expect(row(.lockIn, Facts(), workshop).tuned.text == "what was learnt belongs to its base model, small")
  }

  @Test func timesOfWorkAreMeasuredWhereBothEndsAreKnown() {
    var workshop = Criteria.Workshop()
    workshop.versions = (1, 0)
    #expect(row(.timeline, Facts(), workshop).prompted.basis == .unknown)
    workshop.versions = (5, 7200)
    #expect(row(.timeline, Facts(), workshop).prompted.text.hasPrefix("5 versions measured within"))
    workshop.trainingSeconds = 840
    workshop.trainings = 2
    let facts = measured(PairedOutcomes(both: 60, onlyA: 30, onlyB: 2, neither: 8))
    #expect(row(.timeline, facts, workshop).tuned.basis == .measured)
    #expect(row(.flexibility, facts, workshop).tuned.basis == .measured)
  }
}

@Suite struct MonthlyCostTests {
  @Test func aChartReachesBeyondTheCrossing() throws {
    let rates = TokenRates(input: 10, output: 10)
    var cost = CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: rates, hostingPerMonth: 0),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: rates, hostingPerMonth: 100),
      investment: TuningInvestment(training: 5000))
    #expect(cost.monthly == nil)
    cost.queriesPerMonth = 100_000
    let monthly = try #require(cost.monthly)
    #expect(abs(monthly.prompted - 3500) < 1e-9 && abs(monthly.tuned - 1800) < 1e-9)
    let crossing = try #require(monthly.crossing)
    #expect(abs(crossing - 5000.0 / 1700) < 1e-9 && monthly.chartMonths == 6)
    cost.tuned.hostingPerMonth = 5000
    #expect(cost.monthly?.crossing == nil && cost.monthly?.chartMonths == 24)
    cost.tuned.hostingPerMonth = nil
    #expect(cost.monthly == nil)
  }
}
