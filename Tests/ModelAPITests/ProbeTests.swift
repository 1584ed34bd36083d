import Content
import Domain
import Foundation
import LoopbackServer
import Synchronization
import Testing
import WorkbenchCore

@testable import ModelAPI

/// What a probe finds out about servers with and without each ability.
struct ProbeTests {
  private static let json = [("content-type", "application/json"), ("server", "mock/1.0")]

  private static func ok(_ json: JSONValue) -> LoopbackReply { .response(200, Self.json, json.text(.compact)) }

  private static func no(_ status: Int) -> LoopbackReply {
    .response(status, Self.json, #"{"error":{"message":"not here"}}"#)
  }

  private static func counting(_ last: Int) -> String { (1...last).map { "\($0)" }.joined(separator: " ") }

  /// A server that does what it is told. One token is one word, and random words depend on the seed.
  private static func able(_ request: LoopbackRequest) -> LoopbackReply {
    switch (request.method, request.path) {
    case ("GET", "/v1/models"):
      return ok(["data": [["id": "mock-small", "owned_by": "vllm"], ["id": "other", "root": "/adapters/3/300"]]])
    case ("GET", "/version"): return ok(["version": "0.9.1"])
    case ("GET", "/v1/batches?limit=1"): return ok(["object": "list", "data": [], "has_more": false])
    case ("POST", "/tokenize"): return ok(["count": 2, "tokens": [1, 2]])
    case ("POST", "/v1/chat/completions"): break
    default: return no(404)
    }
    guard let body = request.json, let question = body["messages"]?[0]?["content"]?.string else { return no(400) }
    var words = ["yes"]
    if question.hasPrefix("Count") { words = counting(500).split(separator: " ").map(String.init) }
    if question.hasPrefix("Write the numbers") { words = counting(9).split(separator: " ").map(String.init) }
    if question.hasPrefix("Write eight") {
      let seed = body["seed"]?.int ?? (body["temperature"]?.double == 0 ? 5 : request.number)
      words = (0..<8).map { "w\(seed * 7919 % (13 + $0))" }
    }
    if question.hasPrefix("Describe") { words = ["The", "sea", "is", "blue."] }
    if body["response_format"]?["type"] == "json_schema" { words = [#"{"mood":"calm"}"#] }
    var reason = "stop"
    if let stop = body["stop"]?[0]?.string, let end = words.firstIndex(of: stop) { words.removeSubrange(end...) }
    if let limit = body["max_tokens"]?.int, words.count > limit {
      words.removeSubrange(limit...)
      reason = "length"
    }
    let usage = ChatUsage(prompt: 3, completion: words.count)
    let text = words.joined(separator: " ")
    if body["stream"] == true {
      let pieces = words.map { $0 + " " }
      let events = chatEvents(pieces, usage).map { $0.replacing("\"stop\"", with: "\"\(reason)\"") }
      return .chunks(events.map { Array($0.utf8) }, pause: .milliseconds(1))
    }
    var choice: JSONObject = ["index": 0, "message": ["content": JSONValue(text)], "finish_reason": JSONValue(reason)]
    if body["logprobs"] == true { choice["logprobs"] = ["content": [["token": "yes", "logprob": -0.5]]] }
    return ok(["choices": [.object(choice)], "usage": usage.json])
  }

  private func probe(
    dialect: Endpoint.Dialect = .chat, timeout: Double = 120,
    _ handler: @escaping @Sendable (LoopbackRequest) -> LoopbackReply
  ) async throws -> (probe: ModelProbe, requests: Int) {
    try await MockServer.with({ handler($0) }) { server in
      let clients = HTTPModelClients(servers: nil) { _ in nil }
      let endpoint = Endpoint(dialect, baseURLs: [server.url + "/v1"], model: "mock-small")
      do {
        let client = try clients.client(
          for: ModelSpec(name: "m", api: .endpoint(endpoint), timeout: timeout), adapter: nil, workspace: "/")
        let probe = try await client.probe()
        await clients.shutdown()
        return (probe, server.counts.requests)
      } catch {
        await clients.shutdown()
        throw error
      }
    }
  }

  @Test func oneThatCanDoEverything() async throws {
    let (probe, requests) = try await probe { Self.able($0) }
    for ability in ModelProbe.Ability.allCases { #expect(probe.findings[ability] == .works, "\(ability)") }
    #expect(probe.models == ["mock-small", "other"])
    #expect(probe.origins == ["other": "/adapters/3/300"])
    #expect(probe.server == "vLLM 0.9.1")
    #expect(probe.latency.map { $0 > 0 } == true)
    #expect(probe.tokensPerSecond.map { $0 > 1 && $0 < 2000 } == true)
    #expect(requests <= 20)
  }

  @Test func oneThatIgnoresEverything() async throws {
    let (probe, _) = try await probe { request in
      guard request.method == "POST", request.path == "/v1/chat/completions" else {
        return request.method == "GET" ? .response(500) : Self.no(404)
      }
      // Longer than it may be, whole where a stream was asked for, another each time.
      return Self.ok(["choices": [["message": ["content": JSONValue("\(request.number) " + Self.counting(300))]]]])
    }
    for ability in [
      ModelProbe.Ability.streaming, .usage, .maxTokens, .stop, .seed, .temperature, .logprobs, .structuredOutput,
    ] {
      #expect(probe.findings[ability] == .ignored, "\(ability)")
    }
    #expect(probe.findings[.modelList] == .unknown && probe.findings[.batches] == .unknown)
    #expect(probe.findings[.tokenCounts] == .refused)
    #expect(probe.server == "mock/1.0" && probe.models == [] && probe.tokensPerSecond == nil)
  }

  @Test func oneThatRefusesWhatItDoesNotKnow() async throws {
    let (probe, _) = try await probe { request in
      guard request.path == "/v1/chat/completions", let keys = request.json?.object?.keys else { return Self.no(404) }
      let isPlain =
        request.json?["stream"] == false && Set(keys).isSubset(of: ["model", "messages", "stream", "max_tokens"])
      return isPlain ? Self.able(request) : Self.no(400)
    }
    for ability in [
      ModelProbe.Ability.modelList, .streaming, .stop, .seed, .temperature, .logprobs, .structuredOutput, .tokenCounts,
      .batches,
    ] {
      #expect(probe.findings[ability] == .refused, "\(ability)")
    }
    #expect(probe.findings[.usage] == .unknown && probe.findings[.maxTokens] == .unknown)
  }

  @Test func oneThatShowsNothing() async throws {
    // The same short answer to everything: neither what it does nor what it doesn't can be seen.
    let (probe, _) = try await probe { request in
      guard request.path == "/v1/chat/completions" else { return .response(503) }
      return Self.ok([
        "choices": [["message": ["content": "Yes."], "finish_reason": "stop"]],
        "usage": ["prompt_tokens": 3, "completion_tokens": 1],
      ])
    }
    for ability in [
      ModelProbe.Ability.streaming, .maxTokens, .stop, .seed, .temperature, .modelList, .tokenCounts, .batches,
    ] {
      #expect(probe.findings[ability] == .unknown, "\(ability)")
    }
    #expect(probe.findings[.usage] == .works)
  }

  @Test func failuresOfSomeEndNothing() async throws {
    let (probe, _) = try await probe(timeout: 120) { request in
      if request.number == 1 { return Self.able(request) }
      if request.path == "/v1/models" { return LoopbackReply([.send(LoopbackReply.head(200, [])), .reset]) }
      switch request.number % 4 {
      case 0: return .response(429, [("retry-after", "60")])
      case 1: return LoopbackReply([.reset])
      case 2: return Self.ok("nothing")
      default: return .response(500)
      }
    }
    #expect(probe.findings.values.allSatisfy { $0 == .unknown })
  }

  @Test(arguments: [401, 429, 500])
  func theFirstRequestMustWork(_ status: Int) async throws {
    let failure = await #expect(throws: ModelFailure.self) { try await probe { _ in Self.no(status) } }
    #expect(failure?.description.contains("\(status)") == true)
  }

  @Test func anthropicsOwn() async throws {
    let (probe, _) = try await probe(dialect: .messages) { request in
      switch (request.method, request.path) {
      case ("GET", "/v1/models"): return Self.ok(["data": [["id": "claude", "type": "model"]], "has_more": false])
      case ("POST", "/v1/messages/count_tokens"): return Self.ok(["input_tokens": 9])
      case ("POST", "/v1/messages") where request.headers["anthropic-version"] != nil:
        return Self.ok([
          "type": "message",
          "content": [["type": "text", "text": request.json?["stop_sequences"] == nil ? "1 2 3 4" : "1 2"]],
          "stop_reason": "stop_sequence",
          "usage": ["input_tokens": 3, "output_tokens": 7],
        ])
      default: return Self.no(404)
      }
    }
    #expect(probe.findings[.tokenCounts] == .works && probe.findings[.modelList] == .works)
    #expect(probe.findings[.stop] == .works && probe.findings[.usage] == .works)
    #expect(probe.findings[.seed] == .refused)
    #expect(probe.findings[.logprobs] == nil && probe.findings[.batches] == nil)
    #expect(probe.models == ["claude"])
  }

  @Test(
    arguments: [
      (24, "length", 40, ModelProbe.Finding.works), (24, "stop", 40, .works), (9, "stop", 40, .unknown),
      (9, "length", 40, .works), (25, "length", 40, .ignored), (nil, "length", 90, .works), (nil, "stop", 90, .unknown),
      (nil, "length", 500, .ignored), (nil, nil, 40, .unknown),
    ] as [(Int?, String?, Int, ModelProbe.Finding)])
  func limits(_ tokens: Int?, _ reason: String?, _ length: Int, _ finding: ModelProbe.Finding) {
    let answer = Answer(
      text: String(repeating: "1", count: length), finishReason: reason, usage: TokenUsage(completion: tokens))
    #expect(EndpointProbe.limit(24, in: answer) == finding)
  }

  @Test func theSecondServerIsAskedWhenTheFirstIsGone() async throws {
    let gone = try ClosedPort()
    let server = try await MockServer { Self.able($0) }
    try await BalancedClientTests.withClient([gone.url, server.url]) { client in
      let probe = try await client.probe()
      #expect(probe.findings[.seed] == .works)
    }
    await server.stop()
  }
}
