import Evidence
import Testing

/// A situation and what a careful colleague would say of it.
struct VerdictScenario: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let facts: Facts
  let recommendation: Advice.Recommendation
  let rule: Rule?
  let confidence: Advice.Confidence?

  init(
    _ name: String, _ recommendation: Advice.Recommendation, _ rule: Rule? = nil,
    _ confidence: Advice.Confidence? = nil,
    _ facts: Facts, _ change: (inout Facts) -> Void = { _ in }
  ) {
    var facts = facts
    change(&facts)
    (testDescription, self.facts, self.recommendation) = (name, facts, recommendation)
    (self.rule, self.confidence) = (rule, confidence)
  }

  // MARK: - Situations to start from

  /// Tuned wins `wins` and loses `losses` of `cases`, with everything else known and in order.
  static func measured(_ wins: Int, _ losses: Int, of cases: Int, both: Int? = nil) -> Facts {
    var facts = Facts()
    let agreed = max(0, cases - wins - losses)
    let both = both ?? agreed * 8 / 10
    let outcomes = PairedOutcomes(both: both, onlyA: wins, onlyB: losses, neither: agreed - both)
    facts.prompted = VariantFacts(name: "prompted", score: outcomes.b.estimate)
    facts.tuned = VariantFacts(name: "tuned", score: outcomes.a.estimate)
    facts.comparison = PairedComparison(outcomes)
    facts.formatComparison = PairedComparison(
      PairedOutcomes(both: 400, onlyA: 0, onlyB: 0, neither: 0), margin: Facts.formatMargin)
    facts.general = [general(PairedOutcomes(both: 180, onlyA: 2, onlyB: 2, neither: 16))]
    facts.heldOut = .used(set: "held-out", looks: 2)
    facts.trainingRows = .known(file: "train/main.jsonl")
    return facts
  }

  static func general(_ outcomes: PairedOutcomes) -> GeneralAbility {
    let none = Estimate(mean: 0, interval: Interval(0, 1), count: 1, method: .wilson)
    return GeneralAbility(
      set: "general", base: "small", before: outcomes.b.estimate ?? none, after: outcomes.a.estimate ?? none,
      forgetting: Forgetting(PairedComparison(outcomes, margin: Forgetting.skillMargin)))
  }

  /// Both score the same.
  static var same: Facts { measured(10, 10, of: 1000) }

  /// A prompt at `passed` of `cases` that no longer gets better, with 600 examples, and nothing tuned yet.
  static func open(_ passed: Int = 71, of cases: Int = 100, versions: [Int] = [284, 284, 284, 284]) -> Facts {
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: Proportion(successes: passed, of: cases).estimate)
    facts.plateau = Plateau(versions: versions.map { passed in yesNoCases((0..<400).map { $0 < passed }) })
    facts.project.trainingExamples = 600
    return facts
  }

  /// S3's example: 3,500 tokens prompted, 1,700 tuned, $10 a million, $5,000 to train.
  static func cost(
    _ facts: inout Facts, queries: Double?, cached: Double = 0, hosting: Double? = 0, hours: Double = 0,
    tokens: (prompted: Double, tuned: Double) = (3500, 1700)
  ) {
    let rates = TokenRates(input: 10, cachedInput: 1, output: 10)
    facts.cost = CostModel(
      prompted: CallCost(
        tokens: TokenCounts(uncachedInput: tokens.prompted - cached, cachedInput: cached), rates: rates),
      tuned: CallCost(tokens: TokenCounts(uncachedInput: tokens.tuned), rates: rates, hostingPerMonth: hosting),
      investment: TuningInvestment(training: 5000, engineeringHours: hours, hourlyRate: 100, retrainings: 0),
      queriesPerMonth: queries)
  }

  static func times(_ ratio: Double) -> LatencyComparison {
    var pairs: [(a: Double, b: Double)] = []
    for number in 0..<100 {
      let before = Double(50 + number % 7) * 20
      let after = Double(50 + number % 5) * 20 * ratio
      pairs.append((a: before, b: after))
    }
    return LatencyComparison(pairs)
  }
}

extension [VerdictScenario] {
  /// Adds a situation: facts, what is different in them, and what is to come out.
  fileprivate mutating func add(
    _ name: String, _ recommendation: Advice.Recommendation, _ rule: Rule?, _ confidence: Advice.Confidence?,
    _ facts: Facts, _ change: (inout Facts) -> Void = { _ in }
  ) {
    append(VerdictScenario(name, recommendation, rule, confidence, facts, change))
  }
}

/// Golden scenarios: SPEC's rules and the gaps between them, the essays' case studies, and what came out wrong once.
@Suite struct VerdictScenarioTests {
  typealias S = VerdictScenario

  static var measured: [S] {
    var list: [S] = []
    list.add("25 to 2 of 100", .fineTune, .quality, .strong, S.measured(25, 2, of: 100))
    list.add("2 to 25 of 100", .prompt, .quality, .strong, S.measured(2, 25, of: 100))
    list.add("15 to 4 of 100", .fineTune, .quality, .fair, S.measured(15, 4, of: 100))
    list.add("4 to 15 of 100", .prompt, .quality, .fair, S.measured(4, 15, of: 100))
    list.add("6 to 0 of 6", .undecided, .evalSize, nil, S.measured(6, 0, of: 6))
    list.add("6 to 0 of 50", .fineTune, .quality, .fair, S.measured(6, 0, of: 50))
    list.add("5 to 0 of 50", .undecided, .evalSize, nil, S.measured(5, 0, of: 50))
    list.add("nothing differs in 40", .undecided, .evalSize, nil, S.measured(0, 0, of: 40))
    list.add("nothing differs in 100", .prompt, .quality, .fair, S.measured(0, 0, of: 100))
    list.add("80 to 30 of 5,000 is real and too small", .prompt, .quality, nil, S.measured(80, 30, of: 5000))
    list.add("200 cases in 8 groups", .undecided, .evalSize, nil, S.measured(0, 0, of: 200)) {
      $0.comparison = PairedComparison(
        differences: (0..<200).map { $0 / 25 < 6 ? 1 : 0 }, units: (0..<200).map { $0 / 25 })
    }
    list.add("4 of 20 conversations better, none worse", .undecided, .evalSize, nil, S.measured(0, 0, of: 200)) {
      $0.comparison = PairedComparison(
        differences: (0..<200).map { $0 / 10 < 4 ? 1 : 0 }, units: (0..<200).map { $0 / 10 })
    }
    list.add("graded: 20 points better on each case", .fineTune, .quality, .strong, S.measured(0, 0, of: 100)) {
      $0.comparison = PairedComparison(differences: Array(repeating: 0.2, count: 100))
    }
    list.add("no set held out", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) { $0.heldOut = .none }
    list.add("one of three tuned, picked and measured here", .fineTune, .quality, .weak, S.measured(25, 2, of: 100)) {
      $0.heldOut = .none
      $0.tunedTried = 3
    }
    list.add("12 to 3 after three tuned were tried", .undecided, nil, nil, S.measured(12, 3, of: 100)) {
      $0.tunedTried = 3
    }
    list.add("12 to 3 after three prompts were tried", .fineTune, .quality, nil, S.measured(12, 3, of: 100)) {
      $0.promptsTried = 3
    }
    list.add("the target is missed", .fineTune, .quality, .fair, S.measured(55, 5, of: 200)) {
      $0.project.targetScore = 0.98
    }
    list.add("prompting meets the target, tuning never pays", .prompt, .target, nil, S.measured(60, 5, of: 400)) {
      $0.project.targetScore = 0.6
      S.cost(&$0, queries: 1_000_000, tokens: (1000, 1700))
    }
    list.add("both meet the target, tuning saves", .fineTune, .cost, nil, S.measured(5, 60, of: 400)) {
      $0.project.targetScore = 0.5
      S.cost(&$0, queries: 1_000_000)
    }
    list.add("same, and tuning pays within a year", .fineTune, .cost, .fair, S.same) { S.cost(&$0, queries: 1_000_000) }
    list.add("same, and tuning pays after 27.8 months", .prompt, .cost, nil, S.same) { S.cost(&$0, queries: 10_000) }
    list.add("same, and a tuned answer costs more", .prompt, .cost, nil, S.same) {
      S.cost(&$0, queries: 1_000_000, tokens: (1000, 1700))
    }
    list.add("same, and hosting isn't stated", .undecided, .cost, nil, S.same) {
      S.cost(&$0, queries: 1_000_000, hosting: nil)
    }
    list.add("same, and no cost is known", .prompt, .quality, nil, S.same)
    list.add("same, latency critical, tuned half as slow", .fineTune, .latency, nil, S.same) {
      $0.project.latencyIsCritical = true
      $0.latencyComparison = S.times(0.5)
    }
    list.add("same, latency critical, tuned slower", .prompt, .latency, nil, S.same) {
      $0.project.latencyIsCritical = true
      $0.latencyComparison = S.times(1.5)
    }
    list.add("same, latency critical, no difference", .prompt, .quality, nil, S.same) {
      $0.project.latencyIsCritical = true
      $0.latencyComparison = S.times(1.01)
    }
    list.add("same, tuned faster and dearer", .undecided, nil, nil, S.same) {
      $0.project.latencyIsCritical = true
      $0.latencyComparison = S.times(0.5)
      S.cost(&$0, queries: 1_000_000, tokens: (1000, 1700))
    }
    list.add("same, tuned within the limit and prompting not", .fineTune, .latency, nil, S.same) {
      $0.project.latencyLimit = 500
      $0.prompted?.slowLatency = 900
      $0.tuned?.slowLatency = 300
    }
    list.add("same, format right more often", .fineTune, .format, nil, S.same) {
      $0.tuned?.format = Proportion(successes: 990, of: 1000)
      $0.prompted?.format = Proportion(successes: 850, of: 1000)
      $0.formatComparison = PairedComparison(
        PairedOutcomes(both: 845, onlyA: 145, onlyB: 5, neither: 5), margin: Facts.formatMargin)
    }
    list.add("better, critical format worse", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) {
      $0.project.formatIsCritical = true
      $0.tuned?.format = Proportion(successes: 60, of: 100)
      $0.prompted?.format = Proportion(successes: 75, of: 100)
      $0.formatComparison = PairedComparison(
        PairedOutcomes(both: 60, onlyA: 0, onlyB: 15, neither: 25), margin: Facts.formatMargin)
    }
    list.add("not worse, and it pays", .fineTune, .cost, nil, S.measured(12, 6, of: 150)) {
      S.cost(&$0, queries: 1_000_000)
    }
    list.add("not worse, and nothing else", .undecided, .evalSize, nil, S.measured(12, 6, of: 150))
    list.add("not better, and nothing else", .prompt, .quality, nil, S.measured(6, 12, of: 150))
    list.add("not better, perhaps worse, but it pays", .undecided, .evalSize, nil, S.measured(6, 12, of: 150)) {
      S.cost(&$0, queries: 1_000_000)
    }
    list.add("a gain that may be small", .fineTune, .quality, .weak, S.measured(22, 6, of: 400))
    list.add("a gain that may be small and never pays", .undecided, .cost, nil, S.measured(22, 6, of: 400)) {
      S.cost(&$0, queries: 1_000_000, tokens: (1000, 1700))
    }
    list.add("other abilities lost", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) {
      $0.general = [S.general(PairedOutcomes(both: 100, onlyA: 0, onlyB: 60, neither: 40))]
    }
    list.add("other abilities lost, and a router", .hybrid, .forgetting, nil, S.measured(25, 2, of: 100)) {
      $0.general = [S.general(PairedOutcomes(both: 100, onlyA: 0, onlyB: 60, neither: 40))]
      $0.project.canRoute = true
    }
    list.add("forgetting not measured", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) { $0.general = [] }
    list.add("better, requirements move", .hybrid, .requirements, nil, S.measured(25, 2, of: 100)) {
      $0.project.requirementsMove = true
    }
    list.add("better, facts change", .hybrid, .changingFacts, nil, S.measured(25, 2, of: 100)) {
      $0.project.factsChange = true
    }
    list.add("cases in the training set", .undecided, .leak, nil, S.measured(95, 0, of: 200)) { $0.leakedCases = 95 }
    list.add("cases in the rows of an adapter from elsewhere", .undecided, .leak, nil, S.measured(95, 0, of: 200)) {
      $0.trainingRows = .assumed(file: "train/main.jsonl")
      $0.leakedCases = 95
    }
    list.add("rows of the adapter unknown", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) {
      $0.trainingRows = .unknown
    }
    list.add("cases in the prompt's examples", .undecided, .leak, nil, S.measured(5, 40, of: 200)) {
      $0.promptLeaks = [PromptLeak(variant: "prompted", cases: 100)]
    }
    list.add("an adapter without effect", .undecided, .adapter, nil, S.measured(0, 0, of: 200)) {
      $0.adapterFindings = [.inactive(answers: 200, base: "small")]
    }
    list.add("a collapsed model loses", .undecided, .adapter, nil, S.measured(2, 60, of: 80)) {
      $0.adapterFindings = [.collapsed(equal: 78, answers: 80)]
    }
    list.add("answers without an end lose", .undecided, .adapter, nil, S.measured(2, 60, of: 80)) {
      $0.adapterFindings = [.unending(cut: 70, answers: 80)]
    }
    list.add("0 % for both", .undecided, .ceiling, nil, S.measured(0, 0, of: 100, both: 0))
    list.add("better here, worse on another set", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) {
      $0.otherSets = [
        OtherSet(
          name: "hard", comparison: PairedComparison(PairedOutcomes(both: 50, onlyA: 2, onlyB: 30, neither: 18)))
      ]
    }
    list.add("ids that look like parts of conversations", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) {
      $0.suspectedGroups = SuspectedGroups(count: 20, example: "conv03")
    }
    list.add("better, and both below one half", .fineTune, .quality, .fair, S.measured(60, 10, of: 400, both: 20))
    list.add("tuned has changed since", .fineTune, .quality, .fair, S.measured(25, 2, of: 100)) {
      $0.tuned?.isOutdated = true
    }
    return list
  }

  static var open: [S] {
    var list: [S] = []
    list.add("nothing known", .undecided, .quality, nil, Facts())
    list.add("plateaued, 600 examples", .fineTune, .plateau, .weak, S.open())
    list.add("99 examples", .prompt, .examples, nil, S.open()) { $0.project.trainingExamples = 99 }
    list.add("100 examples", .undecided, .examples, nil, S.open()) { $0.project.trainingExamples = 100 }
    list.add("499 examples", .undecided, .examples, nil, S.open()) { $0.project.trainingExamples = 499 }
    list.add("500 examples", .fineTune, .plateau, nil, S.open()) { $0.project.trainingExamples = 500 }
    list.add("600 examples for a complex domain", .undecided, .examples, nil, S.open()) {
      $0.project.dataTier = .domain
    }
    list.add("99,999 queries", .undecided, .volume, nil, S.open()) { $0.project.queriesPerMonth = 99_999 }
    list.add("100,000 queries", .undecided, .volume, nil, S.open()) { $0.project.queriesPerMonth = 100_000 }
    list.add("500,000 queries", .undecided, .volume, nil, S.open()) { $0.project.queriesPerMonth = 500_000 }
    list.add("500,001 queries", .fineTune, .plateau, nil, S.open()) { $0.project.queriesPerMonth = 500_001 }
    list.add("200,000 queries with known costs", .fineTune, nil, nil, S.open()) { S.cost(&$0, queries: 200_000) }
    list.add("30 cases", .undecided, .evalSize, nil, S.open(24, of: 30))
    list.add("40 %", .undecided, .ceiling, nil, S.open(40))
    list.add("the target is reached", .prompt, .target, nil, S.open()) { $0.project.targetScore = 0.6 }
    list.add("needed today", .prompt, .today, nil, S.open()) { $0.project.isNeededToday = true }
    list.add("no expertise", .prompt, .expertise, nil, S.open()) { $0.project.hasExpertise = false }
    list.add("still improving", .prompt, .plateau, nil, S.open(versions: [200, 260, 270, 284]))
    list.add("worse by its last change", .fineTune, nil, nil, S.open(versions: [340, 340, 342, 340, 240])) {
      $0.project.hasJargon = true
    }
    list.add("the only version ever tried", .undecided, .plateau, nil, S.open(versions: [284])) {
      $0.project.hasJargon = true
    }
    list.add("a ladder of variants", .fineTune, .jargon, nil, S.open(versions: [284])) {
      $0.project.hasJargon = true
      $0.promptsTried = 5
    }
    list.add("97 %, a million queries, costs unknown", .undecided, .volume, nil, S.open(194, of: 200, versions: [284]))
    {
      $0.project.queriesPerMonth = 1_000_000
    }
    list.add("97 %, few queries", .prompt, nil, nil, S.open(194, of: 200, versions: [284])) {
      $0.project.queriesPerMonth = 20_000
    }
    list.add("97 %, jargon", .undecided, .ceiling, nil, S.open(194, of: 200)) { $0.project.hasJargon = true }
    list.add("early stage", .undecided, .early, nil, S.open()) { $0.project.isEarly = true }
    list.add("small budget", .undecided, .budget, nil, S.open()) { $0.project.budgetIsSmall = true }
    list.add("facts change", .undecided, .changingFacts, nil, S.open()) { $0.project.factsChange = true }
    list.add("types of queries differ", .hybrid, .queryTypes, nil, S.open()) { $0.project.queryTypesDiffer = true }
    list.add("a router at scale", .hybrid, .routing, nil, S.open()) {
      $0.project.canRoute = true
      $0.project.queriesPerMonth = 600_000
    }
    list.add("constant format, flexible content", .hybrid, .flexibility, nil, S.open()) {
      $0.project.formatIsCritical = true
      $0.project.needsFlexibility = true
      $0.prompted?.format = Proportion(successes: 100, of: 100)
    }
    list.add("critical format at 84 %", .fineTune, .format, nil, S.open()) {
      $0.project.formatIsCritical = true
      $0.prompted?.format = Proportion(successes: 84, of: 100)
    }
    list.add("regulated domain", .fineTune, nil, nil, S.open()) { $0.project.isRegulated = true }
    list.add("base behaviour must change", .fineTune, nil, nil, S.open()) { $0.project.behaviourMustChange = true }
    list.add("latency must be minimal", .fineTune, nil, nil, S.open()) { $0.project.latencyIsCritical = true }
    return list
  }

  /// The essays' case studies.
  static var studies: [S] {
    var list: [S] = []
    list.add(
      "support: a tuned small model for common queries, a prompted one for the rest", .hybrid, .queryTypes, nil,
      S.measured(40, 6, of: 200)
    ) {
      $0.project.queryTypesDiffer = true
      $0.project.canRoute = true
      S.cost(&$0, queries: 800_000)
    }
    list.add(
      "code review: the way back from tuned to prompted with retrieval", .prompt, .quality, nil,
      S.measured(6, 30, of: 200)
    ) {
      $0.project.factsChange = true
      $0.project.requirementsMove = true
    }
    list.add("cost: a million queries", .fineTune, .cost, nil, S.same) { S.cost(&$0, queries: 1_000_000) }
    list.add("cost: 500,000 queries pay for 40 hours more", .fineTune, .cost, nil, S.same) {
      S.cost(&$0, queries: 500_000, hours: 40)
    }
    list.add("cost: a discount on the cached system prompt", .prompt, .cost, nil, S.same) {
      S.cost(&$0, queries: 1_000_000, cached: 2000)
    }
    return list
  }

  @Test(arguments: measured + open + studies) func scenario(_ scenario: VerdictScenario) {
    let advice = Advice(scenario.facts)
    #expect(advice.recommendation == scenario.recommendation, "\(advice.headline)")
    if let rule = scenario.rule { #expect(advice.decidedBy == rule, "\(advice.headline)") }
    if let confidence = scenario.confidence { #expect(advice.confidence == confidence, "\(advice.limits)") }
    for text in advice.lines.map(\.statement) + advice.missing.map(\.statement) + [advice.headline] {
      #expect(!text.isEmpty && !text.hasSuffix(".") && !text.contains("  ") && !text.contains("nan"), "\(text)")
    }
    // What decides is among the lines, and what is strong has no objection.
    #expect(advice.confidence != .strong || advice.objections.isEmpty && advice.limits.isEmpty)
    if advice.recommendation == .undecided { #expect(advice.confidence == .weak && !advice.missing.isEmpty) }
  }
}
