import Evidence
import NumberFormat
import Testing

@Suite struct PairedTests {
  // scipy.stats.binomtest(min(b, c), b + c, .5).pvalue
  @Test(arguments: [
    (25, 2, 5.647540092468262e-06), (5, 5, 1), (0, 0, 1), (1, 0, 1), (0, 6, 0.03125), (10, 3, 0.09228515625),
    (300, 250, 0.036578745549102676), (1, 2, 1), (2000, 1800, 0.0012427867782632013),
  ])
  func mcNemar(onlyA: Int, onlyB: Int, exact: Double) {
    let pair = PairedOutcomes(both: 3, onlyA: onlyA, onlyB: onlyB, neither: 1)
    #expect(isClose(pair.pValue, exact, 1e-12 + exact * 1e-9))
    #expect(pair.swapped.pValue == pair.pValue)
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

  @Test func holm() {
    // By hand: .005 × 4, .01 × 3, .03 × 2, and .04 × 1, which may not fall below the one before.
    let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
    for (value, wanted) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(isClose(value, wanted)) }
    #expect(Holm.adjusted([]).isEmpty)
    #expect(Holm.adjusted([0.9, 0.8]) == [1, 1])
  }
}

@Suite struct PowerTests {
  // STATISTICS, section 6, whose figures come from the exact power by SciPy's binomial distribution.
  @Test(arguments: [
    (0.1, 50, nil), (0.1, 100, 8.8), (0.1, 200, 6.4), (0.1, 300, 5.3), (0.1, 500, 4.1), (0.1, 1000, 2.9),
    (0.2, 50, 17.6), (0.2, 100, 12.8), (0.2, 200, 9.1), (0.2, 300, 7.4), (0.2, 500, 5.7), (0.2, 1000, 4.0),
    (0.3, 50, 21.9), (0.3, 100, 15.9), (0.3, 200, 11.1), (0.3, 300, 9.1), (0.3, 500, 7.0), (0.3, 1000, 4.9),
  ])
  func detectable(discordance: Double, cases: Int, points: Double?) {
    let found = Power(discordance: discordance).detectableDifference(cases: cases)
    #expect(found.map { ($0 * 1000).rounded() / 10 } == points)
  }

  @Test(arguments: [(50, 18), (100, 13), (200, 10), (300, 8), (500, 6), (1000, 4)])
  func wholePointsAreRoundedUp(cases: Int, points: Int) {
    #expect(Power().detectablePoints(cases: cases) == points)
  }

  @Test func theDetectableDifferenceHasThePower() throws {
    for power in [
      Power(), Power(discordance: 0.4, power: 0.9), Power(deviation: 0.3), Power(deviation: 0.2, designEffect: 3),
    ] {
      let found = try #require(power.detectableDifference(cases: 150))
      #expect(isClose(power.chance(ofDetecting: found, cases: 150), power.power, 1e-4))
      #expect(power.chance(ofDetecting: found * 0.9, cases: 150) < power.power)
    }
  }

  @Test func needed() {
    #expect(Power().cases(toDetect: 0.05) == 658)
    #expect(Power().cases(toDetect: -0.05) == 658)
    // More than differ cannot be won.
    #expect(Power().cases(toDetect: 0.9) == Power().cases(toDetect: 0.2))
    #expect(Power().cases(toDetect: 0) == nil)
    #expect(Power(discordance: 0).cases(toDetect: 0.1) == nil)
    #expect(Power().detectableDifference(cases: 10) == nil)
    #expect(Power().detectableDifference(cases: 0) == nil)
    #expect(Power(deviation: 0.3).cases(toDetect: 1e-6) == nil)
    #expect(Power.casesForEquivalence(variance: 0.1, margin: 0.05) == 421)
    #expect(Power.casesForEquivalence(variance: 0.2, margin: 0.05) == 841)
  }

  @Test func manyCasesGoOnWithoutAJump() throws {
    // The exact search ends at ten thousand cases of the normal formula.
    let below = try #require(Power().cases(toDetect: 0.0126))
    let above = try #require(Power().cases(toDetect: 0.0125))
    #expect(above > below && Double(above) < Double(below) * 1.03)
  }
}
