import Testing

@testable import Evidence

@Suite struct SensitivityVectorTests {
  @Test func cochranQ() throws {
    for vector in try StatisticsVector.of("cochranQ") {
      let found = try #require(CochranQ(try vector.rows("scores").map { $0.map { $0 == 1 } }))
      #expect(vector.agrees(found.statistic, try vector.expected("q")))
      #expect(Double(found.degrees) == (try vector.expected("df")))
      #expect(vector.agrees(found.pValue, try vector.expected("pAsymptotic")))
    }
  }

  @Test func paraphraseDeviation() throws {
    for vector in try StatisticsVector.of("paraphraseSd") {
      let found = try #require(WordingSensitivity(scores: try vector.rows("scores")))
      #expect(vector.agrees(found.paraphraseSquare, try vector.expected("msParaphrase")))
      #expect(vector.agrees(found.residualSquare, try vector.expected("msResidual")))
      #expect(vector.agrees(found.deviation, try vector.expected("sdWording")))
    }
  }
}

@Suite struct SensitivityTests {
  @Test func permutationsComeCloseToChiSquared() throws {
    var random = Random(seed: 4)
    let rows = (0..<120).map { _ in
      let ease = random.share()
      return [0.0, 0.0, 0.08].map { random.share() < ease + $0 ? 1.0 : 0 }
    }
    let found = try #require(WordingSensitivity(scores: rows))
    let q = try #require(CochranQ(rows.map { $0.map { $0 == 1 } }))
    #expect(isClose(found.pValue, q.pValue, 0.03))
    #expect(found == WordingSensitivity(scores: rows))
  }

  @Test func paraphrasesOfCases() throws {
    let same = yesNoCases((0..<40).map { $0 < 30 })
    #expect(WordingSensitivity([same, same]) == nil && WordingSensitivity([]) == nil)
    let none = try #require(WordingSensitivity([same, same, same]))
    #expect(none.deviation == 0 && none.pValue == 1 && none.units == 40 && !none.casts(doubtOn: 0.01))
    let moved = try #require(WordingSensitivity([same, same, yesNoCases((0..<40).map { $0 < 10 })]))
    #expect(moved.pValue < 0.001 && moved.deviation > 0.2 && moved.casts(doubtOn: 0.1))
    #expect(moved.words.hasPrefix("rewording alone moves the score by ± "))
  }

  @Test func sections() {
    func cases(_ right: Int) -> [ScoredCase] { yesNoCases((0..<200).map { $0 < right }) }
    let found = Ablation(full: cases(150), without: [cases(110), cases(150), cases(185), cases(148)])
    #expect(found.effects == [.helps, .deadWeight, .harms, .deadWeight])
    #expect(found.detectable.map { $0 > 0.05 && $0 < 0.3 } == true)
    let few = Ablation(
      full: yesNoCases((0..<40).map { $0 < 30 }), without: [yesNoCases((0..<40).map { $0 < 29 })])
    #expect(few.effects == [.notShown])
    #expect(Ablation(full: cases(1), without: []).detectable == nil)
    #expect(Ablation.isSane(full: cases(150), withoutHelp: cases(100), withoutNothing: cases(150)))
    #expect(!Ablation.isSane(full: cases(150), withoutHelp: cases(149), withoutNothing: cases(150)))
    #expect(!Ablation.isSane(full: cases(150), withoutHelp: cases(100), withoutNothing: cases(120)))
  }

  @Test func forgetting() {
    func state(_ wins: Int, _ losses: Int, of count: Int, margin: Double) -> Forgetting.State {
      let outcomes = PairedOutcomes(both: count - wins - losses, onlyA: wins, onlyB: losses, neither: 0)
      return Forgetting(PairedComparison(outcomes, margin: margin)).state
    }
    #expect(state(0, 0, of: 200, margin: 0.05) == .kept)
    #expect(state(2, 30, of: 200, margin: 0.1) == .lost)
    #expect(state(3, 23, of: 200, margin: 0.1) == .lost)
    #expect(state(6, 9, of: 60, margin: 0.05) == .unclear)
    #expect(state(0, 5, of: 6, margin: 0.1) == .unclear)
    // A loss that is shown and too small to matter is no loss.
    #expect(state(30, 80, of: 5000, margin: 0.05) == .kept)
  }
}
