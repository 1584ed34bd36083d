import Evidence
import NumberFormat
import Testing

@Suite struct PairedTests {
  // scipy.stats.binomtest(min(b, c), b + c, .5).pvalue
  @Test(arguments: [
    (25, 2, 5.647540092468262e-06), (5, 5, 1), (0, 0, 1), (1, 0, 1), (0, 6, 0.03125), (10, 3, 0.09228515625),
    (300, 250, 0.036578745549102676), (1, 2, 1),
  ])
  func mcNemar(onlyA: Int, onlyB: Int, exact: Double) {
    let pair = PairedOutcomes(both: 3, onlyA: onlyA, onlyB: onlyB, neither: 1)
    #expect(isClose(pair.pValue, exact, 1e-12 + exact * 1e-9))
    #expect(pair.swapped.pValue == pair.pValue)
  }

  // Newcombe 1998, method 10, with Wilson ends from scipy.stats.binomtest(k, n).proportion_ci(method='wilson').
  // The paper prints 0.0569 and 0.3404 for 36, 12, 2, 0.
  @Test(arguments: [
    (69, 25, 2, 4, 0.13575645377018436, 0.32556699646208564), (36, 12, 2, 0, 0.05692958400323875, 0.3404276029749408),
    (0, 0, 0, 10, -0.27753279986288926, 0.27753279986288926), (10, 0, 0, 0, -0.27753279986288915, 0.27753279986288915),
    (0, 10, 0, 0, 0.6075093504305242, 1), (43, 0, 1, 0, -0.11807709698213287, 0.05971800835089891),
    (20, 5, 5, 20, -0.12528556105688685, 0.12528556105688685), (1, 0, 0, 0, -0.7934506856227626, 0.7934506856227626),
  ])
  func newcombe(both: Int, onlyA: Int, onlyB: Int, neither: Int, low: Double, high: Double) {
    let pair = PairedOutcomes(both: both, onlyA: onlyA, onlyB: onlyB, neither: neither)
    #expect(isClose(pair.interval().low, low))
    #expect(isClose(pair.interval().high, high))
    #expect(isClose(pair.swapped.interval().low, -high))
    #expect(pair.interval().contains(pair.difference))
  }

  @Test func counts() {
    let pair = PairedOutcomes([(true, true), (true, false), (false, true), (false, false), (true, false)])
    #expect(pair == PairedOutcomes(both: 1, onlyA: 2, onlyB: 1, neither: 1))
    #expect(pair.a == Proportion(successes: 3, of: 5))
    #expect(pair.b == Proportion(successes: 2, of: 5))
    #expect(pair.discordant == 3)
    #expect(isClose(pair.difference, 0.2))
    let none = PairedOutcomes([])
    #expect(none.difference == 0)
    #expect(none.interval() == Interval(-1, 1))
    #expect(none.pValue == 1)
  }

  @Test func permutation() {
    let pairs = [(0.5, 0.0), (0, 0.25), (0.25, 0), (0.75, 0), (0.5, 0.5), (0.1, 0)]
    let scores = PairedScores(pairs)
    // scipy.stats.permutation_test((d,), numpy.mean, permutation_type='samples').pvalue
    #expect(scores.pValue == 0.25)
    #expect(isClose(scores.difference, 0.225))
    // scipy.stats.t.interval(.95, 5, d.mean(), scipy.stats.sem(d))
    #expect(isClose(scores.interval.low, -0.1515558751952377))
    #expect(isClose(scores.interval.high, 0.6015558751952377))
  }

  @Test func permutationOfMany() {
    let clear = PairedScores((0..<40).map { (0.6 + Double($0 % 3) / 10, 0.5) })
    #expect(clear.pValue == 1.0 / 20_001)
    let none = PairedScores((0..<40).map { ($0 % 2 == 0 ? 0.7 : 0.3, 0.5) })
    #expect(none.pValue == 1)
    // 30 for and 10 against by the same amount is McNemar's case: scipy.stats.binomtest(10, 40, .5).pvalue = 0.00222
    let some = PairedScores((0..<40).map { ($0 % 4 == 0 ? 0.0 : 1.0, 0.5) })
    #expect(isClose(some.pValue, 0.0022219, 0.0012))
    #expect(some.pValue == some.pValue)
  }

  @Test func fewScores() {
    #expect(PairedScores([]).pValue == 1)
    #expect(PairedScores([]).interval == Interval(-1, 1))
    #expect(PairedScores([(1, 0)]).interval == Interval(-1, 1))
    #expect(PairedScores([(1, 0)]).pValue == 1)
    let same = PairedScores((0..<100).map { _ in (0.5, 0.5) })
    #expect(same.pValue == 1)
    #expect(same.interval.contains(0.2))
    #expect(!same.interval.contains(0.3))
  }

  @Test func holm() {
    // By hand: .005 × 4, .01 × 3, .03 × 2, and .04 × 1, which may not fall below the one before.
    let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
    for (value, wanted) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(isClose(value, wanted)) }
    #expect(Holm.adjusted([]).isEmpty)
    #expect(Holm.adjusted([0.9, 0.8]) == [1, 1])
  }
}

@Suite struct PowerTests {
  // scipy.optimize.brentq of Connor's formula: 0.17304, 0.12382, 0.08807, 0.05590; the essays' 17, 12, 9 and 6 points.
  @Test(arguments: [
    (50, 0.1730417001835013, "17"), (100, 0.12381933148441379, "12"), (200, 0.08807269345160358, "9"),
    (500, 0.0558996928220847, "6"),
  ])
  func detectable(cases: Int, difference: Double, points: String) throws {
    let found = try #require(Power().detectableDifference(cases: cases))
    #expect(isClose(found, difference))
    #expect(NumberFormat.points(found) == "+\(points) points")
    #expect(Power().cases(toDetect: found) == cases)
  }

  @Test func needed() {
    // need(.05) = 625.55, need(.2) = 36.79, need(.1) at 30 % discordance and 90 % power = 311.05
    #expect(Power().cases(toDetect: 0.05) == 626)
    #expect(Power().cases(toDetect: -0.05) == 626)
    #expect(Power().cases(toDetect: 0.2) == 37)
    #expect(Power().cases(toDetect: 0.9) == 37)
    #expect(Power(discordance: 0.3, power: 0.9).cases(toDetect: 0.1) == 312)
    #expect(Power().cases(toDetect: 0) == nil)
    #expect(Power(discordance: 0).cases(toDetect: 0.1) == nil)
    #expect(Power().detectableDifference(cases: 36) == nil)
    #expect(Power().detectableDifference(cases: 0) == nil)
  }
}
