import Content
import Domain

extension Endpoint.Dialect {
  /// Anthropic's Messages API (version 2023-06-01).
  package static let messages = Endpoint.Dialect(
    word: "anthropic", title: "Anthropic's Messages API", usualAddress: "https://api.anthropic.com/v1",
    usualKey: "ANTHROPIC_API_KEY", takesLaterSystemText: false,
    cacheWriteShares: CacheWriteShares(fiveMinutes: 1.25, oneHour: 2),
    reservedOptions: [
      "system": inPrompt, "max_tokens": inVariant("max_tokens"), "stop_sequences": inVariant("stop"),
    ])
}

extension APIDialect {
  /// Anthropic's Messages API.
  static let messages = APIDialect(
    .messages, MessagesRequest.self,
    probe: Probe(
      tokenCount: Probe.TokenCount(
        path: .afterVersion("/messages/count_tokens"),
        body: { ["model": JSONValue($0), "messages": [["role": "user", "content": JSONValue($1)]]] },
        count: { $0["input_tokens"]?.tokenCount })))
}

/// The body of a request to Anthropic's Messages API (version 2023-06-01).
struct MessagesRequest: ChatBody {
  typealias Reply = MessagesReply
  static let path = "/messages"

  /// The API wants a limit; this many tokens where a variant names none.
  static let usualLimit = 4096

  /// The model's name at the service.
  var model: String
  /// What is asked.
  var request: ModelRequest
  /// What else the service is to know, as it is.
  var options: JSONObject
  /// Whether the answer is to come in pieces.
  var streams: Bool

  init(
    _ endpoint: Endpoint, options: JSONObject, request: ModelRequest, streams: Bool
  ) throws(ModelFailure) {
    guard request.sampling.seed == nil else {
      throw .rejected("Anthropic's Messages API takes no seed: remove it from the variant.")
    }
    guard request.messages.contains(where: { $0.role == .user }) else {
      throw .rejected(
        "Anthropic's Messages API wants a message from the user: number a section of the prompt 80 or higher.")
    }
    guard !request.messages.drop(while: { $0.role == .system }).contains(where: { $0.role == .system }) else {
      throw .rejected(
        "Anthropic's Messages API takes system text only before the conversation: move the prompt's later system sections "
          + "before its user sections.")
    }
    model = endpoint.model
    self.request = request
    self.options = options
    self.streams = streams
  }

  static func headers(key: String?) -> [(name: String, value: String)] {
    [("anthropic-version", "2023-06-01")] + (key.map { [("x-api-key", $0)] } ?? [])
  }

  /// The body. System messages stand apart from the conversation; a seed has no place in it.
  var json: JSONValue {
    var body = JSONObject()
    body["model"] = JSONValue(model)
    let sampling = request.sampling
    body["max_tokens"] = JSONValue(sampling.maxTokens ?? Self.usualLimit)
    let system = request.messages.filter { $0.role == .system }.map(\.content).joined(separator: "\n\n")
    if !system.isEmpty { body["system"] = JSONValue(system) }
    body["messages"] = .array(
      request.messages.filter { $0.role != .system }.map {
        ["role": JSONValue($0.role.rawValue), "content": JSONValue($0.content)]
      })
    if let temperature = sampling.temperature { body["temperature"] = JSONValue(temperature) }
    if let topP = sampling.topP { body["top_p"] = JSONValue(topP) }
    if !sampling.stop.isEmpty { body["stop_sequences"] = .array(sampling.stop.map { JSONValue($0) }) }
    body["stream"] = JSONValue(streams)
    body.add(options: options)
    return .object(body)
  }

  var reading: PromptReading { PromptReading(request.messages) }
}

/// What Anthropic's Messages API has answered so far: one `message`, or the events of a streamed one.
struct MessagesReply: ChatReplying {
  private(set) var text = ""
  private(set) var toolCalls = ToolCalls()
  private(set) var finishReason: String?
  private(set) var usage = TokenUsage()
  private(set) var hasChoice = false
  private(set) var isWhole = false
  /// Which blocks call tools of ours.
  private var toolBlocks: Set<Int> = []

  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    var added = ""
    switch json["type"]?.string {
    case "error": throw ServerFailure.inBody(json, from: peer)
    case "message": added = take(message: json)
    case "message_start": added = take(message: json["message"] ?? .null)
    case "content_block_start": added = take(block: json["content_block"], at: json["index"]?.int)
    case "content_block_delta" where json["delta"]?["type"] == "input_json_delta":
      if let index = json["index"]?.int, toolBlocks.contains(index) {
        toolCalls.add(at: index, name: nil, arguments: json["delta"]?["partial_json"])
      }
    case "content_block_delta" where json["delta"]?["type"] == "text_delta":
      added = json["delta"]?["text"]?.string ?? ""
    case "message_delta":
      finishReason = json["delta"]?["stop_reason"]?.string ?? finishReason
      count(json["usage"])
    case "message_stop": isWhole = true
    case .some: break  // a ping, thinking, the end of a block, or what a later version adds
    case nil:
      if let error = json["error"], !error.isNull { throw ServerFailure.inBody(json, from: peer) }
      throw .malformed("\(peer) sent an object without a type, so it is no message. Check base_url and api.")
    }
    text += added
    return added
  }

  private mutating func take(message: JSONValue) -> String {
    hasChoice = true
    finishReason = message["stop_reason"]?.string ?? finishReason
    count(message["usage"])
    return (message["content"]?.array ?? []).map { take(block: $0, at: nil) }.joined()
  }

  /// Takes a block in and returns its text; thinking, and what the service does itself, is no part of the answer.
  private mutating func take(block: JSONValue?, at index: Int?) -> String {
    switch block?["type"]?.string {
    case "text": return block?["text"]?.string ?? ""
    case "tool_use":
      if let index { toolBlocks.insert(index) }
      toolCalls.add(at: index, id: block?["id"]?.string, name: block?["name"]?.string, arguments: block?["input"])
      return ""
    default: return ""
    }
  }

  /// Takes counts in; later ones, which are sums so far, take the place of earlier ones.
  private mutating func count(_ json: JSONValue?) {
    func number(_ name: String) -> Int? { json?[name]?.tokenCount }
    if let output = number("output_tokens") { usage.completion = output }
    guard let fresh = number("input_tokens") else { return }
    // `cache_creation` splits the sum; what it leaves out was written for five minutes.
    let written = number("cache_creation_input_tokens")
    let long = min(json?["cache_creation"]?["ephemeral_1h_input_tokens"]?.tokenCount ?? 0, written ?? 0)
    let cached = number("cache_read_input_tokens")
    usage.prompt = fresh + (cached ?? 0) + (written ?? 0)
    usage.cachedPrompt = cached
    usage.cacheWrites = written.map { $0 - long }
    usage.longCacheWrites = written.map { _ in long }
    usage.tier = json?["service_tier"]?.tier
  }
}
