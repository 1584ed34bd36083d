import Domain
import LoopbackServer
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Every status other than 200, and what the server says with it.
struct RefusalTests {
  private static func error(_ status: Int, _ headers: [(String, String)] = [], _ message: String = "No.")
    -> LoopbackReply
  {
    .response(status, [("content-type", "application/json")] + headers, #"{"error":{"message":"\#(message)"}}"#)
  }

  @Test(arguments: [
    (400, "rejected"), (401, "rejected"), (403, "rejected"), (404, "rejected"), (405, "rejected"), (408, "unavailable"),
    (413, "rejected"), (422, "rejected"), (425, "unavailable"), (429, "busy"), (500, "unavailable"),
    (502, "unavailable"),
    (503, "unavailable"), (504, "unavailable"), (529, "busy"), (599, "unavailable"),
  ])
  func statuses(_ status: Int, _ kind: String) async throws {
    for streams in [false, true] {
      let failure = try #require(await Asking.failure(of: Self.error(status), Asking(streams: streams)))
      #expect(failure.kind == kind)
      #expect(failure.retryAfter == nil)
      #expect(failure.description.contains("No."))
      #expect(failure.description.contains("\(status)"))
    }
  }

  @Test(arguments: [429, 503, 500])
  func retryAfterIsObeyed(_ status: Int) async throws {
    let failure = try await Asking.failure(of: Self.error(status, [("Retry-After", "3")]))
    #expect(failure?.kind == "busy")
    #expect(failure?.retryAfter == 3)
  }

  @Test func anEmptyAccountIsNotBusy() async throws {
    let body =
      #"{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"}}"#
    let failure = try await Asking.failure(of: .response(429, [("content-type", "application/json")], body))
    #expect(failure?.kind == "exhausted")
  }

  @Test(arguments: [
    (#"{"error":"text"}"#, "text"), (#"{"message":"m"}"#, "m"), (#"{"detail":"d"}"#, "d"),
    (#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, "field required"),
    (#"{"object":"error","message":"x"}"#, "x"),
    (#"[{"error":{"message":"first"}}]"#, "first"),
  ])
  func findsTheServersSentence(_ body: String, _ sentence: String) async throws {
    let failure = try await Asking.failure(of: .response(400, [("content-type", "application/json")], body))
    #expect(failure?.description.contains(sentence) == true)
  }

  @Test func plainTextIsASentenceAndHTMLIsNot() async throws {
    let text = try await Asking.failure(of: .response(400, [("content-type", "text/plain")], "too long"))
    #expect(text?.description.contains("too long") == true)
    let html = try await Asking.failure(of: .response(502, [("content-type", "text/html")], "<html>Bad gateway"))
    #expect(html?.description.contains("<") == false)
    let empty = try await Asking.failure(of: .response(500, []))
    #expect(empty?.kind == "unavailable")
  }

  @Test func whatTheServerSaysIsBoundedAndHarmless() async throws {
    let failure = try await Asking.failure(
      of: Self.error(400, [], #"bad\u001b[2J\r\n\u0007\u202e"# + String(repeating: "x", count: 30_000)))
    let text = try #require(failure?.description)
    #expect(text.unicodeScalars.count < 500)
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x202E })
  }

  @Test func anEndlessRefusalIsReadOnlyAsFarAsNeeded() async throws {
    var asking = Asking()
    asking.limits.errorBytes = 1000
    let chunk = [UInt8](repeating: 0x78, count: 400)
    let head = LoopbackReply.head(400, [("content-type", "text/plain"), ("transfer-encoding", "chunked")])
    let body = Array("190\r\n".utf8) + chunk + Array("\r\n".utf8)
    let reply = LoopbackReply([.send(head)] + Array(repeating: .send(body), count: 10) + [.stall])
    #expect(try await Asking.failure(of: reply, asking)?.kind == "rejected")
  }

  @Test(arguments: [301, 302, 303, 307, 308, 304])
  func redirectsAreNotFollowed(_ status: Int) async throws {
    try await MockServer.with({ _ in
      .response(status, [("location", "https://user:pw@elsewhere.example/v1?token=abc")])
    }) { server in
      let failure = await Asking(key: "K", environment: ["K": "sk-1"]).failure(server.url)
      #expect(failure?.kind == "rejected")
      #expect(failure?.description.contains("elsewhere.example") == true)
      #expect(failure?.description.contains("pw") == false)
      #expect(failure?.description.contains("abc") == false)
      #expect(server.counts.requests == 1)
    }
  }

  @Test func wrongContentType() async throws {
    let failure = try await Asking.failure(of: .response(200, [("content-type", "text/html")], "<html>Welcome"))
    #expect(failure?.kind == "malformed")
    #expect(failure?.description.contains("text/html") == true)
    let packed = LoopbackReply.response(
      200, [("content-type", "application/json"), ("content-encoding", "gzip")], "xx")
    #expect(try await Asking.failure(of: packed)?.kind == "malformed")
  }

  @Test(arguments: [
    "", "  ", "{", "nonsense", "[]", "{}", "null", #"{"usage":{}}"#, #"{"choices":"#,
  ])
  func malformedAnswers(_ body: String) async throws {
    let failure = try await Asking.failure(of: .response(200, [("content-type", "application/json")], body))
    #expect(failure?.kind == "malformed")
  }

  @Test func invalidUTF8() async throws {
    var reply = LoopbackReply.response(
      200, [("content-type", "application/json")], #"{"choices":[{"message":{"content":"ab"}}]}"#)
    if case .send(var bytes) = reply.steps[0] {
      bytes[bytes.count - 6] = 0xFF
      reply.steps[0] = .send(bytes)
    }
    #expect(try await Asking.failure(of: reply)?.kind == "malformed")
  }

  @Test func anErrorWithStatus200() async throws {
    let cases = [
      (#"{"error":{"message":"slow","code":429}}"#, "busy"),
      (#"{"error":{"message":"x","type":"overloaded_error"}}"#, "busy"),
      (#"{"error":{"message":"x","type":"invalid_request_error"}}"#, "rejected"), (#"{"error":"x"}"#, "unavailable"),
      (#"{"error":{"message":"x","code":"502"}}"#, "unavailable"),
      (#"{"error":{"message":"x","code":400}}"#, "rejected"),
    ]
    for (body, kind) in cases {
      let failure = try await Asking.failure(of: .response(200, [("content-type", "application/json")], body))
      #expect(failure?.kind == kind, "\(body)")
    }
  }
}
