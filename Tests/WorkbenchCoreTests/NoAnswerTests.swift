import Content
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
      ("{\"a\": 1}", "error", .brokenOff), ("x", "abort", .brokenOff), ("<think>perhaps x", "stop", .reasoningCut),
      ("<think>perhaps x", "length", .reasoningCut),
    ] as [(String, String?, NoAnswer)]) func isNone(text: String, reason: String?, expected: NoAnswer)
  {
    let answer = Answer(text: text, finishReason: reason)
    #expect(NoAnswer(answer) == expected)
    #expect(NoAnswer(answer)?.sentence(answer).hasPrefix("No answer: ") == true)
  }

  @Test(
    arguments: [
      ("x", "stop"), ("x", "length"), ("x", nil), ("<think>hm</think>x", "stop"), ("I refuse.", "stop"), ("0", "eos"),
    ] as [(String, String?)]) func isOne(text: String, reason: String?)
  {
    #expect(NoAnswer(Answer(text: text, finishReason: reason)) == nil)
  }

  /// Such a reply passes no grader, not even one that only forbids; it is paid for, kept and in no average.
  @Test func itIsNeitherRightNorWrong() throws {
    let graders = try GraderSet(specs: [["type": "not-contains", "value": "sorry"]])
    let evalCase = EvalCase(id: "a", input: [:], expected: "x")
    let empty = Judgement.output(
      of: Answer(text: "", finishReason: "length", usage: TokenUsage(prompt: 1_000_000, completion: 0)), to: evalCase,
      key: ContentHash(hex: "k"), graders: graders, price: TokenPrice(input: 1, cachedInput: nil, output: 1))
    #expect(empty.passed == nil && empty.value == nil && empty.scores.allSatisfy(\.isUnscored) && empty.cost == 1)
    #expect(empty.standing == .unanswered && empty.failure != nil && empty.answer != nil)
    let right = Judgement.output(
      of: Answer(text: "x"), to: evalCase, key: ContentHash(hex: "k"), graders: graders, price: nil)
    var other = right
    other.caseID = "b"
    let summary = RunSummary(of: [empty, other])
    #expect(summary.done == 1 && summary.errors == 1 && summary.passed == 1 && summary.mean == 1)
  }
}
