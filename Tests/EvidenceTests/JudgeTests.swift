import Testing

@testable import Evidence

@Suite struct JudgeVectorTests {
  @Test func corrected() throws {
    for vector in try StatisticsVector.of("judgeCorrected") {
      let (m0, m1) = (try vector.number("m0"), try vector.number("m1"))
      let found = try #require(
        JudgeCalibration.correction(
          rate: try vector.number("p"), count: try vector.number("n"),
          specificity: (try vector.number("specificity"), m0), sensitivity: (try vector.number("sensitivity"), m1)))
      #expect(vector.agrees(found.mean, try vector.expected("theta")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("interval")))
    }
  }

  @Test func paired() throws {
    for vector in try StatisticsVector.of("judgePaired") {
      let (a, b, n) = (try vector.count("onlyA"), try vector.count("onlyB"), try vector.count("n"))
      let outcomes = PairedOutcomes(both: n - a - b, onlyA: a, onlyB: b, neither: 0)
      let found = try #require(
        JudgeCalibration.correction(
          PairedComparison(outcomes), specificity: (try vector.number("specificity"), try vector.number("m0")),
          sensitivity: (try vector.number("sensitivity"), try vector.number("m1"))))
      #expect(vector.agrees(found.difference, try vector.expected("difference")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("interval")))
    }
  }

  @Test func stratified() throws {
    for vector in try StatisticsVector.of("judgeStratified") {
      let calibration = StratifiedCalibration(
        passed: Proportion(successes: try vector.count("passRight"), of: try vector.count("passLabelled")),
        failed: Proportion(successes: try vector.count("failRight"), of: try vector.count("failLabelled")),
        passShare: try vector.number("calibrationPassShare"))
      let found = try #require(
        calibration.corrected(Proportion(successes: try vector.count("passes"), of: try vector.count("n"))))
      #expect(isClose(found.mean, try vector.expected("theta")))
      #expect(isClose(calibration.specificity, try vector.expected("specificity")))
      #expect(isClose(calibration.sensitivity, try vector.expected("sensitivity")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("interval")))
    }
  }

  @Test func kappa() throws {
    for vector in try StatisticsVector.of("kappa") {
      let found = try #require(Agreement(try vector.rows("table").map { $0.map { Int($0) } }))
      #expect(vector.agrees(found.kappa, try vector.expected("kappa")))
      #expect(vector.agrees(found.standardError, try vector.expected("se")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("interval")))
    }
  }

  @Test func positionBias() throws {
    for vector in try StatisticsVector.of("positionBias") {
      let found = PositionBias(
        firstWins: Proportion(successes: try vector.count("firstWins"), of: try vector.count("decided")))
      #expect(vector.agrees(found.bias, try vector.expected("bias")))
      #expect(vector.agrees(found.pValue, try vector.expected("p")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("interval")))
    }
  }

  @Test func preference() throws {
    for vector in try StatisticsVector.of("preference") {
      let found = PairedComparison(
        wins: try vector.count("wins"), losses: try vector.count("losses"), ties: try vector.count("ties"))
      #expect(vector.agrees(found.difference, try vector.expected("difference")))
      #expect(vector.agrees(found.pValue, try vector.expected("p")))
      let tango = found.sample.scoreInterval
      #expect(vector.agrees([tango.low, tango.high], try vector.expectedNumbers("tango")))
      #expect(vector.agrees([found.interval.low, found.interval.high], try vector.expectedNumbers("shown")))
    }
  }
}

@Suite struct JudgeTests {
  private func calibration(_ right0: Int, _ m0: Int, _ right1: Int, _ m1: Int) -> JudgeCalibration {
    JudgeCalibration(
      specificity: Proportion(successes: right0, of: m0), sensitivity: Proportion(successes: right1, of: m1))
  }

  @Test func tooLittleCalibrationCorrectsNothing() {
    #expect(calibration(20, 25, 23, 25).corrected(rate: 0.8, count: 100) != nil)
    #expect(calibration(17, 19, 23, 25).corrected(rate: 0.8, count: 100) == nil)
    #expect(calibration(23, 25, 17, 19).corrected(rate: 0.8, count: 100) == nil)
    #expect(calibration(15, 25, 15, 25).corrected(rate: 0.8, count: 100) == nil)
    #expect(calibration(0, 0, 0, 0).corrected(rate: 0.8, count: 100) == nil)
    #expect(calibration(10, 25, 10, 25).corrected(PairedComparison(PairedOutcomes([]))) == nil)
    let few = StratifiedCalibration(
      passed: Proportion(successes: 18, of: 19), failed: Proportion(successes: 18, of: 20), passShare: 0.5)
    #expect(few.corrected(Proportion(successes: 5, of: 10)) == nil)
  }

  @Test func aPerfectJudgeIsBelieved() throws {
    let perfect = calibration(5000, 5000, 5000, 5000)
    let found = try #require(perfect.corrected(rate: 0.7, count: 200))
    let wilson = Proportion(successes: 140, of: 200).interval()
    #expect(isClose(found.mean, 0.7) && isClose(found.interval.low, wilson.low, 0.005))
    #expect(isClose(found.interval.high, wilson.high, 0.005))
  }

  // scipy.stats.fisher_exact([[20, 5], [12, 13]]).pvalue, [[8, 2], [1, 5]], [[10, 0], [10, 0]]
  @Test(arguments: [(20, 25, 12, 25, 0.0377), (8, 10, 1, 6, 0.03497), (10, 10, 10, 10, 1)])
  func fisher(a: Int, m: Int, b: Int, n: Int, pValue: Double) {
    let found = JudgeCalibration.armDependence(Proportion(successes: a, of: m), Proportion(successes: b, of: n))
    #expect(isClose(found, pValue, 1e-4))
  }

  @Test func gates() throws {
    #expect(Agreement([]) == nil && Agreement([[10, 0], [0, 0]]) == nil && Agreement([[1, 2]]) == nil)
    let good = try #require(Agreement([[40, 5], [6, 49]]))
    #expect(good.isTrustworthy(calibration(0, 1, 0, 1)))
    let exact = try #require(Agreement([[25, 0], [0, 25]]))
    #expect(exact.kappa == 1 && exact.standardError == 0)
    // κ has no width here, so it is the rates that decide: 25 of 25 is at least 0.86.
    #expect(exact.isTrustworthy(calibration(25, 25, 25, 25)))
    #expect(!exact.isTrustworthy(calibration(10, 10, 40, 40)))
    let few = try #require(Agreement([[20, 0], [1, 20]]))
    #expect(!few.isTrustworthy(calibration(20, 20, 20, 20)))
  }

  @Test func positions() {
    #expect(PositionBias(firstWins: Proportion(successes: 34, of: 50)).isNotable)
    #expect(!PositionBias(firstWins: Proportion(successes: 540, of: 1000)).isNotable)
    #expect(PositionBias(firstWins: Proportion(successes: 0, of: 0)).bias == 0)
  }
}
