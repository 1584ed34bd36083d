import AsyncHTTPClient
import Content
import Domain
import Foundation
import Synchronization

/// Finds out what one server can do, by a dozen small requests one after another. What an answer leaves open is
/// reported as unknown: a server that happens to do what was asked isn't one that does what it is told.
struct EndpointProbe {
  /// Asks in what the endpoint speaks.
  private let client: any ModelClient
  /// Asks for what no dialect's client asks for.
  private let service: ChatService
  private let dialect: APIDialect
  private let model: String
  /// The body of a chat, where the endpoint takes one that can be added to.
  private let chatBody: (@Sendable (ModelRequest) -> JSONValue)?
  private let trace = RequestTrace()
  private let learnt: LearntNames

  /// Seconds that each request may take after the first, which may have to wait for the model to be loaded.
  private static let longest = 60.0

  /// - Parameter options: settings of the model's own API, which every request carries.
  /// - Parameter learnt: what the servers have taught.
  init(_ service: ChatService, _ dialect: APIDialect, endpoint: Endpoint, options: JSONObject, learnt: LearntNames) {
    var observed = service
    observed.witness = trace
    client = dialect.client(observed, endpoint, options, learnt)
    self.learnt = learnt
    self.service = {
      var service = service
      service.timeout = min(service.timeout, Self.longest)
      return service
    }()
    self.dialect = dialect
    model = endpoint.model
    if dialect.probe.isChatCompletion {
      chatBody = {
        var endpoint = endpoint
        endpoint.usesMaxCompletionTokens = learnt.usesMaxCompletionTokens
        return ChatRequest(endpoint, options: options, request: $0, streams: false).json
      }
    } else {
      chatBody = nil
    }
  }

  /// Carries it out.
  /// - Throws: `ModelFailure` when not even a plain request is answered, or `CancellationError`.
  func run() async throws -> ModelProbe {
    let first = try await ask("Say yes.", Sampling(maxTokens: 1))
    var probe = ModelProbe(time: Date(), latency: first.latency)
    probe.server = trace.server.map { Peer(name: "").quote($0, limit: 80) }.flatMap { $0.isEmpty ? nil : $0 }
    for _ in 0..<2 {
      guard let again = try await result({ try await ask("Say yes.", Sampling(maxTokens: 1)) }).value else { continue }
      probe.latency = min(probe.latency ?? again.latency, again.latency)
    }
    if learnt.usesMaxCompletionTokens { probe.usesMaxCompletionTokens = true }
    try await lookAtModels(&probe)
    try await lookAtStream(&probe, whole: first.usage)
    if probe.findings[.maxTokens] == .unknown, first.isCut, first.usage.completion == 1 {
      probe.findings[.maxTokens] = .works
    }
    probe.findings[.stop] = try await finding(stop)
    probe.findings[.seed] = try await finding(seed)
    probe.findings[.temperature] = try await finding(temperature)
    if let chatBody {
      probe.findings[.logprobs] = try await finding { try await logprobs(chatBody) }
      probe.findings[.structuredOutput] = try await finding { try await structuredOutput(chatBody) }
    }
    probe.findings[.tokenCounts] = try await finding(tokenCounts)
    if dialect.batches != nil {
      probe.findings[.batches] = try await finding {
        let url = service.address.url("/batches", query: "limit=1")
        return try await service.json(HTTPClientRequest(url: url))["data"]?.array == nil ? .unknown : .works
      }
    }
    return probe
  }

  // MARK: Asking

  private enum Outcome<Value> {
    case value(Value), failure(ModelFailure)
    var value: Value? { if case .value(let value) = self { value } else { nil } }
  }

  /// What came of a request; only the end of this task ends the probe.
  private func result<Value>(_ ask: () async throws -> Value) async throws -> Outcome<Value> {
    // A connection that the answer before has left dying says nothing of the ability.
    for _ in 0..<2 {
      do {
        return .value(try await ask())
      } catch ModelFailure.unavailable {
        continue
      } catch let failure as ModelFailure {
        return .failure(failure)
      }
    }
    do {
      return .value(try await ask())
    } catch let failure as ModelFailure {
      return .failure(failure)
    }
  }

  private func finding(_ look: () async throws -> ModelProbe.Finding) async throws -> ModelProbe.Finding {
    switch try await result(look) {
    case .value(let finding): finding
    case .failure(.rejected): .refused
    case .failure: .unknown
    }
  }

  private func ask(
    _ text: String, _ sampling: Sampling, onText: (@Sendable (String) -> Void)? = nil
  ) async throws -> Answer { try await client.answer(Self.request(text, sampling), onText: onText) }

  private static func request(_ text: String, _ sampling: Sampling) -> ModelRequest {
    ModelRequest(caseID: "probe", messages: [ChatMessage(role: .user, content: text)], sampling: sampling)
  }

  // MARK: Who it is

  private func lookAtModels(_ probe: inout ModelProbe) async throws {
    let address = service.address
    let url = dialect.probe.modelList.url(address)
    var owner: String?
    let outcome = try await result { try await service.json(HTTPClientRequest(url: url)) }
    let list = outcome.value?["data"]?.array ?? outcome.value?["models"]?.array
    if let list {
      let names = list.lazy.compactMap { $0["id"]?.string ?? $0["name"]?.string ?? $0["model"]?.string }
      probe.models = names.prefix(200).map { Peer(name: "").quote($0, limit: 120) }
      owner = list.first?["owned_by"]?.string
      probe.origins = Self.origins(list)
    }
    probe.findings[.modelList] =
      switch outcome {
      case .value: list == nil ? .unknown : .works
      case .failure(.rejected): .refused
      case .failure: .unknown
      }
    guard let place = owner.flatMap({ Self.versions[$0] }) ?? dialect.probe.version else { return }
    let version = try await result {
      try await service.json(HTTPClientRequest(url: address.urlBesideVersion(place.path)))[place.key]?.string
    }
    if let text = version.value.flatMap(\.self) {
      probe.server = "\(place.name) \(Peer(name: "").quote(text, limit: 60))"
    }
  }

  /// Where servers tell their version that are known by whom they say their models belong to.
  private static let versions = [
    "vllm": APIDialect.Probe.Version(name: "vLLM", path: "/version", key: "version"),
    "llamacpp": APIDialect.Probe.Version(name: "llama.cpp", path: "/props", key: "build_info"),
    "library": APIDialect.Probe.Version(name: "Ollama", path: "/api/version", key: "version"),
  ]

  /// Where models come from, by name: of vLLM the folder, of Ollama the digest.
  private static func origins(_ list: [JSONValue]) -> [String: String] {
    var origins: [String: String] = [:]
    for entry in list.prefix(200) {
      guard let name = entry["id"]?.string ?? entry["name"]?.string ?? entry["model"]?.string,
        let origin = entry["digest"]?.string ?? entry["root"]?.string
      else { continue }
      origins[name] = Peer(name: "").quote(origin, limit: 300)
    }
    return origins
  }

  // MARK: What it can do

  /// Streaming, counts and the limit, by one longer answer.
  private func lookAtStream(_ probe: inout ModelProbe, whole: TokenUsage) async throws {
    let limit = 24
    let counter = PieceCounter()
    let outcome = try await result {
      try await ask("Count from 1 to 500, separated by commas.", Sampling(maxTokens: limit)) { _ in counter.add() }
    }
    func isCounted(_ usage: TokenUsage) -> Bool { usage.prompt != nil && usage.completion != nil }
    guard let answer = outcome.value else {
      var isRefused = false
      if case .failure(.rejected) = outcome { isRefused = true }
      probe.findings[.streaming] = isRefused ? .refused : .unknown
      probe.findings[.usage] = isCounted(whole) ? .unknown : .ignored
      probe.findings[.maxTokens] = .unknown
      return
    }
    let count = counter.count
    probe.findings[.streaming] = count > 1 ? .works : answer.text.count >= 20 ? .ignored : .unknown
    probe.findings[.usage] = isCounted(whole) && isCounted(answer.usage) ? .works : .ignored
    probe.findings[.maxTokens] = Self.limit(limit, in: answer)
    if count > 1, let tokens = answer.usage.completion, tokens > 1, let first = answer.firstToken,
      answer.latency - first > 0.001
    {
      probe.tokensPerSecond = Double(tokens - 1) / (answer.latency - first)
    }
  }

  /// Whether an answer that would be much longer was ended at its limit.
  static func limit(_ limit: Int, in answer: Answer) -> ModelProbe.Finding {
    let isCut = answer.finishReason.map(Answer.limitReasons.contains) == true
    if let count = answer.usage.completion {
      if count > limit { return .ignored }
      return isCut || count == limit ? .works : .unknown
    }
    // Numbers and commas have one to four characters in a token.
    if answer.text.count > limit * 8 { return .ignored }
    return isCut ? .works : .unknown
  }

  /// Lets the model say something, and then stop at a word of its own.
  private func stop() async throws -> ModelProbe.Finding {
    let request = "Write the numbers from 1 to 9 in digits, separated by spaces, and nothing else."
    let whole = try await ask(request, Sampling(temperature: 0, maxTokens: 40)).text
    let words = whole.split(whereSeparator: \.isWhitespace)
    guard words.count > 2 else { return .unknown }
    let word = String(words[words.count / 2])
    let text = try await ask(request, Sampling(temperature: 0, maxTokens: 40, stop: [word])).text
    if text.contains(word) { return .ignored }
    return text.count < whole.count && whole.hasPrefix(text) ? .works : .unknown
  }

  private func seed() async throws -> ModelProbe.Finding {
    var texts: [String] = []
    for seed in [11, 11, 12] {
      let sampling = Sampling(temperature: 1, maxTokens: 16, seed: seed)
      texts.append(try await ask("Write eight random English words.", sampling).text)
    }
    if texts.contains("") { return .unknown }
    if texts[0] != texts[1] { return .ignored }
    // One that says the same whatever the seed has shown nothing.
    return texts[1] == texts[2] ? .unknown : .works
  }

  /// Lets the model choose at random and, at temperature 0, not. Answers at 0 may differ late, since servers round
  /// differently from batch to batch, but begin alike.
  private func temperature() async throws -> ModelProbe.Finding {
    func prefix(_ temperature: Double) async throws -> [Substring] {
      let sampling = Sampling(temperature: temperature, maxTokens: 16)
      let text = try await ask("Write eight random English words.", sampling).text
      return Array(text.split(whereSeparator: \.isWhitespace).prefix(3))
    }
    var cold: [[Substring]] = []
    for _ in 0..<3 { cold.append(try await prefix(0)) }
    guard cold.allSatisfy({ !$0.isEmpty }) else { return .unknown }
    guard Set(cold).count == 1 else { return .ignored }
    // One that says the same at every temperature has shown nothing.
    for _ in 0..<2 where try await prefix(1) != cold[0] { return .works }
    return .unknown
  }

  /// The first choice of a chat whose body has more in it, and its text.
  private func chat(
    _ text: String, _ sampling: Sampling, _ body: (ModelRequest) -> JSONValue, adding more: JSONObject
  ) async throws -> (choice: JSONValue, text: String, finishReason: String?) {
    var object = body(Self.request(text, sampling)).object ?? [:]
    for member in more { object[member.key] = member.value }
    let json = try await service.json(.post(service.address.url(ChatRequest.path), .object(object)))
    var reply = ChatReply()
    _ = try reply.add(json, from: Peer(name: service.address.name))
    return (json["choices"]?[0] ?? .null, reply.text, reply.finishReason)
  }

  private func logprobs(_ body: (ModelRequest) -> JSONValue) async throws -> ModelProbe.Finding {
    let answer = try await chat(
      "Say yes.", Sampling(maxTokens: 4), body, adding: ["logprobs": true, "top_logprobs": 1])
    let told = answer.choice["logprobs"]
    if told?["content"]?[0]?["logprob"]?.double != nil || told?["token_logprobs"]?.array?.isEmpty == false {
      return .works
    }
    return answer.text.isEmpty ? .unknown : .ignored
  }

  private func structuredOutput(_ body: (ModelRequest) -> JSONValue) async throws -> ModelProbe.Finding {
    let moods: JSONValue = ["calm", "wild"]
    let schema: JSONValue = [
      "type": "object", "properties": ["mood": ["type": "string", "enum": moods]], "required": ["mood"],
      "additionalProperties": false,
    ]
    // Nobody would answer this in JSON who isn't made to.
    let answer = try await chat(
      "Describe the sea in one plain English sentence. Don't use JSON.", Sampling(maxTokens: 64), body,
      adding: [
        "response_format": [
          "type": "json_schema", "json_schema": ["name": "sea", "strict": true, "schema": schema],
        ]
      ])
    if let object = (try? JSONValue(parsing: answer.text))?.object, object.count == 1,
      let mood = object["mood"]?.string, ["calm", "wild"].contains(mood)
    {
      return .works
    }
    let isCut = answer.finishReason.map(Answer.limitReasons.contains) == true
    return answer.text.isEmpty || isCut ? .unknown : .ignored
  }

  private func tokenCounts() async throws -> ModelProbe.Finding {
    if let counts = await client.tokenCounts(of: ["Hello world"]) {
      return counts.first.map { $0 > 0 } == true ? .works : .unknown
    }
    guard let way = dialect.probe.tokenCount else { return .refused }
    let json = try await service.json(.post(way.path.url(service.address), way.body(model, "Hello world")))
    return way.count(json) == nil ? .unknown : .works
  }
}

/// Counts the pieces of a streamed answer.
private final class PieceCounter: Sendable {
  private let pieces = Mutex(0)
  func add() { pieces.withLock { $0 += 1 } }
  var count: Int { pieces.withLock { $0 } }
}
