import Evidence
import Testing

/// Whether a score may be trusted at all, and size before significance.
extension AdviceTests {
  /// An adapter without effect spoils any comparison; one that collapsed or never ends only one that it doesn't win.
  @Test(arguments: [
    (AdapterFinding.inactive(answers: 200, base: "small"), Advice.Recommendation.undecided, "identical"),
    (.collapsed(equal: 78, answers: 80), .fineTune, "78 of 80 answers of tuned are the same"),
    (.unending(cut: 60, answers: 80), .fineTune, "did not end by themselves"),
  ]) func adapters(_ finding: AdapterFinding, whenAhead: Advice.Recommendation, _ words: String) {
    var facts = tunedWins()
    facts.adapterFindings = [finding]
    #expect(Advice(facts).recommendation == whenAhead)
    #expect(Advice(facts).confidence != .strong)
    #expect(line(.adapter, facts)?.statement.contains(words) == true)
    facts.comparison = PairedComparison(PairedOutcomes(both: 69, onlyA: 2, onlyB: 25, neither: 4))
    #expect(Advice(facts).recommendation == .undecided)
    #expect(Advice(facts).decidedBy == .adapter)
  }

  @Test func leaksWhereverTheyAre() {
    var facts = tunedWins()
    facts.promptLeaks = [PromptLeak(variant: "prompted", cases: 100)]
    #expect(Advice(facts).recommendation == .undecided)
    #expect(Advice(facts).headline.contains("the prompt of prompted holds 100 eval cases"))
    facts.promptLeaks = []
    facts.trainingRows = .assumed(file: "train/main.jsonl")
    facts.leakedCases = 95
    #expect(Advice(facts).headline.contains("if tuned, which was tuned elsewhere, learnt from it"))
    facts.leakedCases = 0
    #expect(Advice(facts).recommendation == .fineTune)
    #expect(line(.leak, facts)?.direction == .neutral)
    facts.trainingRows = .unknown
    #expect(line(.leak, facts)?.direction == .unknown)
  }

  @Test func bothNearZeroDecideNothing() {
    var facts = tunedWins()
    let none = PairedOutcomes(both: 0, onlyA: 0, onlyB: 0, neither: 200)
    facts.comparison = PairedComparison(none)
    facts.prompted?.score = none.b.estimate
    facts.tuned?.score = none.a.estimate
    #expect(Advice(facts).recommendation == .undecided)
    #expect(Advice(facts).decidedBy == .ceiling)
  }

  @Test func sizeComesBeforeSignificance() throws {
    var facts = tunedWins()
    facts.comparison = PairedComparison(PairedOutcomes(both: 4500, onlyA: 205, onlyB: 150, neither: 145))
    #expect(Advice(facts).recommendation == .prompt)
    #expect(
      line(.quality, facts)?.statement.contains("a real difference of about +1 point, too small to matter") == true)
    let prices = TokenRates(input: 10, output: 10)
    facts.cost = CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: prices),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: prices, hostingPerMonth: nil),
      investment: TuningInvestment(training: 5000), queriesPerMonth: 1_000_000)
    #expect(Advice(facts).recommendation == .undecided, "what hosting costs decides, and isn't stated")
    #expect(Advice(facts).headline.contains("cost $0.018 less"))
    facts.cost?.tuned.hostingPerMonth = 0
    #expect(Advice(facts).recommendation == .fineTune)
    #expect(Advice(facts).decidedBy == .cost)
  }

  @Test func fewerThanTenUnitsDecideNothing() {
    var facts = tunedWins()
    facts.comparison = PairedComparison(PairedOutcomes(both: 0, onlyA: 6, onlyB: 0, neither: 0))
    #expect(Advice(facts).recommendation == .undecided)
    // 200 cases in eight groups.
    facts.comparison = PairedComparison(
      differences: (0..<200).map { $0 / 25 < 6 ? 1 : 0 }, units: (0..<200).map { $0 / 25 })
    #expect(Advice(facts).recommendation == .undecided)
    #expect(line(.quality, facts)?.statement.contains("in 8 groups") == true)
  }

  @Test func latencyIsDecidedInPairsAndBeyondATolerance() {
    var facts = tunedWins()
    facts.comparison = PairedComparison(PairedOutcomes(both: 900, onlyA: 10, onlyB: 10, neither: 80))
    facts.project.latencyIsCritical = true
    func times(_ count: Int, _ scale: Double, of slower: Double) -> LatencyComparison {
      var pairs: [(a: Double, b: Double)] = []
      for number in 0..<count {
        let before = Double(50 + number % 7) * 20 * scale
        let after = Double(50 + number % 5) * 20 * scale * slower
        pairs.append((a: before, b: after))
      }
      return LatencyComparison(pairs)
    }
    facts.latencyComparison = times(100, 1, of: 1.01)
    #expect(line(.latency, facts)?.direction == .neutral)
    facts.latencyComparison = times(100, 0.01, of: 0.5)
    #expect(line(.latency, facts)?.direction == .neutral, "five milliseconds decide nothing")
    facts.latencyComparison = times(100, 1, of: 0.5)
    #expect(line(.latency, facts)?.statement.contains("% faster on 100 cases") == true)
    #expect(Advice(facts).recommendation == .fineTune)
    facts.latencyComparison = times(19, 1, of: 0.5)
    #expect(line(.latency, facts)?.direction == .unknown)
  }
}
