import Evidence
import NumberFormat
import Testing

/// The example of the third essay, as SPEC section 6 corrects it.
@Suite struct CostTests {
  private let prices = TokenRates(input: 10, output: 10)
  private var prompted: CallCost { CallCost(tokens: TokenCounts(uncachedInput: 3500), rates: prices) }
  private var tuned: CallCost { CallCost(tokens: TokenCounts(uncachedInput: 1700), rates: prices) }

  private func model(
    _ investment: TuningInvestment = TuningInvestment(training: 5000), queriesPerMonth: Double? = nil
  ) -> CostModel {
    CostModel(prompted: prompted, tuned: tuned, investment: investment, queriesPerMonth: queriesPerMonth)
  }

  @Test func perQuery() {
    #expect(isClose(prompted.tokensPerQuery, 0.035))
    #expect(isClose(tuned.tokensPerQuery, 0.017))
    #expect(isClose(model().savingPerQuery, 0.018))
  }

  @Test func breakEven() {
    #expect(model().breakEven == .after(queries: 277_778))
    #expect(NumberFormat.count(277_778) == "277,778")
    #expect(model().monthsToBreakEven == nil)
    let months = model(queriesPerMonth: 10_000).monthsToBreakEven
    #expect(months.map { NumberFormat.trimmed($0, decimals: 1) } == "27.8")
  }

  @Test func atAMillionAMonth() {
    let model = model(queriesPerMonth: 1_000_000)
    #expect(model.savingPerMonth.map(NumberFormat.dollars) == "$18,000")
  }

  @Test func withWork() {
    let investment = TuningInvestment(training: 5000, engineeringHours: 40, hourlyRate: 100)
    #expect(investment.known == 9000)
    #expect(model(investment).breakEven == .after(queries: 500_000))
    let again = TuningInvestment(training: 1, engineeringHours: 2, hourlyRate: 3, retrainings: 4, retrainingCost: 5)
    #expect(again.known == 27)
  }

  @Test func withACachedSystemPrompt() {
    let cached = CallCost(
      tokens: TokenCounts(uncachedInput: 1500, cachedInput: 2000),
      rates: TokenRates(input: 10, cachedInput: 1, output: 10))
    let model = CostModel(
      prompted: cached, tuned: tuned, investment: TuningInvestment(training: 5000), queriesPerMonth: 1_000_000)
    #expect(model.savingPerQuery == 0)
    #expect(model.breakEven == .never)
    #expect(model.monthsToBreakEven == nil)
    #expect(model.savingPerMonth == 0)
  }

  @Test func outputCallsAndHosting() {
    let call = CallCost(
      tokens: TokenCounts(uncachedInput: 1000, cachedInput: 500, output: 200),
      rates: TokenRates(input: 2, cachedInput: 1, output: 5), callsPerGoal: 3, hostingPerMonth: 700)
    #expect(isClose(call.tokensPerQuery, 0.0105))
    #expect(isClose(call.perQuery(queriesPerMonth: 100_000), 0.0175))
    #expect(call.perQuery(queriesPerMonth: nil) == nil)
    #expect(call.perQuery(queriesPerMonth: 0) == nil)
    let unknown = CostModel(prompted: prompted, tuned: call, investment: TuningInvestment(training: 1))
    #expect(unknown.breakEven == .unknown)
  }

  @Test func theCacheIsPaidByItsOwnRates() {
    let rates = TokenRates(input: 3, cachedInput: 0.3, cacheWrite: 3.75, longCacheWrite: 6, output: 15)
    let tokens = TokenCounts(
      uncachedInput: 86, cachedInput: 1920, cacheWrites: 400, longCacheWrites: 600, output: 50)
    let expected: [Double] = [86 * 3, 1920 * 0.3, 400 * 3.75, 600 * 6, 50 * 15]
    #expect(isClose(rates.dollars(for: tokens), expected.reduce(0, +) / 1e6))
    let plain = TokenRates(input: 3, output: 15)
    #expect(plain.cachedInput == 3 && plain.cacheWrite == 3 && plain.longCacheWrite == 3)
  }

  @Test func whatIsNotKnownIsNotZero() {
    var unknown = model(TuningInvestment(training: nil))
    #expect(unknown.breakEven == .unknown && unknown.missing == [.training])
    unknown.investment.training = 0
    #expect(unknown.breakEven == .after(queries: 0) && unknown.notCounted == [.work, .retrainings])
    unknown.investment = TuningInvestment(training: 1, engineeringHours: 0, retrainings: 2, retrainingCost: 1)
    #expect(unknown.notCounted.isEmpty && unknown.investment.known == 3)
    unknown.tuned.hostingPerMonth = nil
    #expect(unknown.breakEven == .unknown && unknown.missing == [.hosting, .queries])
    unknown.queriesPerMonth = 1000
    #expect(unknown.missing == [.hosting] && unknown.monthsToBreakEven == nil && unknown.savingPerMonth == nil)
  }

  @Test func unknownHostingCannotMakeALossAGain() {
    // A tuned answer takes more tokens already: whatever the hosting costs, it never pays.
    var loss = CostModel(prompted: tuned, tuned: prompted, investment: TuningInvestment(training: nil))
    loss.tuned.hostingPerMonth = nil
    #expect(loss.breakEven == .never && loss.tokenSaving < 0)
  }

  @Test func nothingInvestedAndLoss() {
    #expect(model(TuningInvestment(training: 0)).breakEven == .after(queries: 0))
    let loss = CostModel(
      prompted: tuned, tuned: prompted, investment: TuningInvestment(training: 1), queriesPerMonth: 1000)
    #expect(loss.breakEven == .never)
    #expect(isClose(loss.savingPerMonth, -18))
  }
}

@Suite struct RuleTests {
  @Test(arguments: [
    (0.3, CeilingRule.approachInDoubt), (0.5, .approachInDoubt), (0.6, .silent), (0.8, .roomAbove), (0.85, .roomAbove),
    (0.95, .nearCeiling),
  ])
  func ceiling(score: Double, rule: CeilingRule) { #expect(CeilingRule(prompted: score) == rule) }

  @Test func ceilingNeedsANarrowInterval() throws {
    #expect(CeilingRule.isSettled(try #require(Proportion(successes: 30, of: 100).estimate)))
    #expect(!CeilingRule.isSettled(try #require(Proportion(successes: 50, of: 100).estimate)))
  }

  @Test func tiers() {
    #expect(DataTier.task.examples == 200...500)
    #expect(DataTier.domain.missing(from: 400) == 600)
    #expect(DataTier.format.missing(from: 400) == 0)
    #expect(DataTier.reached(by: 49) == nil)
    #expect(DataTier.reached(by: 50) == .format)
    #expect(DataTier.reached(by: 999) == .task)
    #expect(DataTier.reached(by: 10_000) == .behaviour)
  }
}

@Suite struct IntervalTextTests {
  @Test func estimatesHaveTheirIntervals() {
    #expect(NumberFormat.percent(0.71, Interval(0.6146, 0.7899)) == "71 % [61, 79]")
    #expect(NumberFormat.points(0.23, Interval(-0.004, 0.33)) == "+23 points [-0.4, +33]")
  }
}
