import Evidence
import Testing

@Suite struct AdviceTests {
  /// Tuned wins 25 and loses 2 of 100 cases.
  private func tunedWins() -> Facts {
    var facts = Facts()
    let outcomes = PairedOutcomes(both: 69, onlyA: 25, onlyB: 2, neither: 4)
    facts.prompted = VariantFacts(name: "prompted", score: outcomes.b.estimate)
    facts.tuned = VariantFacts(name: "tuned", score: outcomes.a.estimate)
    facts.comparison = .outcomes(outcomes)
    facts.generalAbilities = PairedOutcomes(both: 50, onlyA: 2, onlyB: 2, neither: 6)
    return facts
  }

  /// A prompt that no longer gets better, with enough examples, and nothing tuned yet.
  private func readyToTune() throws -> Facts {
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: Proportion(successes: 71, of: 100).estimate)
    facts.plateau = Plateau(versions: Array(repeating: (0..<100).map { $0 < 71 }, count: 4))
    facts.project.trainingExamples = 600
    return facts
  }

  private func line(_ rule: Rule, _ facts: Facts) -> Reason? { Advice(facts).lines.first { $0.rule == rule } }

  // MARK: - Measured

  @Test func tuningWins() {
    let advice = Advice(tunedWins())
    #expect(advice.recommendation == .fineTune)
    #expect(advice.confidence == .strong)
    #expect(advice.decidedBy == .quality)
    #expect(advice.headline == "Fine-tune: the tuned variant does better on the same cases")
    let quality = advice.lines.first { $0.rule == .quality }
    #expect(
      quality?.statement == "tuned scores 94 % [88, 97], prompted 71 % [61, 79]; "
        + "on the same 100 cases tuned wins 25 and loses 2 (exact McNemar p < 0.001)")
    #expect(quality?.figures.first { $0.name == "wins" }?.value == 25)
    #expect(
      advice.lines.first { $0.rule == .evalSize }?.statement
        == "with 27 % of the cases flipping, 100 cases show differences from 14 points up (80 % power)")
    #expect(advice.missing.isEmpty)
  }

  @Test func promptingWins() {
    var facts = tunedWins()
    let outcomes = PairedOutcomes(both: 69, onlyA: 2, onlyB: 25, neither: 4)
    facts.comparison = .outcomes(outcomes)
    let advice = Advice(facts)
    #expect(advice.recommendation == .prompt)
    #expect(advice.confidence == .strong)
  }

  @Test func tooFewCasesToTell() {
    var facts = tunedWins()
    facts.comparison = .outcomes(PairedOutcomes(both: 40, onlyA: 6, onlyB: 4, neither: 0))
    let advice = Advice(facts)
    #expect(advice.recommendation == .undecided)
    #expect(advice.decidedBy == .evalSize)
    #expect(advice.missing.first?.statement == "add 576 cases: 626 would show a difference of 5 points")
    #expect(advice.missing.first?.count == 576)
    #expect(line(.quality, facts)?.statement.hasSuffix("can't be told from 0") == true)
    facts.project.targetScore = 0.6
    #expect(Advice(facts).recommendation == .prompt)
  }

  @Test func casesWithoutAnAnswerComeBeforeNewOnes() {
    var facts = tunedWins()
    facts.tuned?.unansweredCases = 60
    let advice = Advice(facts)
    #expect(advice.recommendation == .fineTune)
    #expect(advice.confidence == .fair)
    #expect(
      line(.coverage, facts)?.statement == "tuned has answered 100 of 160 cases; the rest may differ")
    #expect(advice.missing.first?.statement == "evaluate tuned on the other 60 cases")
    facts.comparison = .outcomes(PairedOutcomes(both: 30, onlyA: 6, onlyB: 4, neither: 0))
    let open = Advice(facts)
    #expect(open.recommendation == .undecided)
    #expect(open.decidedBy == .coverage)
    #expect(!open.missing.contains { $0.rule == .evalSize })
  }

  @Test func aVariantThatHasChangedIsMeasuredAgain() {
    var facts = tunedWins()
    facts.prompted?.isOutdated = true
    #expect(Advice(facts).missing.first?.statement == "evaluate prompted again as it is now")
    #expect(Advice(facts).confidence == .fair)
  }

  @Test func severalComparisonsAreCorrected() {
    var facts = tunedWins()
    facts.comparison = .outcomes(PairedOutcomes(both: 60, onlyA: 12, onlyB: 3, neither: 25))
    // scipy.stats.binomtest(3, 15, .5).pvalue = 0.0352
    #expect(Advice(facts).recommendation == .fineTune)
    facts.comparisonsTried = 3
    let advice = Advice(facts)
    #expect(advice.recommendation == .undecided)
    #expect(advice.lines[0].statement.contains("p = 0.11, corrected for 3 comparisons"))
  }

  @Test func atTheEdge() {
    var facts = tunedWins()
    // The interval leaves 0 out, the exact test does not: scipy.stats.binomtest(0, 5, .5).pvalue = 0.0625
    facts.comparison = .outcomes(PairedOutcomes(both: 15, onlyA: 5, onlyB: 0, neither: 30))
    #expect(line(.quality, facts)?.statement.hasSuffix("is at the edge of what these cases can show") == true)
    #expect(Advice(facts).recommendation == .undecided)
    // Enough cases to see 5 points, and yet not clear: 626 are needed at 20 % flips.
    facts.comparison = .outcomes(PairedOutcomes(both: 400, onlyA: 80, onlyB: 60, neither: 160))
    #expect(Advice(facts).recommendation == .undecided)
    #expect(Advice(facts).missing.first?.statement.hasPrefix("add as many cases again") == true)
    #expect(Advice(facts).missing.first?.count == 700)
  }

  @Test func gradedScores() {
    var facts = Facts()
    facts.comparison = .scores(PairedScores((0..<60).map { (0.7 + Double($0 % 3) / 10, 0.6) }))
    let advice = Advice(facts)
    #expect(advice.recommendation == .fineTune)
    #expect(
      advice.lines[0].statement
        == "on the same 60 cases tuned wins 60 and loses 0 (sign-flip permutation test p < 0.001)")
  }

  @Test func equalScoresAreDecidedByTheRest() {
    var facts = tunedWins()
    facts.comparison = .outcomes(PairedOutcomes(both: 900, onlyA: 10, onlyB: 10, neither: 80))
    #expect(Advice(facts).recommendation == .prompt)
    #expect(Advice(facts).confidence == .fair)
    facts.tuned?.format = Proportion(successes: 1000, of: 1000)
    facts.prompted?.format = Proportion(successes: 850, of: 1000)
    let advice = Advice(facts)
    #expect(advice.recommendation == .fineTune)
    #expect(advice.decidedBy == .format)
    #expect(
      line(.format, facts)?.statement
        == "the format is right in 100 % [99.6, 100] (tuned) and 85 % [83, 87] (prompted) of the answers, "
        + "and the intervals don't overlap")
  }

  @Test func sharedCasesSpoilTheComparison() {
    var facts = tunedWins()
    facts.leakedCases = 7
    let advice = Advice(facts)
    #expect(advice.recommendation == .undecided)
    #expect(advice.decidedBy == .leak)
    #expect(advice.missing.first?.count == 7)
  }

  @Test func forgetting() {
    var facts = tunedWins()
    facts.generalAbilities = PairedOutcomes(both: 5, onlyA: 0, onlyB: 45, neither: 10)
    let alone = Advice(facts)
    #expect(alone.recommendation == .fineTune)
    #expect(alone.confidence == .fair)
    #expect(alone.headline == "Fine-tune: the tuned variant does better on the same cases; against it: forgetting")
    #expect(
      line(.forgetting, facts)?.statement
        == "on 60 cases of other tasks the base model is right in 83 % [72, 91], the tuned one in 8 % [4, 18] "
        + "(exact McNemar p < 0.001): tuning cost other abilities, so use the tuned model for this task only")
    facts.project.queryTypesDiffer = true
    #expect(Advice(facts).recommendation == .hybrid)
    facts.generalAbilities = nil
    #expect(Advice(facts).missing.contains { $0.rule == .forgetting })
  }

  @Test func movingRequirementsBendTheWinIntoACombination() {
    var facts = tunedWins()
    facts.project.requirementsMove = true
    let advice = Advice(facts)
    #expect(advice.recommendation == .hybrid)
    #expect(advice.decidedBy == .requirements)
    #expect(advice.confidence == .fair)
  }

  @Test func costsAgainstTheWin() {
    var facts = tunedWins()
    let prices = TokenRates(input: 10, output: 10)
    facts.cost = CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: prices),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: prices),
      investment: TuningInvestment(training: 5000, engineeringHours: 0, retrainings: 0), queriesPerMonth: 10_000)
    let advice = Advice(facts)
    #expect(advice.recommendation == .fineTune)
    #expect(advice.confidence == .fair)
    #expect(
      line(.cost, facts)?.statement
        == "a tuned answer saves $0.018, so $5,000 come back after 277,778 queries, 27.8 months at 10,000 a month")
    #expect(line(.cost, facts)?.direction == .forPrompting)
    facts.project.targetScore = 0.6
    #expect(Advice(facts).recommendation == .prompt)
    facts.cost?.queriesPerMonth = 1_000_000
    facts.project.targetScore = nil
    #expect(Advice(facts).confidence == .strong)
    facts.cost?.tuned.hostingPerMonth = 1_000_000
    #expect(
      line(.cost, facts)?.statement
        == "a tuned answer costs $0.98 more than a prompted one, so tuning never pays for itself")
  }

  @Test func costsThatAreNotStated() {
    var facts = tunedWins()
    let prices = TokenRates(input: 10, output: 10)
    facts.cost = CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: prices),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: prices, hostingPerMonth: nil),
      investment: TuningInvestment(training: nil), queriesPerMonth: 10_000)
    let line = line(.cost, facts)
    #expect(line?.direction == .unknown)
    #expect(
      line?.statement == "whether tuning pays for itself is not known: hosting_per_month, training_cost not stated")
    #expect(Advice(facts).missing.contains { $0.statement.contains("state hosting_per_month, training_cost") })
    facts.cost?.tuned.hostingPerMonth = 0
    facts.cost?.investment.training = 5000
    #expect(
      self.line(.cost, facts)?.statement
        == "a tuned answer saves $0.018, so $5,000 come back after 277,778 queries, 27.8 months at 10,000 a month "
        + "at the earliest: engineering_hours and hourly_rate, retrainings not stated")
  }

  // MARK: - Not measured

  @Test func nothingKnown() {
    let advice = Advice(Facts())
    #expect(advice.recommendation == .undecided)
    #expect(advice.decidedBy == .quality)
    #expect(advice.missing.first?.statement == "evaluate the prompt on 50 to 100 cases")
  }

  @Test func readyToTrain() throws {
    let advice = Advice(try readyToTune())
    #expect(advice.recommendation == .fineTune)
    #expect(advice.confidence == .weak)
    #expect(advice.decidedBy == .plateau)
    #expect(
      advice.lines[0].statement
        == "prompted scores 71 % [61, 79] on 100 cases; no tuned variant has been measured")
    #expect(advice.missing.contains { $0.rule == .quality })
  }

  @Test(arguments: [(99, Advice.Recommendation.prompt), (100, .undecided), (499, .undecided), (500, .fineTune)])
  func exampleGap(count: Int, recommendation: Advice.Recommendation) throws {
    var facts = try readyToTune()
    facts.project.trainingExamples = count
    let advice = Advice(facts)
    #expect(advice.recommendation == recommendation)
    if recommendation == .undecided {
      #expect(advice.decidedBy == .examples)
      #expect(advice.missing.first?.count == 500 - count)
    }
  }

  @Test(arguments: [
    (99_999.0, Advice.Recommendation.undecided, Rule.volume), (100_000, .undecided, .volume),
    (500_000, .undecided, .volume), (500_001, .fineTune, .plateau),
  ])
  func volumeGap(queries: Double, recommendation: Advice.Recommendation, rule: Rule) throws {
    var facts = try readyToTune()
    facts.project.queriesPerMonth = queries
    let advice = Advice(facts)
    #expect(advice.recommendation == recommendation)
    #expect(advice.decidedBy == rule)
    #expect(advice.headline.contains("pull both ways") == (queries < 100_000))
  }

  @Test func knownCostsCloseTheVolumeGap() throws {
    var facts = try readyToTune()
    let prices = TokenRates(input: 10, output: 10)
    facts.cost = CostModel(
      prompted: CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: prices),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: prices),
      investment: TuningInvestment(training: 5000, engineeringHours: 0, retrainings: 0), queriesPerMonth: 200_000)
    #expect(Advice(facts).recommendation == .fineTune)
    #expect(line(.volume, facts)?.direction == .neutral)
  }

  @Test func fewCases() throws {
    var facts = try readyToTune()
    facts.prompted?.score = Proportion(successes: 24, of: 30).estimate
    let advice = Advice(facts)
    #expect(advice.recommendation == .undecided)
    #expect(advice.decidedBy == .evalSize)
    #expect(
      line(.evalSize, facts)?.statement
        == "if 20 % of the cases flip, 30 cases are too few to show any difference (80 % power)")
  }

  @Test func ceiling() throws {
    var facts = try readyToTune()
    facts.prompted?.score = Proportion(successes: 40, of: 100).estimate
    let advice = Advice(facts)
    #expect(advice.recommendation == .undecided)
    #expect(advice.decidedBy == .ceiling)
    #expect(advice.headline.contains("which tuning doesn't mend"))
    facts.prompted?.score = Proportion(successes: 85, of: 100).estimate
    #expect(line(.ceiling, facts)?.statement.contains("tuning may reach about 95 %") == true)
  }

  @Test func targetReached() throws {
    var facts = try readyToTune()
    facts.project.targetScore = 0.6
    let advice = Advice(facts)
    #expect(advice.recommendation == .prompt)
    #expect(advice.headline == "Keep prompting: prompted at 71 % [61, 79] reaches the target of 60 %")
    facts.project.targetScore = 0.7
    #expect(line(.target, facts)?.direction == .unknown)
    #expect(Advice(facts).recommendation == .fineTune)
  }

  @Test func blockersAndDefaults() throws {
    for block in [\ProjectFacts.isNeededToday, \.isEarly] {
      var facts = try readyToTune()
      facts.project[keyPath: block] = true
      #expect(Advice(facts).recommendation == (block == \.isNeededToday ? .prompt : .undecided))
    }
    var plain = try readyToTune()
    plain.plateau = nil
    #expect(Advice(plain).recommendation == .prompt)
    #expect(Advice(plain).headline == "Keep prompting: nothing known so far says that tuning would help")
    plain.project.isEarly = true
    #expect(Advice(plain).decidedBy == .early)
    plain.project.hasExpertise = false
    plain.project.hasJargon = true
    #expect(Advice(plain).decidedBy == .expertise)
  }

  @Test func combinations() throws {
    var facts = try readyToTune()
    facts.project.queryTypesDiffer = true
    facts.project.canRoute = true
    let advice = Advice(facts)
    #expect(advice.recommendation == .hybrid)
    #expect(advice.headline == "Combine both: the queries are of different types, and a router can be built")
    var format = try readyToTune()
    format.project.formatIsCritical = true
    format.project.needsFlexibility = true
    #expect(Advice(format).recommendation == .hybrid)
  }

  @Test func criticalFormat() throws {
    var facts = try readyToTune()
    facts.project.formatIsCritical = true
    #expect(line(.format, facts)?.direction == .unknown)
    facts.prompted?.format = Proportion(successes: 84, of: 100)
    #expect(line(.format, facts)?.direction == .forTuning)
    facts.prompted?.format = Proportion(successes: 100, of: 100)
    #expect(line(.format, facts)?.direction == .neutral)
    facts.prompted?.format = Proportion(successes: 29, of: 30)
    #expect(line(.format, facts)?.direction == .unknown)
    #expect(Advice(facts).missing.contains { $0.rule == .format && $0.count == 70 })
  }

  @Test func latency() throws {
    var facts = try readyToTune()
    facts.project.latencyLimit = 500
    #expect(line(.latency, facts)?.direction == .unknown)
    facts.prompted?.slowLatency = 900
    #expect(
      line(.latency, facts)?.statement == "95 % of the prompted answers take up to 0.90 s, the limit is 0.50 s")
    facts.tuned = VariantFacts(name: "tuned", slowLatency: 300)
    #expect(line(.latency, facts)?.direction == .forTuning)
    facts.tuned?.slowLatency = 600
    #expect(line(.latency, facts)?.direction == .neutral)
  }

  @Test func sentencesAreSentences() throws {
    var full = tunedWins()
    full.project.trainingExamples = 300
    full.project.dataTier = .domain
    full.project.queriesPerMonth = 200_000
    full.project.factsChange = true
    full.project.isRegulated = true
    full.project.behaviourMustChange = true
    full.project.budgetIsSmall = true
    for facts in [Facts(), full, try readyToTune()] {
      let advice = Advice(facts)
      for text in advice.lines.map(\.statement) + advice.missing.map(\.statement) + [advice.headline] {
        #expect(!text.isEmpty && !text.hasSuffix(".") && !text.contains("  ") && !text.contains("nan"), "\(text)")
      }
    }
  }
}
