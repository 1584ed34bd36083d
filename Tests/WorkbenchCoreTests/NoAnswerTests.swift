import Content
import Domain
import Grading
import Testing

@testable import WorkbenchCore

/// What a model sends is not always an answer.
@Suite struct NoAnswerTests {
  @Test(
    arguments: [
      ("", "length", NoAnswer.reasoningCut), (" \n", "max_tokens", .reasoningCut), ("", "stop", .empty),
      ("", nil, .empty),
      ("half", "content_filter", .filtered), ("", "SAFETY", .filtered), ("I can't.", "refusal", .refused),
      ("{\"a\": 1}", "error", .brokenOff), ("x", "abort", .brokenOff), ("<think>perhaps x", "length", .reasoningCut),
      ("<think>x</think>", "stop", .empty), ("<think>x</think>\n", nil, .empty), ("<think>x</think> ", "length", .reasoningCut),
    ] as [(String, String?, NoAnswer)]) func isNone(text: String, reason: String?, expected: NoAnswer)
  {
    let answer = Answer(text: text, finishReason: reason)
    #expect(NoAnswer(answer) == expected)
    #expect(NoAnswer(answer)?.sentence(answer).hasPrefix("No answer: ") == true)
  }

  @Test(
    arguments: [
      ("x", "stop"), ("x", "length"), ("x", nil), ("<think>hm</think>x", "stop"), ("I refuse.", "stop"), ("0", "eos"),
      ("<think>perhaps x", "stop"), ("<think>perhaps x", nil),
    ] as [(String, String?)]) func isOne(text: String, reason: String?)
  {
    #expect(NoAnswer(Answer(text: text, finishReason: reason)) == nil)
  }

  private func set(_ spec: JSONValue, countsAsWrong: Set<NoAnswer> = []) throws -> EvalSet {
    var set = EvalSet(
      name: "s", path: "s.jsonl", cases: [], graders: try GraderSet(specs: [spec]), hash: ContentHash(hex: "s"))
    set.countsAsWrong = countsAsWrong
    return set
  }

  /// Such a reply passes no grader, not even one that only forbids; it is paid for, kept and in no average.
  @Test func itIsNeitherRightNorWrong() throws {
    let set = try set(["type": "not-contains", "value": "sorry"])
    let evalCase = EvalCase(id: "a", input: [:], expected: "x")
    let empty = Judgement.output(
      of: Answer(text: "", finishReason: "length", usage: TokenUsage(prompt: 1_000_000, completion: 0)), to: evalCase,
      key: ContentHash(hex: "k"), set: set, cost: 1)
    #expect(empty.passed == nil && empty.value == nil && empty.scores.allSatisfy(\.isUnscored) && empty.cost == 1)
    #expect(empty.standing == .unanswered && empty.failure != nil && empty.answer != nil)
    #expect(empty.noAnswer == .reasoningCut)
    let right = Judgement.output(of: Answer(text: "x"), to: evalCase, key: ContentHash(hex: "k"), set: set, cost: nil)
    var other = right
    other.caseID = "b"
    let summary = RunSummary(of: [empty, other])
    #expect(summary.done == 1 && summary.errors == 1 && summary.passed == 1 && summary.mean == 1)
    #expect(summary.noAnswers == [.reasoningCut: 1] && summary.leftOut == 1 && summary.replies == 2)
    #expect(summary.strict.mean == 0.5, "with such replies counted as wrong")
    #expect(summary.unpriced == 1 && summary.cost == nil && summary.knownCost == 1)
  }

  /// A set may say that some of them are wrong answers: then they are in the mean.
  @Test func itCountsAsWrongWhereTheSetSaysSo() throws {
    let set = try set(["type": "not-contains", "value": "sorry"], countsAsWrong: [.refused])
    let evalCase = EvalCase(id: "a", input: [:], expected: "x")
    func output(_ reason: String, id: String) -> Output {
      var output = Judgement.output(
        of: Answer(text: "No.", finishReason: reason), to: evalCase, key: ContentHash(hex: "k"), set: set, cost: nil)
      output.caseID = id
      return output
    }
    let refused = output("refusal", id: "a")
    #expect(refused.passed == false && refused.value == 0 && refused.failure == nil && refused.noAnswer == .refused)
    #expect(refused.scores.allSatisfy { $0.passed == false && $0.reason.hasPrefix("No answer: the model refused") })
    let filtered = output("content_filter", id: "b")
    #expect(filtered.passed == nil && filtered.failure != nil)
    let summary = RunSummary(of: [refused, filtered, output("stop", id: "c")])
    #expect(summary.done == 2 && summary.errors == 1 && summary.mean == 0.5)
    #expect(summary.noAnswers == [.refused: 1, .filtered: 1] && summary.leftOut == 1)
    #expect(abs(summary.strict.mean - 1.0 / 3) < 1e-12)
  }
}
