import Testing

@testable import Evidence

/// What people preferred: the sign test, and when they may stop.
@Suite struct PreferenceTests {
  private typealias Found = (caseID: String, group: String?, finding: PreferenceCount.Finding)

  private func found(_ better: Int, _ worse: Int, good: Int = 0, bad: Int = 0, group: String? = nil) -> [Found] {
    let findings: [PreferenceCount.Finding] =
      Array(repeating: .better, count: better) + Array(repeating: .worse, count: worse)
      + Array(repeating: .bothGood, count: good) + Array(repeating: .bothBad, count: bad)
    return findings.enumerated().map { ("c\($0.offset)", group, $0.element) }
  }

  /// SciPy: binomtest(k, n, 0.5).pvalue.
  @Test(arguments: [
    (9, 2, 0.065429687500), (10, 0, 0.001953125), (20, 12, 0.21532714972272515), (5, 5, 1.0), (1, 0, 1.0),
  ])
  func theSignTestIsExact(_ better: Int, _ worse: Int, _ pValue: Double) {
    let count = PreferenceCount(found(better, worse, good: 7, bad: 4))
    #expect(abs(count.pValue - pValue) < 1e-9, "\(count.pValue)")
    #expect(count.count == better + worse + 11 && count.ties == 11)
  }

  @Test func casesOfOneGroupAreOnePiece() {
    #expect(PreferenceCount(found(20, 0, group: "one")).pValue > 0.5)
    #expect(PreferenceCount(found(20, 0)).pValue < 0.001)
  }

  @Test func nothingIsDecidedBeforeALook() {
    let progress = PreferenceProgress(found(5, 0), of: 100)
    #expect(progress.finding == nil && progress.nextLook == 20 && !progress.isDecided)
  }

  @Test func aClearPreferenceEndsEarlyAndAnUnclearOneGoesOn() {
    let clear = PreferenceProgress(found(40, 0), of: 100)
    #expect(clear.isDecided && clear.finding?.decision == .aIsBetter && clear.nextLook == 60)
    let open = PreferenceProgress((0..<20).flatMap { _ in found(1, 1) }, of: 100)
    #expect(!open.isDecided)
    #expect(PreferenceProgress([], of: 0).isDecided == false)
  }

  @Test(arguments: [(30, 5, Reason.Direction.forTuning), (5, 30, .forPrompting), (6, 5, .neutral)])
  func theVerdictTellsWhatPeoplePreferred(_ better: Int, _ worse: Int, _ direction: Reason.Direction) throws {
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: Proportion(successes: 70, of: 100).estimate)
    facts.tuned = VariantFacts(name: "tuned", score: Proportion(successes: 72, of: 100).estimate)
    facts.preferences = PreferenceCount(found(better, worse, good: 3))
    let line = try #require(Advice(facts).lines.first { $0.rule == .preference })
    #expect(line.direction == direction)
    #expect(line.statement.hasPrefix("people preferred tuned in \(better) of \(better + worse + 3) cases"))
  }
}
