import Content
import Domain
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Ollama's own API, against a server that answers as its documentation says.
struct OllamaTests {
  private static func asking(streams: Bool = false, _ change: (inout Asking) -> Void = { _ in }) -> Asking {
    var asking = Asking(streams: streams, dialect: .ollama)
    change(&asking)
    return asking
  }

  private static func end(prompt: Int, completion: Int, reason: String = "stop") -> String {
    #"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"\#(reason)","#
      + #""load_duration":5,"prompt_eval_count":\#(prompt),"eval_count":\#(completion)}"#
  }

  private static let pieces = [
    #"{"model":"m","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}"#,
    #"{"model":"m","message":{"role":"assistant","content":"hé 作"},"done":false}"#,
    #"{"model":"m","message":{"role":"assistant","content":"🦊"},"done":false}"#,
  ]
  private static let whole =
    #"{"message":{"role":"assistant","content":"hé 作🦊","thinking":"hm"},"done":true,"done_reason":"stop","#
    + #""prompt_eval_count":9,"eval_count":4}"#
  private static let text = "hé 作🦊"

  private static func lines(_ lines: [String], type: String = "application/x-ndjson") -> LoopbackReply {
    .chunks([Array(lines.map { $0 + "\n" }.joined().utf8)], headers: [("content-type", type)])
  }

  private static func json(_ text: String, status: Int = 200) -> LoopbackReply {
    .response(status, [("content-type", "application/json; charset=utf-8")], text)
  }

  @Test func asksAndReads() async throws {
    let seen = Mutex<LoopbackRequest?>(nil)
    let answer = try await MockServer.with({ request in
      seen.withLock { $0 = request }
      return Self.json(Self.whole)
    }) { server in
      try await Self.asking {
        $0.sampling = Sampling(temperature: 0, topP: 0.5, maxTokens: 32, seed: 7, stop: ["END"])
        $0.options = ["num_ctx": 8192, "think": false, "temperature": 9, "keep_alive": "1h"]
      }.ask(server.url)
    }
    #expect(answer.text == Self.text && answer.finishReason == "stop")
    #expect(answer.usage == TokenUsage(prompt: 9, completion: 4))
    let request = try #require(seen.withLock { $0 })
    #expect(request.path == "/api/chat" && request.headers["authorization"] == nil)
    let expected: JSONValue = [
      "model": "mock-small",
      "messages": [
        ["role": "system", "content": "Be brief."], ["role": "user", "content": "Say \"hé\"\n作 🦊"],
      ],
      "stream": false,
      "options": [
        "temperature": 0, "top_p": 0.5, "num_predict": 32, "seed": 7, "stop": ["END"], "num_ctx": 8192,
      ],
      "think": false, "keep_alive": "1h", "truncate": false, "shift": false,
    ]
    #expect(request.json?.matches(expected) == true)
  }

  @Test(arguments: ["application/x-ndjson", "application/json"])
  func streams(_ type: String) async throws {
    let reply = Self.lines(Self.pieces + [Self.end(prompt: 9, completion: 4)], type: type)
    let (answer, pieces) = try await MockServer.with({ _ in reply }) {
      try await Self.asking(streams: true).askForPieces($0.url)
    }
    #expect(pieces == ["hé 作", "🦊"] && answer.text == Self.text)
    #expect(answer.finishReason == "stop" && answer.usage == TokenUsage(prompt: 9, completion: 4))
    #expect(answer.firstToken != nil)
  }

  @Test func cutAtEveryByte() async throws {
    let lines = Self.pieces + [Self.end(prompt: 9, completion: 4)]
    let bytes = Array(("\u{FEFF}" + lines.joined(separator: "\r\n\n")).utf8)
    let headers = [("content-type", "application/x-ndjson")]
    let each = LoopbackReply.chunks(bytes.map { [$0] }, headers: headers)
    #expect(try await Asking.answer(to: each, Self.asking(streams: true)).text == Self.text)
    try await MockServer.with({ request in
      let cut = request.number - 1
      return .chunks([Array(bytes[..<cut]), Array(bytes[cut...])], headers: headers)
    }) { server in
      try await Self.asking().withClient(server.url) { client in
        let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
        for _ in 0...bytes.count {
          let text = try await client.ask(request, streams: true).text
          #expect(text == Self.text)
        }
      }
    }
  }

  @Test func aStreamThatBreaksOffIsNoAnswer() async throws {
    let bytes = Array((Self.pieces + [Self.end(prompt: 9, completion: 4)]).map { $0 + "\n" }.joined().utf8)
    let headers = [("content-type", "application/x-ndjson")]
    for cut in stride(from: 0, to: bytes.count - 2, by: 7) {
      let failure = try await Asking.failure(
        of: .chunks([Array(bytes[..<cut])], headers: headers), Self.asking(streams: true))
      #expect(failure?.kind == "unavailable", "cut at \(cut)")
    }
    let lost = LoopbackReply.chunks([Array(bytes[..<60])], headers: headers, ends: false).then(.reset)
    #expect(try await Asking.failure(of: lost, Self.asking(streams: true))?.kind == "unavailable")
  }

  @Test func oneEndlessLineIsBounded() async throws {
    let asking = Self.asking(streams: true) { $0.limits.bodyBytes = 100_000 }
    let chunk = [UInt8](repeating: 0x78, count: 10_000)
    let reply = LoopbackReply.chunks(
      Array(repeating: chunk, count: 30), headers: [("content-type", "application/x-ndjson")])
    #expect(try await Asking.failure(of: reply, asking)?.kind == "rejected")
  }

  @Test func failures() async throws {
    let middle = Self.lines(Self.pieces + [#"{"error":"the reason"}"#])
    let failure = try await Asking.failure(of: middle, Self.asking(streams: true))
    #expect(failure?.kind == "unavailable" && failure?.description.contains("the reason") == true)
    let missing = try await Asking.failure(
      of: Self.json(#"{"error":"model 'x' not found"}"#, status: 404), Self.asking())
    #expect(missing?.kind == "rejected" && missing?.description.contains("model 'x' not found") == true)
    for text in [#"{"choices":[]}"#, "7", "oops"] {
      let failure = try await Asking.failure(of: Self.lines([text]), Self.asking(streams: true))
      #expect(failure?.kind == "malformed", "\(text)")
    }
    let page = try await Asking.failure(of: .response(200, [("content-type", "text/html")], "<p>"), Self.asking())
    #expect(page?.description.contains("no version") == true)
  }

  @Test func countsAreOptional() async throws {
    let reply = Self.json(#"{"message":{"content":"a"},"done":true,"prompt_eval_count":-1}"#)
    let answer = try await Asking.answer(to: reply, Self.asking())
    #expect(answer.usage == TokenUsage() && answer.finishReason == "stop")
  }

  @Test func aFullContextIsTold() async throws {
    func reason(_ end: String, _ change: (inout Asking) -> Void) async throws -> String? {
      try await Asking.answer(to: Self.json(end), Self.asking(change)).finishReason
    }
    func context(_ size: Int) -> (inout Asking) -> Void { { $0.options = ["num_ctx": JSONValue(size)] } }
    #expect(try await reason(Self.end(prompt: 60, completion: 40), context(100)) == "context_full")
    #expect(try await reason(Self.end(prompt: 60, completion: 39), context(100)) == "stop")
    let limited: (inout Asking) -> Void = { $0.sampling = Sampling(maxTokens: 32) }
    #expect(try await reason(Self.end(prompt: 9, completion: 20, reason: "length"), limited) == "context_full")
    #expect(try await reason(Self.end(prompt: 9, completion: 32, reason: "length"), limited) == "length")
    let open: (inout Asking) -> Void = { $0.sampling = Sampling() }
    #expect(try await reason(Self.end(prompt: 9, completion: 20, reason: "length"), open) == "length")
  }

  @Test func anAnswerToACutPromptIsNone() async throws {
    let long = [ChatMessage(role: .user, content: String(repeating: "word ", count: 4000))]
    let few = Self.json(Self.end(prompt: 259, completion: 3))
    let asking = Self.asking { $0.messages = long }
    let failure = try await Asking.failure(of: few, asking)
    #expect(failure?.kind == "rejected" && failure?.description.contains("num_ctx") == true)
    #expect(try await Asking.answer(to: Self.json(Self.end(prompt: 4000, completion: 3)), asking).text == "")
    let full = Self.json(Self.end(prompt: 100, completion: 3))
    let small = Self.asking { $0.options = ["num_ctx": 100] }
    #expect(try await Asking.failure(of: full, small)?.kind == "rejected")
    let allowed = Self.asking {
      $0.options = ["num_ctx": 100, "truncate": true]
      $0.messages = long
    }
    #expect(try await Asking.answer(to: full, allowed).finishReason == "context_full")
  }
}
