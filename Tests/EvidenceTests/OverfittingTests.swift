import Testing

@testable import Evidence

@Suite struct OverfittingTests {
  private let row =
    "The lighthouse keeper counts every ship that passes the northern cape before the winter storms begin"

  @Test func aCopyIsFoundWithItsLength() {
    let copies = VerbatimCopies(
      answers: [
        (
          text: "Well: the lighthouse keeper counts every ship that passes the northern cape before the tide.",
          known: []
        ),
        (text: "The lighthouse keeper counts ships.", known: []),
        (text: "", known: []),
      ], rows: ["Nothing here.", row])
    #expect(copies.copies == [VerbatimCopies.Copy(answer: 0, row: 1, words: 13)])
    #expect(copies.answers == 3 && abs(copies.share - 1.0 / 3) < 1e-12)
  }

  @Test func whatWasAskedOrExpectedMayBeRepeated() {
    for known in [row, "Please say: " + row.uppercased() + "!"] {
      #expect(VerbatimCopies(answers: [(text: row, known: ["x", known])], rows: [row]).copies.isEmpty)
    }
    // Only a part of it was asked.
    let part = row.split(separator: " ").prefix(8).joined(separator: " ")
    #expect(VerbatimCopies(answers: [(text: row, known: [part])], rows: [row]).copies.map(\.words) == [16])
  }

  @Test func shortAnswersOfAFixedFormAreNoCopies() {
    let answer = #"{"category": "billing", "priority": "high", "needs_human": true}"#
    #expect(VerbatimCopies(answers: [(text: answer, known: [])], rows: [answer]).copies.isEmpty)
  }

  @Test func anOverfittingJobIsNoticedAfterTwoRises() {
    let falling = [2.0, 1.5, 1.0, 0.6, 0.3, 0.1]
    let sign = self.sign([2.0, 1.6, 1.4, 1.5, 1.7], falling)
    #expect(sign?.step == 20 && sign?.lowest == 1.4 && sign?.newest == 1.7)
    #expect(abs((sign?.widened ?? 0) - 1.0) < 1e-12)
    #expect(self.sign([2.0, 1.6, 1.4, 1.5], falling) == nil, "one rise may be chance")
    #expect(self.sign([2.0, 1.6, 1.4, 1.41, 1.42], falling) == nil, "within the noise")
    #expect(
      self.sign([2.0, 1.6, 1.4, 1.5, 1.7], [2, 1.5, 1.0, 1.2, 1.3]) == nil, "both rise: something else is wrong")
    #expect(self.sign([], []) == nil && self.sign([.nan, .nan, .nan, .nan], falling) == nil)
  }

  private func sign(_ losses: [Double], _ training: [Double]) -> OverfitSign? {
    OverfitSign(validations: losses.enumerated().map { ($0.offset * 10, $0.element) }) {
      training.indices.contains($0 / 10) ? training[$0 / 10] : nil
    }
  }
}
