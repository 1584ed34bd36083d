import Content
import Domain
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// OpenAI's Responses API, against a server that answers as its documentation says.
struct ResponsesTests {
  private static func asking(streams: Bool = false, _ change: (inout Asking) -> Void = { _ in }) -> Asking {
    var asking = Asking(streams: streams, dialect: .responses)
    change(&asking)
    return asking
  }

  private static let whole = #"""
    {"id":"resp_1","object":"response","status":"completed","error":null,"incomplete_details":null,"output":[
      {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}]},
      {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[
        {"type":"output_text","text":"hé ","annotations":[]},{"type":"output_text","text":"作 🦊","annotations":[]}]}],
     "usage":{"input_tokens":15,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"total_tokens":18}}
    """#

  private static func json(_ text: String, status: Int = 200) -> LoopbackReply {
    .response(status, [("content-type", "application/json")], text)
  }

  private static func text(of lines: [String]) -> String {
    lines.map { line in
      "event: \((try? JSONValue(parsing: line))?["type"]?.string ?? "")\ndata: \(line)\n\n"
    }.joined()
  }

  private static func events(_ lines: [String]) -> LoopbackReply { .chunks([Array(text(of: lines).utf8)]) }

  private static func end(_ status: String, _ more: String = "") -> String {
    #"{"type":"response.\#(status)","response":{"status":"\#(status)","output":[{"type":"message","content":"#
      + #"[{"type":"output_text","text":"one two"}]}],"usage":{"input_tokens":9,"output_tokens":7}\#(more)}}"#
  }

  private static let pieces = [
    #"{"type":"response.created","response":{"status":"in_progress","output":[]}}"#,
    #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","content":[]}}"#,
    #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"one"}"#,
    #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":" two"}"#,
    #"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"one two"}"#,
  ]

  @Test func asksAndReads() async throws {
    let seen = Mutex<LoopbackRequest?>(nil)
    let answer = try await MockServer.with({ request in
      seen.withLock { $0 = request }
      return Self.json(Self.whole)
    }) { server in
      try await Self.asking {
        $0.sampling = Sampling(temperature: 0, topP: 0.5, maxTokens: 32)
        $0.key = "MOCK_KEY"
        $0.environment = ["MOCK_KEY": "sk-test-1"]
        $0.options = ["reasoning": ["effort": "low"], "store": true]
      }.ask(server.url)
    }
    #expect(answer.text == "hé 作 🦊")
    #expect(answer.finishReason == "stop")
    #expect(answer.usage == TokenUsage(prompt: 15, completion: 3, cachedPrompt: 4))
    let request = try #require(seen.withLock { $0 })
    #expect(request.path == "/v1/responses" && request.headers["authorization"] == "Bearer sk-test-1")
    let body = try #require(request.json)
    #expect(body["model"] == "mock-small" && body["max_output_tokens"] == 32 && body["store"] == false)
    #expect(body["temperature"]?.double == 0 && body["top_p"]?.double == 0.5)
    #expect(body["input"]?.array?.map { $0["role"]?.string } == ["system", "user"])
    #expect(body["input"]?[0]?["content"] == "Be brief.")
    #expect(body["reasoning"]?["effort"] == "low")
  }

  @Test func streams() async throws {
    let reply = Self.events(Self.pieces + [Self.end("completed")])
    let (answer, pieces) = try await MockServer.with({ _ in reply }) {
      try await Self.asking(streams: true).askForPieces($0.url)
    }
    #expect(pieces == ["one", " two"] && answer.text == "one two")
    #expect(answer.finishReason == "stop" && answer.usage == TokenUsage(prompt: 9, completion: 7))
    #expect(answer.firstToken != nil)
  }

  @Test func cutAtEveryByte() async throws {
    let bytes = Array(Self.text(of: Self.pieces + [Self.end("completed")]).utf8)
    let answer = try await Asking.answer(to: .chunks(bytes.map { [$0] }), Self.asking(streams: true))
    #expect(answer.text == "one two" && answer.usage == TokenUsage(prompt: 9, completion: 7))
  }

  @Test func withoutPiecesTheEndSaysIt() async throws {
    let answer = try await Asking.answer(to: Self.events([Self.end("completed")]), Self.asking(streams: true))
    #expect(answer.text == "one two")
  }

  @Test func anAnswerThatIsCutSaysWhy() async throws {
    let cut = Self.end("incomplete", #","incomplete_details":{"reason":"max_output_tokens"}"#)
    let answer = try await Asking.answer(to: Self.events(Self.pieces + [cut]), Self.asking(streams: true))
    #expect(answer.text == "one two" && answer.finishReason == Answer.contextFull, "7 tokens, where it might have more")
    let whole = Self.whole.replacing(#""status":"completed","error""#, with: #""status":"incomplete","error""#)
      .replacing(#""incomplete_details":null"#, with: #""incomplete_details":{"reason":"content_filter"}"#)
    #expect(try await Asking.answer(to: Self.json(whole), Self.asking()).finishReason == "content_filter")
  }

  @Test func refusalsAreTheAnswer() async throws {
    let whole = #"{"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"No."}]}]}"#
    let answer = try await Asking.answer(to: Self.json(whole), Self.asking())
    #expect(answer.text == "No." && answer.usage == TokenUsage())
    let delta = #"{"type":"response.refusal.delta","delta":"No."}"#
    let streamed = try await Asking.answer(
      to: Self.events([delta, Self.end("completed")]), Self.asking(streams: true))
    #expect(streamed.text == "No.")
  }

  @Test(arguments: [
    (#"{"type":"error","code":"rate_limit_exceeded","message":"The reason"}"#, "busy"),
    (#"{"type":"error","error":{"type":"invalid_request_error","message":"The reason"}}"#, "rejected"),
    (
      #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"The reason"}}}"#,
      "unavailable"
    ),
    (#"{"type":"response.cancelled","response":{"status":"The reason"}}"#, "unavailable"),
  ])
  func failuresInTheStream(_ event: String, _ kind: String) async throws {
    let failure = try await Asking.failure(of: Self.events(Self.pieces + [event]), Self.asking(streams: true))
    #expect(failure?.kind == kind && failure?.description.contains("The reason") == true)
  }

  @Test func aStreamThatBreaksOffIsNoAnswer() async throws {
    let failure = try await Asking.failure(of: Self.events(Self.pieces), Self.asking(streams: true))
    #expect(failure?.kind == "unavailable")
    let bytes = Array(Self.text(of: Self.pieces + [Self.end("completed")]).utf8)
    for cut in stride(from: 0, to: bytes.count - 3, by: 11) {
      let failure = try await Asking.failure(of: .chunks([Array(bytes[..<cut])]), Self.asking(streams: true))
      #expect(failure?.kind == "unavailable", "cut at \(cut)")
    }
  }

  @Test func whatItHasNoPlaceForIsRefused() async throws {
    for sampling in [Sampling(seed: 1), Sampling(stop: ["END"])] {
      let failure = try await Asking.failure(of: Self.json(Self.whole), Self.asking { $0.sampling = sampling })
      #expect(failure?.kind == "rejected" && failure?.description.contains("variant") == true)
    }
  }

  @Test func somethingElseIsNoResponse() async throws {
    let failure = try await Asking.failure(of: Self.json(#"{"choices":[]}"#), Self.asking())
    #expect(failure?.kind == "malformed" && failure?.description.contains("base_url") == true)
    let failed = #"{"object":"response","status":"failed","error":{"code":"server_error","message":"x"},"output":[]}"#
    #expect(try await Asking.failure(of: Self.json(failed), Self.asking())?.kind == "unavailable")
  }
}
