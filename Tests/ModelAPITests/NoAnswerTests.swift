import Content
import Domain
import LoopbackServer
import Testing

@testable import ModelAPI

/// Replies that are no answers, and counts that are none.
struct NoAnswerTests {
  private static let json = [("content-type", "application/json")]

  private static func events(_ data: [String]) -> LoopbackReply {
    .chunks(data.map { Array("data: \($0)\n\n".utf8) })
  }

  // MARK: Nothing to choose from

  @Test func aCompletionWithoutAChoiceIsOfItsOwnKind() async throws {
    for streams in [false, true] {
      let reply = LoopbackReply.response(
        200, Self.json, #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":0}}"#)
      let answer = try await Asking.answer(to: reply, Asking(streams: streams))
      #expect(NoAnswer(answer) == .noChoice)
      #expect(answer.usage == TokenUsage(prompt: 7, completion: 0))
    }
  }

  @Test func aStreamWithoutAChoiceIsOne() async throws {
    let usage = #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":0}}"#
    let answer = try await Asking.answer(to: Self.events([usage, "[DONE]"]), Asking(streams: true))
    #expect(NoAnswer(answer) == .noChoice)
    // Without its last word nobody knows what else would have come.
    let failure = try await Asking.failure(of: Self.events([usage]), Asking(streams: true))
    #expect(failure?.kind == "unavailable")
  }

  @Test func azuresNotesOnThePromptAreNoRefusal() async throws {
    let note = #"{"choices":[],"prompt_filter_results":[{"content_filter_results":{"hate":{"filtered":false}}}]}"#
    let text = #"{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}"#
    let answer = try await Asking.answer(to: Self.events([note, text, "[DONE]"]), Asking(streams: true))
    #expect(answer.text == "x")
    #expect(NoAnswer(answer) == nil)
    let broken = try await Asking.failure(of: Self.events([note]), Asking(streams: true))
    #expect(broken?.kind == "unavailable")
    let refused = note.replacing("false", with: "true")
    let filtered = try await Asking.answer(to: Self.events([refused, "[DONE]"]), Asking(streams: true))
    #expect(NoAnswer(filtered) == .filtered)
  }

  // MARK: Filters

  @Test(arguments: [
    (400, #"{"error":{"code":"content_filter","message":"The response was filtered","status":400}}"#),
    (400, #"{"error":{"code":"400","message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#),
    (400, #"{"error":{"type":"content_policy_violation","message":"m"}}"#),
    (400, #"{"code":"DataInspectionFailed","message":"m"}"#),
    (400, #"{"error":{"code":"data_inspection_failed","message":"m"}}"#),
    (403, #"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["hate"],"flagged_input":"x"}}}"#),
    (200, #"{"error":{"code":"content_filter","message":"m"}}"#),
  ])
  func aRequestThatAFilterRefusedIsNoAnswer(_ status: Int, _ body: String) async throws {
    for streams in [false, true] {
      let answer = try await Asking.answer(to: .response(status, Self.json, body), Asking(streams: streams))
      #expect(NoAnswer(answer) == .filtered)
      #expect(answer.usage == TokenUsage())
    }
  }

  @Test func aFilterInMidStreamIsNoAnswer() async throws {
    let text = #"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#
    let error = #"{"error":{"code":"content_filter","message":"m"}}"#
    let answer = try await Asking.answer(to: Self.events([text, error]), Asking(streams: true))
    #expect(NoAnswer(answer) == .filtered)
  }

  @Test func otherRefusalsStayFailures() async throws {
    for body in [
      #"{"error":{"code":"invalid_request","message":"content_filter must be a boolean"}}"#,
      #"{"error":{"code":"unsupported_parameter","message":"m","metadata":{"reasons":["x"]}}}"#,
    ] {
      #expect(try await Asking.failure(of: .response(400, Self.json, body))?.kind == "rejected")
    }
  }

  // MARK: Counts

  @Test(
    arguments: [
      // Reasoning beside the answer, told or only to be seen from the total.
      (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115}"#, "x", 10, 105),
      (
        #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"completion_tokens_details":{"reasoning_tokens":100}}"#,
        "x", 10, 105
      ),
      // Reasoning within the answer.
      (
        #"{"prompt_tokens":10,"completion_tokens":105,"total_tokens":115,"completion_tokens_details":{"reasoning_tokens":100}}"#,
        "x", 10, 105
      ),
      // A server that doesn't count sends 0.
      (#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, "x", nil, nil),
      (#"{"completion_tokens":0}"#, "x", nil, nil),
      (#"{"prompt_tokens":10,"completion_tokens":0,"total_tokens":10}"#, "x", 10, 0),
      (#"{"prompt_tokens":10,"completion_tokens":0,"total_tokens":10}"#, "", 10, 0),
    ] as [(String, String, Int?, Int?)])
  func usage(_ usage: String, _ text: String, _ prompt: Int?, _ completion: Int?) async throws {
    let body = #"{"choices":[{"message":{"content":"\#(text)"},"finish_reason":"stop"}],"usage":\#(usage)}"#
    let answer = try await Asking.answer(to: .response(200, Self.json, body))
    #expect(answer.usage == TokenUsage(prompt: prompt, completion: completion))
  }

  // MARK: Characters in two halves

  @Test(
    arguments: [
      ([#"a\ud83d"#, #"\ude00b"#], "a😀b"), ([#"\ud83d"#, "", #"\ude00"#], "😀"),
      ([#"\ud83d"#, #"\ude00\ud83e"#, #"\udd8a"#], "😀🦊"), ([#"\\ud83d"#, #"\\ude00"#], #"\ud83d\ude00"#),
      ([#"a\ud83d"#, "b"], "ab"), (["a", #"\ude00b"#], "a\u{FFFD}b"), ([#"\n\ud83d"#, #"\ude00\n"#], "\n😀\n"),
    ] as [([String], String)])
  func surrogatesInTwoEventsAreJoined(_ pieces: [String], _ text: String) async throws {
    let events = pieces.map { #"{"choices":[{"index":0,"delta":{"content":"\#($0)"}}]}"# }
    let last = #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
    let answer = try await Asking.answer(to: Self.events(events + [last, "[DONE]"]), Asking(streams: true))
    #expect(answer.text == text)
  }
}
