import Evidence
import Testing

@testable import Domain

/// Replies that are no answer are counted in both ways, and nothing is claimed that depends on which.
@Suite struct CautiousPairsTests {
  private func output(_ passed: Bool?, to id: String) -> Output {
    Output(
      caseID: id, requestKey: ContentHash(hex: "k"), answer: Answer(text: passed == nil ? "" : "x"),
      failure: passed == nil ? "No answer." : nil, noAnswer: passed == nil ? .refused : nil,
      value: passed.map { $0 ? 1 : 0 }, passed: passed)
  }

  private func pairs(_ counts: [(a: Bool?, b: Bool?, count: Int)]) -> CautiousPairs {
    let outcomes = counts.flatMap { Array(repeating: $0, count: $0.count) }
    let cases = outcomes.indices.map { EvalCase(id: "\($0)", input: ["q": .string("question \($0)")]) }
    return CautiousPairs(
      candidate: zip(cases, outcomes).map { output($1.a, to: $0.id) },
      baseline: zip(cases, outcomes).map { output($1.b, to: $0.id) }, cases: cases)
  }

  @Test func bothWaysAreCounted() {
    let pairs = pairs([(true, true, 50), (true, false, 3), (nil, true, 4), (false, nil, 2), (nil, nil, 1)])
    #expect(pairs.leftOut.count == 53 && pairs.leftOut.wins == 3 && pairs.leftOut.losses == 0)
    #expect(pairs.asWrong.count == 60 && pairs.asWrong.wins == 3 && pairs.asWrong.losses == 4)
    #expect(pairs.noAnswers == 7)
  }

  @Test func aClaimThatDependsOnTheWayIsNotMade() {
    // Without them the candidate is better by ten cases of ten; as wrong, the baseline has won as many.
    let pairs = pairs([(true, true, 60), (true, false, 10), (nil, true, 12)])
    #expect(pairs.leftOut.claim == .candidate && pairs.asWrong.claim == .none)
    #expect(pairs.disagrees && pairs.claimable == pairs.asWrong)
    let opposite = self.pairs([(true, true, 30), (true, false, 10), (nil, true, 40)])
    #expect(opposite.leftOut.claim == .candidate && opposite.asWrong.claim == .baseline && opposite.claimable == nil)
  }

  @Test func aFewOfThemDecideNothing() {
    let few = pairs([(true, true, 1000), (true, false, 6), (nil, true, 1)])
    #expect(few.leftOut.claim == .candidate && !few.disagrees && few.claimable == few.leftOut)
  }

  @Test func requestsThatFailedAreInNeither() {
    let cases = ["a", "b"].map { EvalCase(id: $0, input: ["q": .string($0)]) }
    let lost = Output(caseID: "a", requestKey: ContentHash(hex: "k"), answer: nil, failure: "refused")
    let pairs = CautiousPairs(
      candidate: [lost, output(true, to: "b")], baseline: cases.map { output(true, to: $0.id) }, cases: cases)
    #expect(pairs.leftOut.count == 1 && pairs.asWrong.count == 1)
    #expect(pairs.leftOut.missing.count == 1)
  }
}
