import Testing

@testable import WorkbenchCore

/// Replies that are no answer are counted in both ways, and nothing is claimed that depends on which.
@Suite struct CautiousPairsTests {
  private func output(_ passed: Bool?) -> Output {
    Output(
      caseID: "c", requestKey: ContentHash(hex: "k"), answer: Answer(text: passed == nil ? "" : "x"),
      failure: passed == nil ? "No answer." : nil, noAnswer: passed == nil ? .refused : nil,
      value: passed.map { $0 ? 1 : 0 }, passed: passed)
  }

  private func pairs(_ counts: [(a: Bool?, b: Bool?, count: Int)]) -> CautiousPairs {
    CautiousPairs(
      counts.flatMap { entry in
        Array(repeating: (output(entry.a), output(entry.b)), count: entry.count)
      })
  }

  @Test func bothWaysAreCounted() {
    let pairs = pairs([(true, true, 50), (true, false, 3), (nil, true, 4), (false, nil, 2), (nil, nil, 1)])
    #expect(pairs.leftOut.count == 53 && pairs.leftOut.onlyA == 3 && pairs.leftOut.onlyB == 0)
    #expect(pairs.asWrong.count == 60 && pairs.asWrong.onlyB == 4 && pairs.asWrong.neither == 3)
    #expect(pairs.noAnswers == 7)
  }

  @Test func aClaimThatDependsOnTheWayIsNotMade() {
    // Without them A is better by ten cases of ten; as wrong, B has won as many.
    let pairs = pairs([(true, true, 60), (true, false, 10), (nil, true, 12)])
    #expect(pairs.leftOut.claim == .a && pairs.asWrong.claim == .none)
    #expect(pairs.disagrees && pairs.claimable == pairs.asWrong)
    let opposite = self.pairs([(true, true, 30), (true, false, 10), (nil, true, 40)])
    #expect(opposite.leftOut.claim == .a && opposite.asWrong.claim == .b && opposite.claimable == nil)
  }

  @Test func aFewOfThemDecideNothing() {
    let few = pairs([(true, true, 1000), (true, false, 6), (nil, true, 1)])
    #expect(few.leftOut.claim == .a && !few.disagrees && few.claimable == few.leftOut)
  }

  @Test func requestsThatFailedAreInNeither() {
    let lost = Output(caseID: "c", requestKey: ContentHash(hex: "k"), answer: nil, failure: "refused")
    let pairs = CautiousPairs([(lost, output(true)), (output(true), output(true))])
    #expect(pairs.leftOut.count == 1 && pairs.asWrong.count == 1)
  }
}
