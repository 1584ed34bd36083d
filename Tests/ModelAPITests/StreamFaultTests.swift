import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Everything that can be wrong or unusual with a stream.
struct StreamFaultTests {
  private static let streaming = Asking(streams: true)
  private static let events = chatEvents(["hé ", "作", "🦊"], ChatUsage(prompt: 3, completion: 4))
  private static let text = "hé 作🦊"

  private static func stream(_ events: [String], ends: Bool = true) -> LoopbackReply {
    .chunks([Array(events.joined().utf8)], ends: ends)
  }

  @Test func cutAtEveryByte() async throws {
    let bytes = Array(Self.events.joined().utf8)
    let each = LoopbackReply.chunks(bytes.map { [$0] })
    let answer = try await Asking.answer(to: each, Self.streaming)
    #expect(answer.text == Self.text)
    #expect(answer.usage == TokenUsage(prompt: 3, completion: 4))
    try await MockServer.with({ request in
      let cut = request.number - 1
      return .chunks([Array(bytes[..<cut]), Array(bytes[cut...])])
    }) { server in
      try await Self.streaming.withClient(server.url) { client in
        let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
        for _ in 0...bytes.count {
          let text = try await client.ask(request, streams: true).text
          #expect(text == Self.text)
        }
      }
    }
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func anyLineEnd(_ end: String) async throws {
    let events = chatEvents(["a", "b"], lineEnd: end)
    #expect(try await Asking.answer(to: Self.stream(events), Self.streaming).text == "ab")
  }

  @Test func commentsAndKeepAlives() async throws {
    let noisy = Self.events.flatMap { [": keepalive\n\n", ":\n", $0, "event: ping\ndata: \n\n", ": x\r\n\r\n"] }
    #expect(try await Asking.answer(to: Self.stream(noisy), Self.streaming).text == Self.text)
  }

  @Test func noFinalBlankLine() async throws {
    var events = Self.events
    events[events.count - 1] = "data: [DONE]"
    #expect(try await Asking.answer(to: Self.stream(events), Self.streaming).text == Self.text)
  }

  @Test func noDone() async throws {
    let answer = try await Asking.answer(to: Self.stream(Self.events.dropLast()), Self.streaming)
    #expect(answer.text == Self.text)
    #expect(answer.usage.prompt == 3)
    let last = try await Asking.answer(
      to: Self.stream(Self.events.dropLast() + ["data: [DO"]), Self.streaming)
    #expect(last.text == Self.text)
  }

  @Test func noUsageAndAWrongOne() async throws {
    #expect(try await Asking.answer(to: Self.stream(chatEvents(["a"])), Self.streaming).usage == TokenUsage())
    let wrong = #"data: {"choices":[],"usage":{"prompt_tokens":"many","completion_tokens":-4}}"# + "\n\n"
    let answer = try await Asking.answer(to: Self.stream([wrong] + chatEvents(["a"])), Self.streaming)
    #expect(answer.usage == TokenUsage())
    let null = chatEvents(["a"]).map { $0.replacing(#""object""#, with: #""usage":null,"error":null,"object""#) }
    #expect(try await Asking.answer(to: Self.stream(null), Self.streaming).text == "a")
  }

  @Test func truncated() async throws {
    let bytes = Array(Self.events.joined().utf8)
    let finish = Self.events.firstIndex { $0.contains(#""finish_reason":"stop""#) } ?? 0
    let safe = Self.events[..<finish].joined().utf8.count
    for cut in stride(from: 0, to: safe, by: 7) {
      let failure = try await Asking.failure(of: .chunks([Array(bytes[..<cut])]), Self.streaming)
      #expect(failure?.kind == "unavailable", "cut at \(cut)")
    }
  }

  @Test func connectionLostInTheMiddle() async throws {
    let half = [Self.events[0] + Self.events[1]].map { Array($0.utf8) }
    let replies = [
      LoopbackReply.chunks(half, ends: false).then(.close), .chunks(half, ends: false).then(.reset),
      .untilClose(Self.events[0]), LoopbackReply([.close]), LoopbackReply([.reset]),
      LoopbackReply([.send(Array("HTTP/1.1 200 OK\r\ncontent-ty".utf8)), .close]),
      LoopbackReply([.send(LoopbackReply.head(200, [("content-length", "500")])), .send([0x64]), .close]),
    ]
    for (number, reply) in replies.enumerated() {
      let failure = try await Asking.failure(of: reply, Self.streaming)
      #expect(failure?.kind == "unavailable", "reply \(number)")
    }
  }

  @Test func lostAfterTheLastWord() async throws {
    let whole = LoopbackReply.chunks([Array(Self.events.joined().utf8)], ends: false)
    #expect(try await Asking.answer(to: whole.then(.reset), Self.streaming).text == Self.text)
    #expect(try await Asking.answer(to: whole.then(.close), Self.streaming).text == Self.text)
  }

  @Test func keptOpenAfterTheLastWord() async throws {
    try await MockServer.with({ _ in Self.stream(Self.events, ends: false).then(.stall) }) { server in
      let text = try await Self.streaming.ask(server.url).text
      #expect(text == Self.text)
      #expect(await server.nextAbandoned() == 1)
    }
  }

  @Test func http10ThatEndsByClosing() async throws {
    #expect(try await Asking.answer(to: .untilClose(Self.events.joined()), Self.streaming).text == Self.text)
    let json = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}"#
    let whole = LoopbackReply.untilClose(json, headers: [("content-type", "application/json")])
    #expect(try await Asking.answer(to: whole).text == "x")
  }

  @Test func anErrorInTheMiddle() async throws {
    let kinds = [
      (#"data: {"error":{"message":"gone wrong","type":"server_error"}}"#, "unavailable"),
      (#"data: {"error":{"message":"gone wrong","code":429}}"#, "busy"),
      (#"event: error"# + "\n" + #"data: {"message":"gone wrong","type":"overloaded_error"}"#, "busy"),
      (#"data: {"error":{"message":"gone wrong","type":"invalid_request_error"}}"#, "rejected"),
      (#"data: {"error":"gone wrong"}"#, "unavailable"),
      (#"data: {"object":"error","message":"gone wrong","type":"BadRequestError","code":400}"#, "rejected"),
    ]
    for (event, kind) in kinds {
      let failure = try await Asking.failure(of: Self.stream([Self.events[1], event + "\n\n"]), Self.streaming)
      #expect(failure?.kind == kind, "\(event)")
      #expect(failure?.description.contains("gone wrong") == true)
    }
  }

  @Test func malformedEvents() async throws {
    for event in ["data: {oops}\n\n", "data: 7\n\n", "data: {\"a\":1}\n\n", "data: \u{FFFD}{\n\n"] {
      let failure = try await Asking.failure(of: Self.stream([event] + Self.events), Self.streaming)
      #expect(failure?.kind == "malformed", "\(event)")
    }
    #expect(try await Asking.failure(of: Self.stream(["data: [DONE]\n\n"]), Self.streaming)?.kind == "malformed")
  }
}
