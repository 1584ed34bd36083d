import Evidence
import Testing

/// Whether two numbers agree to a tolerance.
func isClose(_ left: Double?, _ right: Double, _ tolerance: Double = 1e-9) -> Bool {
  left.map { abs($0 - right) <= tolerance } ?? false
}

// Reference values come from scipy 1.17.1; the calls stand above them.
@Suite struct IntervalTests {
  @Test func endsAreOrdered() {
    #expect(Interval(2, 1) == Interval(1, 2))
    #expect(Interval(0, 1).contains(1))
    #expect(Interval(0.25, 1).width == 0.75)
  }

  // scipy.stats.binomtest(k, n).proportion_ci(0.95, method='wilson')
  @Test(arguments: [
    (0, 10, 0.0, 0.27753279986288926), (10, 10, 0.7224672001371109, 1.0), (1, 1, 0.20654931437723745, 1.0),
    (0, 1, 0.0, 0.7934506856227626), (71, 100, 0.6146110882442888, 0.7898516425087772),
    (94, 100, 0.8752318455410407, 0.9722138760368119), (50, 100, 0.4038315303659956, 0.5961684696340044),
  ])
  func wilson(successes: Int, count: Int, low: Double, high: Double) {
    let interval = Proportion(successes: successes, of: count).interval()
    #expect(isClose(interval.low, low, 1e-12))
    #expect(isClose(interval.high, high, 1e-12))
    if successes == 0 { #expect(interval.low == 0) }
    if successes == count { #expect(interval.high == 1) }
  }

  @Test func otherConfidence() {
    // scipy.stats.binomtest(71, 100).proportion_ci(0.99, method='wilson')
    let interval = Proportion(successes: 71, of: 100).interval(confidence: 0.99)
    #expect(isClose(interval.low, 0.5829952118602791, 1e-12))
    #expect(isClose(interval.high, 0.8108720992990753, 1e-12))
  }

  @Test func proportionsOfNothing() {
    #expect(Proportion(successes: 3, of: 0).rate == nil)
    #expect(Proportion(successes: 3, of: 0).interval() == Interval(0, 1))
    #expect(Proportion([true, false, true]) == Proportion(successes: 2, of: 3))
    #expect(Proportion(successes: 9, of: 3).successes == 3)
  }

  @Test func estimates() throws {
    #expect(Estimate(scores: []) == nil)
    let binary = try #require(Estimate(scores: [1, 0, 1, 1]))
    #expect(binary.method == .wilson)
    #expect(binary.mean == 0.75)
    #expect(binary.interval == Proportion(successes: 3, of: 4).interval())
    #expect(binary.claimInterval == Proportion(successes: 3, of: 4).guaranteed())
    #expect(!binary.isClaimable && binary.target(0.1) == .open)
    // x = [.2, .5, .9, 1, .4, 0, 1]; scipy.stats.t.interval(.95, 6, numpy.mean(x), scipy.stats.sem(x)), 0 and 1 being
    // the guard
    let graded = try #require(Estimate(scores: [0.2, 0.5, 0.9, 1, 0.4]))
    #expect(graded.method == .unitT)
    #expect(isClose(graded.mean, 0.6))
    #expect(isClose(graded.interval.low, 0.198747919522968))
    #expect(isClose(graded.interval.high, 0.9441092233341748))
    #expect(graded.claimInterval == graded.interval)
    #expect(try #require(Estimate(scores: [0.3])).interval == Interval(0, 1))
    #expect(try #require(Estimate(scores: [-1, 2])).mean == 0.5)
    // Means of several answers are no outcomes of one draw.
    #expect(try #require(Estimate(scores: [1, 1, 0], repeated: true)).method == .unitT)
  }

  @Test func targets() throws {
    let score = try #require(Proportion(successes: 90, of: 100).estimate)
    #expect(score.target(0.8) == .met)
    #expect(score.target(0.85) == .open)
    #expect(score.target(0.96) == .missed)
    // Wilson's lower end is 0.8256, Clopper and Pearson's 0.8238: a claim takes the lower.
    #expect(score.interval.low > 0.825 && score.target(0.825) == .open)
    #expect(score.rareShare == nil && score.rareWords == nil)
    let all = try #require(Proportion(successes: 100, of: 100).estimate)
    #expect(all.rareWords == "at most 3 % fail (95 %)")
    #expect(try #require(Proportion(successes: 0, of: 100).estimate).rareWords == "at most 3 % succeed (95 %)")
  }

  @Test func summaries() {
    var summary = RunningSummary()
    #expect(summary.deviation == nil)
    for value in [2.0, 4, 4, 4, 5, 5, 7, 9] { summary.add(value) }
    #expect(summary.mean == 5)
    #expect(isClose(summary.variance, 32.0 / 7))
    #expect(summary.minimum == 2)
    #expect(summary.maximum == 9)
    #expect(summary.sum == 40)
    #expect(isClose(summary.standardError, (32.0 / 56).squareRoot()))
  }

  // numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [0, 50, 95, 100, 33])
  @Test func percentiles() {
    let percentiles = Percentiles([3, 1, 4, 1, 5, 9, 2, 6, .nan])
    #expect(percentiles[0] == 1)
    #expect(percentiles.p50 == 3.5)
    #expect(isClose(percentiles.p95, 7.95))
    #expect(percentiles[100] == 9)
    #expect(isClose(percentiles[33], 2.31))
    #expect(Percentiles([]).p50 == nil)
    #expect(Percentiles([7]).p95 == 7)
  }
}
