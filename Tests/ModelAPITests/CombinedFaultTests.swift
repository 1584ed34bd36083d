import Content
import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Faults that come together, and answers that are odd without being wrong.
struct CombinedFaultTests {
  private static let json = [("content-type", "application/json")]

  // MARK: Odd streams

  /// Ways in which a stream may be odd and still say everything.
  struct Oddity: OptionSet, CustomTestStringConvertible {
    let rawValue: Int
    static let crlf = Oddity(rawValue: 1)
    static let comments = Oddity(rawValue: 2)
    static let noDone = Oddity(rawValue: 4)
    static let noBlankLineAtTheEnd = Oddity(rawValue: 8)
    static let wrongUsage = Oddity(rawValue: 16)
    static let untilClose = Oddity(rawValue: 32)
    static let inPieces = Oddity(rawValue: 64)
    var testDescription: String { String(rawValue, radix: 2) }
  }

  /// Pieces of three bytes, so that characters are cut too.
  private static func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: 3).map { Array(bytes[$0..<min($0 + 3, bytes.count)]) }
  }

  private static func stream(_ oddity: Oddity) -> LoopbackReply {
    let end = oddity.contains(.crlf) ? "\r\n" : "\n"
    var events = chatEvents(["hé ", "作", "🦊"], ChatUsage(prompt: 3, completion: 4), lineEnd: end)
    if oddity.contains(.noDone) { events.removeLast() }
    if oddity.contains(.wrongUsage) {
      events = events.map {
        $0.replacing("\"prompt_tokens\":3", with: "\"prompt_tokens\":-3")
          .replacing("\"completion_tokens\":4", with: "\"completion_tokens\":\"4\"")
      }
    }
    if oddity.contains(.comments) { events = events.flatMap { [": keep-alive\(end)\(end)", ":\(end)", $0] } }
    var text = events.joined()
    if oddity.contains(.noBlankLineAtTheEnd) { text.removeLast(2) }  // CRLF is one character
    if oddity.contains(.untilClose) { return .untilClose(text) }
    return .chunks(oddity.contains(.inPieces) ? pieces(Array(text.utf8)) : [Array(text.utf8)])
  }

  @Test func everyMixtureOfOddities() async throws {
    try await MockServer.with({ Self.stream(Oddity(rawValue: $0.number - 1)) }) { server in
      try await Asking().withClient(server.url) { client in
        for number in 0..<128 {
          let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
          let answer = try await client.ask(request, streams: true)
          #expect(answer.text == "hé 作🦊", "\(String(number, radix: 2))")
          #expect(answer.finishReason == "stop")
          let isWrong = Oddity(rawValue: number).contains(.wrongUsage)
          #expect(answer.usage == (isWrong ? TokenUsage() : TokenUsage(prompt: 3, completion: 4)))
        }
      }
    }
  }

  @Test func idsDoNotMatter() async throws {
    try await MockServer.with({ request in
      request.json?["stream"] == true ? chatStream("answer \(request.number)") : chat("answer \(request.number)")
    }) { server in
      // The mock gives every answer the same id.
      try await Asking().withClient(server.url) { client in
        for number in 1...4 {
          let request = ModelRequest(caseID: "1", messages: Asking.question, sampling: Sampling())
          let text = try await client.ask(request, streams: number > 2).text
          #expect(text == "answer \(number)")
        }
      }
    }
    // Chunks without an id, with a number for one, and with another each time.
    let events = chatEvents(["a", "b", "c"]).enumerated().map { number, event in
      event.replacing("\"chatcmpl-1\"", with: ["null", "7", "\"x\(number)\""][number % 3])
    }
    let odd = LoopbackReply.chunks(events.map { Array($0.utf8) })
    #expect(try await Asking.answer(to: odd, Asking(streams: true)).text == "abc")
  }

  // MARK: Counts that can't be right

  @Test(
    arguments: [
      (#"{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}"#, nil, nil),
      (#"{"prompt_tokens":1e300,"completion_tokens":99999999999999999999999}"#, nil, nil),
      (#"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":1}"#, 3, 4),
      (#"{"prompt_tokens":{"a":1},"completion_tokens":[2]}"#, nil, nil), (#"[3,4]"#, nil, nil), (#""many""#, nil, nil),
      (#"{"prompt_tokens":3,"prompt_tokens_details":7,"completion_tokens":true}"#, 3, nil),
    ] as [(String, Int?, Int?)])
  func usageOfAChat(_ usage: String, _ prompt: Int?, _ completion: Int?) async throws {
    let body = #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":\#(usage)}"#
    let answer = try await Asking.answer(to: .response(200, Self.json, body))
    #expect(answer.usage == TokenUsage(prompt: prompt, completion: completion))
    #expect(TokenPrice(input: 1, output: 1).cost(of: answer.usage)?.isFinite != false)
  }

  @Test(arguments: [
    #"{"input_tokens":9223372036854775807,"cache_read_input_tokens":9223372036854775807,"output_tokens":1}"#,
    #"{"input_tokens":1,"cache_creation_input_tokens":9223372036854775807,"output_tokens":1}"#,
    #"{"input_tokens":-1,"cache_read_input_tokens":-5,"output_tokens":1}"#,
    #"{"input_tokens":"1","output_tokens":1}"#,
  ])
  func usageOfAMessage(_ usage: String) throws {
    var reply = MessagesReply()
    let text = #"{"type":"message","content":[{"type":"text","text":"x"}],"usage":\#(usage)}"#
    _ = try reply.add(JSONValue(parsing: text), from: Peer(name: "s"))
    #expect(reply.usage.completion == 1)
    #expect((reply.usage.prompt ?? 0) <= 1)
  }

  // MARK: Failures within failures

  private static let half = chatEvents(["a"]).prefix(2).map { Array($0.utf8) }
  private static let error = Array("data: {\"error\":{\"message\":\"gone wrong\",\"code\":429}}\r\n\r\n".utf8)

  @Test func anErrorInMidStreamWinsOverWhatFollows() async throws {
    let endings: [(String, LoopbackReply)] = [
      ("end", .chunks(Self.half + [Self.error])),
      ("reset", .chunks(Self.half + [Self.error], ends: false).then(.pause(.milliseconds(20)), .reset)),
      ("close", .chunks(Self.half + [Self.error], ends: false).then(.pause(.milliseconds(20)), .close)),
      ("stall", .chunks(Self.half + [Self.error], ends: false).then(.stall)),
      ("done", .chunks(Self.half + [Self.error, Array("data: [DONE]\n\n".utf8)])),
      ("bytewise", .chunks((Self.half.joined() + Self.error).map { [$0] })),
      ("1.0", .untilClose(String(decoding: Array(Self.half.joined()) + Self.error, as: UTF8.self))),
      ("no blank line", .chunks(Self.half + [Self.error.dropLast(4)])),
    ]
    for (name, reply) in endings {
      let failure = try await Asking.failure(of: reply, Asking(streams: true))
      // The end of a connection may overtake what was sent before it, on the way and in AsyncHTTPClient.
      if ["reset", "close"].contains(name), failure?.kind == "unavailable" { continue }
      #expect(failure?.kind == "busy", "\(name)")
      #expect(failure?.description.contains("gone wrong") == true, "\(name)")
    }
  }

  @Test func truncatedInEveryWay() async throws {
    let start = String(decoding: Array(Self.half.joined()), as: UTF8.self)
    let comment = Array(": still here\r\n\r\n".utf8)
    let replies: [LoopbackReply] = [
      .chunks(Self.half + [comment]), .untilClose(start + "data: {\"choi"), .untilClose(start, version: "1.1"),
      .chunks(Self.half.joined().map { [$0] }, ends: false).then(.close),
      .chunks(Self.half + [Array("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":-1}}".utf8)]),
      .chunks([Array("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\ud83e".utf8)]),
    ]
    for (number, reply) in replies.enumerated() {
      #expect(try await Asking.failure(of: reply, Asking(streams: true))?.kind == "unavailable", "\(number)")
    }
    // A whole answer that is shorter than it says.
    let short = LoopbackReply([.send(LoopbackReply.head(200, Self.json + [("content-length", "90")])), .send([0x7B])])
    #expect(try await Asking.failure(of: short.then(.close))?.kind == "unavailable")
    #expect(try await Asking.failure(of: .untilClose("{\"choices\":[", headers: Self.json))?.kind == "malformed")
  }

  @Test func aRefusalWhoseBodyFailsIsStillThatRefusal() async throws {
    var asking = Asking()
    asking.limits.errorSeconds = 0.2
    let drip = [[UInt8]](repeating: [0x20], count: 1000)
    for (status, headers, kind, wait) in [
      (429, [("retry-after", "3")], "busy", 3.0), (429, [], "busy", nil), (500, [], "unavailable", nil),
      (503, [("retry-after", "4")], "busy", 4), (401, [], "rejected", nil),
    ] as [(Int, [(String, String)], String, Double?)] {
      let chunked = LoopbackReply.head(status, headers + [("transfer-encoding", "chunked")])
      let long = LoopbackReply.head(status, headers + [("content-length", "500")])
      let slow = LoopbackReply.chunks(drip, pause: .milliseconds(10)).steps.dropFirst()
      let replies: [LoopbackReply] = [
        LoopbackReply([.send(chunked), .reset]), LoopbackReply([.send(long + [0x7B]), .close]),
        LoopbackReply([.send(chunked), .stall]), LoopbackReply([.send(chunked)] + slow),
        LoopbackReply([.send(LoopbackReply.head(status, headers, version: "1.0")), .close]),
        .response(status, headers + [("content-type", "text/html")], "<html>"),
        .response(status, headers + Self.json, "{\"error\":"),
        .response(status, headers + Self.json, #"{"error":null}"#),
        .response(status, headers + [("content-type", "text/event-stream")], "data: [DONE]\n\n"),
      ]
      for (number, reply) in replies.enumerated() {
        let failure = try await Asking.failure(of: reply, asking)
        #expect(failure?.kind == kind, "\(status) \(number)")
        #expect(failure?.retryAfter == wait, "\(status) \(number)")
        #expect(failure?.description.contains("\(status)") == true, "\(status) \(number)")
      }
    }
  }

  // MARK: A hundred megabytes

  private static func endless(_ type: String, _ start: String, _ piece: String, length: Bool) -> LoopbackReply {
    let block = Array(String(repeating: piece, count: (1 << 20) / piece.utf8.count).utf8)
    let chunk = Array("\(String(block.count, radix: 16))\r\n".utf8) + block + Array("\r\n".utf8)
    // An empty chunk would be the end.
    let first = start.isEmpty ? [] : Array("\(String(start.utf8.count, radix: 16))\r\n\(start)\r\n".utf8)
    let frame = length ? ("content-length", "104857600") : ("transfer-encoding", "chunked")
    let head = LoopbackReply.head(200, [("content-type", type), frame])
    return LoopbackReply(
      [.send(head), .send(length ? Array(start.utf8) : first)] + .init(repeating: .send(chunk), count: 100))
  }

  @Test(arguments: [
    ("application/json", #"{"choices":[{"message":{"content":""#, "word ", true),
    ("application/json", #"{"choices":[{"message":{"content":""#, "word ", false),
    ("application/json", "", " ", false), ("text/event-stream", "data: ", "x", false),
    ("text/event-stream", "", ": keep-alive\n\n", false),
    ("text/event-stream", "", "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n", false),
  ])
  func aHundredMegabytes(_ type: String, _ start: String, _ piece: String, _ hasLength: Bool) async throws {
    var asking = Asking(streams: type == "text/event-stream")
    // Every byte of a stream is looked at, which takes long without optimization.
    if asking.streams { asking.limits.bodyBytes = 1 << 20 }
    try await MockServer.with({ _ in Self.endless(type, start, piece, length: hasLength) }) { server in
      let failure = await asking.failure(server.url)
      #expect(failure?.kind == "rejected")
      #expect(failure?.description.contains("\(asking.limits.bodyBytes >> 20) MB") == true)
      // It isn't read to its end: the connection is gone.
      #expect(await server.nextAbandoned() == 1)
    }
  }
}
