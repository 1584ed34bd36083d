import Content
import Domain
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Anthropic's Messages API, against a server that answers as its documentation says.
struct AnthropicTests {
  private func ask(
    _ reply: LoopbackReply, streams: Bool = false, sampling: Sampling = Sampling(temperature: 0, maxTokens: 32),
    messages: [ChatMessage] = Asking.question, seen: @escaping @Sendable (LoopbackRequest) -> Void = { _ in }
  ) async throws -> (answer: Answer, pieces: [String]) {
    try await MockServer.with({ request in
      seen(request)
      return reply
    }) { server in
      let clients = HTTPModelClients(servers: nil) { $0 == "MOCK_KEY" ? "sk-test-1" : nil }
      let endpoint = Endpoint(
        .messages, baseURLs: [server.url + "/v1"], model: "mock-small", keyEnvironment: "MOCK_KEY")
      let pieces = Pieces()
      do {
        let client = try clients.client(
          for: ModelSpec(name: "mock", api: .endpoint(endpoint)), adapter: nil, workspace: "/")
        try await client.prepare()
        let request = ModelRequest(caseID: "1", messages: messages, sampling: sampling)
        let answer = try await client.ask(request, streams: streams) { pieces.add($0) }
        await clients.shutdown()
        return (answer, pieces.all)
      } catch {
        await clients.shutdown()
        throw error
      }
    }
  }

  private static let whole = """
    {"id":"msg_1","type":"message","role":"assistant","model":"m","stop_reason":"end_turn","stop_sequence":null,
     "content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"hé "},{"type":"text","text":"作 🦊"}],
     "usage":{"input_tokens":9,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,"output_tokens":3}}
    """

  private static func json(_ text: String, status: Int = 200) -> LoopbackReply {
    .response(status, [("content-type", "application/json")], text)
  }

  private static func events(_ lines: [String]) -> LoopbackReply {
    let text = lines.map { line in
      let type = (try? JSONValue(parsing: line))?["type"]?.string ?? ""
      return Array("event: \(type)\ndata: \(line)\n\n".utf8)
    }
    return .chunks(text, headers: [("content-type", "text/event-stream")])
  }

  private static let streamed = [
    #"{"type":"message_start","message":{"type":"message","content":[],"stop_reason":null,"usage":{"input_tokens":9,"output_tokens":1}}}"#,
    #"{"type":"ping"}"#,
    #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
    #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
    #"{"type":"content_block_stop","index":0}"#,
    #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
    #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"one"}}"#,
    #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" two"}}"#,
    #"{"type":"content_block_stop","index":1}"#,
    #"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":7}}"#,
    #"{"type":"message_stop"}"#,
  ]

  @Test func asksAndReads() async throws {
    let seen = Mutex<LoopbackRequest?>(nil)
    let (answer, _) = try await ask(
      Self.json(Self.whole), sampling: Sampling(temperature: 0, topP: 0.5, maxTokens: 32, stop: ["END"])
    ) { request in seen.withLock { $0 = request } }
    #expect(answer.text == "hé 作 🦊")
    #expect(answer.finishReason == "end_turn")
    #expect(
      answer.usage
        == TokenUsage(prompt: 15, completion: 3, cachedPrompt: 4, cacheWrites: 2, longCacheWrites: 0))
    let request = try #require(seen.withLock { $0 })
    #expect(request.path == "/v1/messages")
    #expect(request.headers["x-api-key"] == "sk-test-1")
    #expect(request.headers["authorization"] == nil)
    #expect(request.headers["anthropic-version"] == "2023-06-01")
    let body = try #require(request.json)
    #expect(body["model"] == "mock-small" && body["max_tokens"] == 32 && body["system"] == "Be brief.")
    #expect(body["messages"]?.array?.count == 1 && body["messages"]?[0]?["role"] == "user")
    #expect(body["temperature"]?.double == 0 && body["top_p"]?.double == 0.5 && body["stop_sequences"]?[0] == "END")
  }

  @Test func streams() async throws {
    let (answer, pieces) = try await ask(
      Self.events(Self.streamed), streams: true, sampling: Sampling(maxTokens: 7))
    #expect(pieces == ["one", " two"])
    #expect(answer.text == "one two")
    #expect(answer.finishReason == "max_tokens")
    #expect(answer.usage == TokenUsage(prompt: 9, completion: 7))
    #expect(answer.firstToken != nil)
  }

  @Test func aStreamThatBreaksOffIsNoAnswer() async throws {
    await #expect {
      try await ask(Self.events(Array(Self.streamed.dropLast(2))), streams: true)
    } throws: { ($0 as? ModelFailure)?.kind == "unavailable" }
    let failed =
      Array(Self.streamed.prefix(7)) + [
        #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
      ]
    await #expect {
      try await ask(Self.events(failed), streams: true)
    } throws: { ($0 as? ModelFailure)?.kind == "busy" }
  }

  @Test(arguments: [
    (400, "invalid_request_error", "rejected"), (401, "authentication_error", "rejected"),
    (429, "rate_limit_error", "busy"), (529, "overloaded_error", "busy"), (500, "api_error", "unavailable"),
  ])
  func refusals(_ status: Int, _ type: String, _ kind: String) async throws {
    let text = #"{"type":"error","error":{"type":"\#(type)","message":"The reason is here"}}"#
    await #expect {
      try await ask(Self.json(text, status: status))
    } throws: { ($0 as? ModelFailure)?.kind == kind && "\($0)".contains("The reason is here") }
  }

  @Test func whatItCannotTakeIsRefusedBeforeItIsAsked() async throws {
    let asked = Mutex(0)
    for (sampling, messages) in [
      (Sampling(seed: 1), Asking.question),
      (Sampling(), [ChatMessage(role: .system, content: "Only a system message.")]),
    ] {
      await #expect {
        try await ask(Self.json(Self.whole), sampling: sampling, messages: messages) { _ in asked.withLock { $0 += 1 } }
      } throws: { ($0 as? ModelFailure)?.kind == "rejected" }
    }
    #expect(asked.withLock { $0 } == 0)
  }

  @Test func somethingElseIsNoMessage() async throws {
    await #expect {
      try await ask(Self.json(#"{"choices":[]}"#))
    } throws: { ($0 as? ModelFailure)?.kind == "malformed" && "\($0)".contains("base_url") }
  }
}
