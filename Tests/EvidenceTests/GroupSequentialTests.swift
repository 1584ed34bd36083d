import Evidence
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite struct GroupSequentialTests {
  // O'Brien-Fleming and Pocock type spending, two-sided 0.05, equal looks: Reboussin, DeMets, Kim and Lan, Controlled
  // Clinical Trials 21 (2000), and every program since; γ = −4 with three looks: gsDesign's default.
  @Test(arguments: [
    (SpendingFunction.obrienFleming, [4.877, 3.357, 2.680, 2.290, 2.031]), (.obrienFleming, [3.710, 2.511, 1.993]),
    (.obrienFleming, [2.963, 1.969]), (.pocock, [2.438, 2.427, 2.410, 2.397, 2.386]), (.pocock, [2.157, 2.201]),
    (.hwangShihDeCani(-4), [3.011, 2.547, 1.999]), (.pocock, [1.960]),
  ])
  func publishedBounds(spending: SpendingFunction, bounds: [Double]) {
    let plan = GroupSequential(cases: 600, looks: bounds.count, spending: spending)
    #expect(plan.looks.count == bounds.count)
    for (look, bound) in zip(plan.looks, bounds) { #expect(isClose(look.criticalValue, bound, 0.0006)) }
  }

  // The same integral with 401 points in numpy and scipy.optimize.brentq.
  @Test(arguments: [
    (SpendingFunction.hwangShihDeCani(-4), [0.001143, 0.002826, 0.00711, 0.017612, 0.042834]),
    (.power(3), [0.0004, 0.002936, 0.0092, 0.021091, 0.040808]),
    (.power(1.5), [0.004472, 0.009534, 0.015281, 0.021973, 0.029629]),
  ])
  func levels(spending: SpendingFunction, levels: [Double]) {
    let plan = GroupSequential(cases: 100, spending: spending)
    for (look, level) in zip(plan.looks, levels) { #expect(isClose(look.level, level, 1e-6)) }
    #expect(isClose(plan.looks[0].level, plan.looks[0].spent, 1e-12))
    #expect(plan.looks.last?.spent == 0.05)
  }

  @Test(arguments: [SpendingFunction.obrienFleming, .pocock, .power(2), .hwangShihDeCani(-4), .hwangShihDeCani(0)])
  func spendingRisesToAlpha(spending: SpendingFunction) {
    #expect(spending.spent(of: 0.05, at: 0) == 0)
    #expect(spending.spent(of: 0.05, at: 1) == 0.05)
    let spent = (0...50).map { spending.spent(of: 0.05, at: Double($0) / 50) }
    #expect(zip(spent, spent.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(isClose(spending.spent(of: 0.05, at: 0.9999999), 0.05, 1e-6))
  }

  @Test func schedules() {
    #expect(GroupSequential(cases: 50).schedule == [10, 20, 30, 40, 50])
    #expect(GroupSequential(cases: 52, looks: 3).schedule == [18, 35, 52])
    #expect(GroupSequential(cases: 3).schedule == [1, 2, 3])
    #expect(GroupSequential(cases: 1).schedule == [1])
    #expect(isClose(GroupSequential(cases: 1).looks[0].level, 0.05))
    #expect(GroupSequential(cases: 0).schedule.isEmpty)
    #expect(GroupSequential(cases: -4, looks: -1).schedule.isEmpty)
    #expect(GroupSequential(cases: 9, looks: 0).schedule == [9])
    #expect(GroupSequential(cases: .max, looks: 4).schedule.last == .max)
    #expect(GroupSequential(schedule: [0, 30, 30, 20, 80, 101], of: 100).schedule == [30, 80])
  }

  @Test func looksMayComeAtOtherTimes() {
    let planned = GroupSequential(schedule: [40, 80, 120, 160, 200], of: 200)
    let actual = GroupSequential(schedule: [40, 80, 131, 190], of: 200)
    #expect(planned == GroupSequential(cases: 200))
    #expect(actual.looks[0] == planned.looks[0])
    #expect(actual.looks[1] == planned.looks[1])
    #expect(actual.looks[2].level > planned.looks[2].level)
    #expect(actual.looks[3].spent == 0.05)
    // Two looks at almost the same time are one look with almost no level left for the second of its own.
    let close = GroupSequential(schedule: [500, 501, 1000], of: 1000)
    #expect(close.looks.allSatisfy { $0.level > 0 && $0.level < 0.05 })
  }

  @Test func decisions() {
    let plan = GroupSequential(cases: 100)
    let finding = { (onlyA: Int, onlyB: Int, look: Int) in
      plan.finding(
        PairedComparison(
          PairedOutcomes(both: plan.schedule[look] - onlyA - onlyB, onlyA: onlyA, onlyB: onlyB, neither: 0)),
        look: look)
    }
    // 10 of 10: p = 2⁻⁹ = 0.00195, 11 of 11: 0.00098; the first look needs 0.00114.
    #expect(finding(10, 0, 0).decision == .goOn)
    #expect(finding(11, 0, 0).decision == .aIsBetter)
    #expect(finding(0, 11, 0).decision == .bIsBetter)
    #expect(finding(0, 11, 0).interval.high < 0)
    #expect(finding(11, 0, 0).caution?.hasPrefix("Stopped early") == true)
    #expect(finding(10, 10, 2).decision == .futile)
    #expect(finding(0, 0, 0).decision == .goOn)
    #expect(finding(12, 4, 2).decision == .goOn)
    // 14 against 4: p = 0.0309; 13 against 4: p = 0.0490, which the last look's 0.0428 doesn't allow.
    #expect(finding(14, 4, 4).decision == .aIsBetter)
    #expect(finding(14, 4, 4).caution == nil)
    // Two requests failed: it is the last look all the same.
    let short = plan.finding(PairedComparison(PairedOutcomes(both: 80, onlyA: 14, onlyB: 4, neither: 0)), look: 4)
    #expect(short.decision == .aIsBetter && short.share == 0.98 && short.caution == nil)
    #expect(finding(13, 4, 4).decision == .noDifferenceShown)
    #expect(finding(13, 4, 4).conditionalPower == nil)
    #expect(plan.finding(PairedComparison(PairedOutcomes([])), look: 99).decision == .noDifferenceShown)
    #expect(plan.finding(PairedComparison(PairedOutcomes([])), look: -1).decision == .goOn)
    let nothing = GroupSequential(cases: 0).finding(PairedComparison(differences: []), look: 0)
    #expect(nothing.decision == .noDifferenceShown)
    #expect(nothing.interval == Interval(-1, 1))
  }

  @Test func identicalAnswersEndAsFutile() {
    let plan = GroupSequential(cases: 200)
    for look in plan.looks.indices {
      let count = plan.schedule[look]
      let ties = plan.finding(PairedComparison(PairedOutcomes(both: count, onlyA: 0, onlyB: 0, neither: 0)), look: look)
      let same = plan.finding(PairedComparison(differences: Array(repeating: 0, count: count)), look: look)
      #expect(ties.decision == same.decision)
      #expect(ties.decision == (look < 2 ? .goOn : look < 4 ? .futile : .noDifferenceShown))
      #expect(same.pValue == 1)
      #expect(same.interval.contains(0))
    }
  }

  @Test func sameDifferenceEverywhereIsAWin() {
    let plan = GroupSequential(cases: 100)
    let scores = PairedComparison(differences: Array(repeating: 0.5, count: 40))
    let finding = plan.finding(scores, look: 1)
    #expect(finding.decision == .aIsBetter)
    #expect(isClose(finding.pValue, 1.8189894035458565e-12, 1e-24))
    #expect(finding.difference == 0.5)
  }

  @Test func futilityIsAdviceOnly() {
    var deaf = GroupSequential(cases: 100)
    deaf.futilePower = 0
    #expect(deaf.looks == GroupSequential(cases: 100).looks)
    let even = PairedComparison(PairedOutcomes(both: 60, onlyA: 10, onlyB: 10, neither: 0))
    #expect(deaf.finding(even, look: 3).decision == .goOn)
    #expect(GroupSequential(cases: 100).finding(even, look: 3).decision == .futile)
  }

  @Test func futilityIsConditionalPower() {
    // Φ((1.5 √0.6 + 2.8015852 × 0.4 − 2.0253213) / √0.4), where 2.8015852 = z(.975) + z(.8): scipy.stats.norm
    let outcomes = PairedOutcomes(both: 44, onlyA: 11, onlyB: 5, neither: 0)
    let finding = GroupSequential(cases: 100).finding(PairedComparison(outcomes), look: 2)
    #expect(isClose(finding.conditionalPower, 0.65788, 0.00005))
  }

  @Test func manySmallGainsAndNoLossYet() {
    let plan = GroupSequential(cases: 50)
    let gains = { (count: Int) in PairedComparison(differences: Array(repeating: 0.2, count: count)) }
    let early = plan.finding(gains(20), look: 1)
    #expect(early.pValue < early.look.level)
    #expect(early.decision == .goOn)
    #expect(early.caution?.hasPrefix("Too early") == true)
    #expect(plan.finding(gains(50), look: 4).decision == .aIsBetter)
  }

  @Test func claimsAndIntervalsAgree() {
    let plan = GroupSequential(cases: 60)
    for look in plan.looks.indices {
      let cases = plan.schedule[look]
      for onlyA in 0...cases {
        for onlyB in 0...min(onlyA, cases - onlyA) {
          let rest = cases - onlyA - onlyB
          let finding = plan.finding(
            PairedComparison(PairedOutcomes(both: rest / 2, onlyA: onlyA, onlyB: onlyB, neither: rest - rest / 2)),
            look: look)
          if finding.decision == .aIsBetter { #expect(finding.interval.low > -0.005) }
          #expect(finding.interval.contains(finding.difference))
        }
      }
    }
  }
}

/// What a plan does over many evaluations of made-up answers.
@Suite struct GroupSequentialSimulations {
  struct Outcome {
    var claims = 0.0
    var wrongWay = 0.0
    var share = 0.0
    var covered = 0.0
    /// Claims of the same test at 5 % after all cases.
    var fixedClaims = 0.0
  }

  /// Runs a plan to its end `count` times. `add` appends cases to what is there.
  static func run(
    _ plan: GroupSequential, truth: Double = 0, times count: Int, start: PairedComparison,
    add: (inout PairedComparison, Int) -> Void
  ) -> Outcome {
    let fixed = GroupSequential(cases: plan.cases, looks: 1)
    var outcome = Outcome()
    for _ in 0..<count {
      var evidence = start
      var stopped = false
      for (place, look) in plan.looks.enumerated() {
        add(&evidence, look.cases - evidence.count)
        guard !stopped else { continue }
        let finding = plan.finding(evidence, look: place)
        stopped = finding.decision.isFinal
        guard stopped else { continue }
        outcome.share += finding.share
        if finding.interval.contains(truth) { outcome.covered += 1 }
        if [.aIsBetter, .bIsBetter].contains(finding.decision) { outcome.claims += 1 }
        if finding.decision == .bIsBetter { outcome.wrongWay += 1 }
      }
      if fixed.finding(evidence, look: 0).decision != .noDifferenceShown { outcome.fixedClaims += 1 }
    }
    let total = Double(count)
    return Outcome(
      claims: outcome.claims / total, wrongWay: outcome.wrongWay / total, share: outcome.share / total,
      covered: outcome.covered / total, fixedClaims: outcome.fixedClaims / total)
  }

  static func binary(
    _ plan: GroupSequential, discordance: Double, difference: Double = 0, times count: Int, seed: UInt64
  ) -> Outcome {
    var random = Random(seed: seed)
    let discordance = max(discordance, difference)
    let lean = (1 + difference / discordance) / 2
    return run(plan, truth: difference, times: count, start: PairedComparison(PairedOutcomes([]))) { evidence, cases in
      guard case .outcomes(var outcomes) = evidence.sample else { preconditionFailure("binary evidence stays binary") }
      var left = cases
      while left > 0 {
        let taken = min(64, left)
        let differs = random.bits(chance: discordance) & (taken == 64 ? .max : (1 << UInt64(taken)) - 1)
        let wins = random.bits(chance: lean)
        outcomes.onlyA += (differs & wins).nonzeroBitCount
        outcomes.onlyB += (differs & ~wins).nonzeroBitCount
        outcomes.both += taken - differs.nonzeroBitCount
        left -= taken
      }
      evidence = PairedComparison(outcomes)
    }
  }

  static func graded(
    _ plan: GroupSequential, difference: Double = 0, times count: Int, seed: UInt64, draw: (inout Random) -> Double
  ) -> Outcome {
    var random = Random(seed: seed)
    return run(plan, truth: difference, times: count, start: PairedComparison(differences: [])) { evidence, cases in
      guard case .units(let units) = evidence.sample else { preconditionFailure("graded evidence stays graded") }
      let more = (0..<cases).map { _ in draw(&random) + difference }
      evidence = PairedComparison(differences: units.means + more)
    }
  }

  // Nobody stops for futility here, so the bound holds without it.
  @Test(arguments: [
    (50, 0.05, 8000), (50, 0.2, 8000), (50, 0.5, 8000), (200, 0.05, 8000), (200, 0.3, 4000), (2000, 0.05, 2000),
  ])
  func falseClaimsAboutRightAndWrong(cases: Int, discordance: Double, times: Int) {
    var plan = GroupSequential(cases: cases)
    plan.futilePower = 0
    let outcome = Self.binary(plan, discordance: discordance, times: times, seed: 11)
    #expect(outcome.claims <= 0.055)
    #expect(outcome.covered >= 0.945)
  }

  enum Grading: CaseIterable {
    case noise, steps, sparse, lopsided

    func draw(_ random: inout Random) -> Double {
      let share = random.share()
      return switch self {
      case .noise: random.normal() * 0.2
      case .steps: ((share * 5).rounded(.down) - (random.share() * 5).rounded(.down)) / 4
      case .sparse: share < 0.05 ? 2 * random.share() - 1 : 0
      case .lopsided: share < 0.5 ? 0.1 : share < 0.55 ? -1 : 0
      }
    }
  }

  @Test(arguments: Grading.allCases)
  func falseClaimsAboutGradedScores(grading: Grading) {
    var plan = GroupSequential(cases: 60)
    plan.futilePower = 0
    let outcome = Self.graded(plan, times: 600, seed: 12) { grading.draw(&$0) }
    // Small gains and rare large losses: looking early adds little to what the test at the end gets wrong.
    #expect(outcome.claims <= (grading == .lopsided ? outcome.fixedClaims + 0.01 : 0.055))
  }

  @Test(arguments: [(50, 0.2), (100, 0.3), (500, 0.1)])
  func powerAndSavings(cases: Int, discordance: Double) throws {
    let plan = GroupSequential(cases: cases)
    let detectable = try #require(Power(discordance: discordance).detectableDifference(cases: cases))
    let once = Self.binary(plan, discordance: discordance, difference: detectable, times: 4000, seed: 21)
    #expect(once.claims >= once.fixedClaims - 0.03)
    #expect(once.claims >= 0.7)
    #expect(once.share <= 0.9)
    let twice = Self.binary(plan, discordance: discordance, difference: 2 * detectable, times: 1000, seed: 22)
    #expect(twice.claims >= 0.99)
    #expect(twice.share <= 0.7)
    #expect(twice.wrongWay == 0)
    #expect(twice.covered >= 0.95)
    let none = Self.binary(plan, discordance: discordance, times: 1000, seed: 23)
    #expect(none.share <= 0.85)
  }

  @Test func powerAndSavingsOfGradedScores() {
    let plan = GroupSequential(cases: 100)
    let detectable = 2.8015852 * 0.2 / 10
    let once = Self.graded(plan, difference: detectable, times: 400, seed: 31) { $0.normal() * 0.2 }
    #expect(once.claims >= once.fixedClaims - 0.03)
    let twice = Self.graded(plan, difference: 2 * detectable, times: 200, seed: 32) { $0.normal() * 0.2 }
    #expect(twice.claims >= 0.99)
    #expect(twice.share <= 0.7)
  }
}

/// Seeded random numbers, the same on every machine (SplitMix64).
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func word() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// From 0 up to 1.
  mutating func share() -> Double { Double(word() >> 11) * 0x1p-53 }

  mutating func normal() -> Double { (-2 * log(1 - share())).squareRoot() * cos(2 * .pi * share()) }

  /// 64 bits, each set with a chance that is rounded to 1/65536.
  mutating func bits(chance: Double) -> UInt64 {
    let digits = Int((chance * 65536).rounded())
    if digits >= 65536 { return .max }
    var bits: UInt64 = 0
    for place in 0..<16 { bits = digits >> place & 1 == 1 ? bits | word() : bits & word() }
    return bits
  }
}
