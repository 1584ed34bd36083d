import Evidence
import Testing

/// Before a tuned variant is measured.
extension AdviceTests {
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
      advice.lines.first { $0.rule == .quality }?.statement
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
        == "if the variants disagree on 20 % of cases; with 30 cases, any difference may go unnoticed (80 % power)")
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

  /// The only version ever tried is no exhausted prompt.
  @Test func oneVersionIsNoExhaustedPrompt() throws {
    var facts = try readyToTune()
    facts.plateau = Plateau(versions: [yesNoCases((0..<100).map { $0 < 71 })])
    facts.project.hasJargon = true
    let advice = Advice(facts)
    #expect(advice.recommendation == .undecided)
    #expect(advice.decidedBy == .plateau)
    #expect(advice.missing.first?.statement == "change the prompt and measure 3 more versions")
    facts.promptsTried = 5
    #expect(Advice(facts).recommendation == .fineTune, "other prompts were tried")
    #expect(Advice(facts).missing.contains { $0.rule == .plateau })
  }

  @Test func aStepBackIsNoProgress() throws {
    var facts = try readyToTune()
    let versions = [170, 170, 171, 170, 120].map { passed in yesNoCases((0..<200).map { $0 < passed }) }
    facts.plateau = Plateau(versions: versions)
    facts.lastStep = PairedComparison(candidate: versions[4], baseline: versions[3])
    facts.project.hasJargon = true
    let advice = Advice(facts)
    #expect(advice.recommendation == .fineTune)
    #expect(
      advice.lines.contains {
        $0.rule == .plateau && $0.statement.hasPrefix("the last change of the prompt made it worse: worse by 25 points")
      })
  }

  @Test func nearTheCeilingOnlyKnownCostsSpeakForTuning() throws {
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: Proportion(successes: 194, of: 200).estimate)
    facts.project.trainingExamples = 1000
    facts.project.queriesPerMonth = 1_000_000
    #expect(Advice(facts).recommendation == .undecided)
    #expect(Advice(facts).decidedBy == .volume)
    facts.project.queriesPerMonth = 20_000
    #expect(Advice(facts).recommendation == .prompt)
  }

  /// What a person states is shown as stated, with its place.
  @Test func statementsAreNamedAsSuch() throws {
    var facts = try readyToTune()
    facts.project.hasJargon = true
    facts.project.hasExpertise = false
    facts.statedLines = ["domain_jargon": 12]
    let jargon = try #require(line(.jargon, facts))
    #expect(
      jargon.statement
        == "you stated domain_jargon: true (assay.yaml:12): the domain has conventions and words of its own")
    #expect(jargon.stated == Reason.Stated(key: "facts.domain_jargon", line: 12))
    #expect(line(.expertise, facts)?.statement.hasPrefix("you stated tuning_expertise: false: ") == true)
    #expect(line(.examples, facts)?.stated == nil)
  }

  @Test func combinations() throws {
    var facts = try readyToTune()
    facts.project.queryTypesDiffer = true
    facts.project.canRoute = true
    let advice = Advice(facts)
    #expect(advice.recommendation == .hybrid)
    #expect(
      advice.headline
        == "Combine both: you stated query_types_differ: true: the queries are of different types, and a router can be built"
    )
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
      line(.latency, facts)?.statement == "95 % of the prompted answers take up to 900 ms, the limit is 500 ms")
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
