import Content
import Domain

extension Endpoint.Dialect {
  /// OpenAI's Responses API.
  package static let responses = Endpoint.Dialect(
    word: "responses", title: "The Responses API", usualAddress: "https://api.openai.com/v1",
    usualKey: "OPENAI_API_KEY", canTune: true,
    reservedOptions: [
      "input": written, "store": written, "background": written, "previous_response_id": written,
      "conversation": written, "instructions": inPrompt, "prompt": inPrompt,
      "max_output_tokens": inVariant("max_tokens"),
    ])
}

extension APIDialect {
  /// OpenAI's Responses API.
  static let responses = APIDialect(
    .responses, ResponsesRequest.self, canBatch: true, probe: Probe(tokenCount: .tokenize))
}

/// The body of a request to OpenAI's Responses API.
struct ResponsesRequest: ChatBody {
  typealias Reply = ResponsesReply
  static let path = "/responses"

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
      throw .rejected("The Responses API takes no seed: remove it from the variant, or use api: openai.")
    }
    guard request.sampling.stop.isEmpty else {
      throw .rejected(
        "The Responses API takes no texts that end an answer: remove stop from the variant, or use api: openai.")
    }
    model = endpoint.model
    self.request = request
    self.options = options
    self.streams = streams
  }

  /// The body. System messages stay among the others, where the prompt has them, and not in `instructions`, which could
  /// hold only one. Nothing is to be kept at the service.
  var json: JSONValue {
    var body = JSONObject()
    body["model"] = JSONValue(model)
    body["input"] = .array(
      request.messages.map { ["role": JSONValue($0.role.rawValue), "content": JSONValue($0.content)] })
    let sampling = request.sampling
    if let temperature = sampling.temperature { body["temperature"] = JSONValue(temperature) }
    if let topP = sampling.topP { body["top_p"] = JSONValue(topP) }
    if let limit = sampling.maxTokens { body["max_output_tokens"] = JSONValue(limit) }
    body["store"] = false
    body["stream"] = JSONValue(streams)
    body.add(options: options)
    return .object(body)
  }

  var reading: PromptReading {
    var reading = PromptReading(request.messages)
    reading.mayBeCut = options["truncation"] == "auto"
    return reading
  }
}

/// What the Responses API has answered so far: one `response`, or the events of a streamed one.
struct ResponsesReply: ChatReplying {
  private(set) var text = ""
  private(set) var toolCalls = ToolCalls()
  /// `stop` for an answer that is complete, where the API itself has no word; otherwise why it isn't.
  private(set) var finishReason: String?
  private(set) var usage = TokenUsage()
  private(set) var hasChoice = false
  private(set) var isWhole = false
  private var isRefused = false

  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    var added = ""
    switch json["type"]?.string {
    case "response.output_text.delta": added = json["delta"]?.string ?? ""
    case "response.refusal.delta":
      isRefused = true
      added = json["delta"]?.string ?? ""
    case "response.output_item.done": take(call: json["item"] ?? .null)
    case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
      added = try end(json["response"] ?? .null, from: peer)
    case "error": throw ServerFailure.inBody(json, from: peer)
    case .some(let type) where type.hasPrefix("response."): break  // reasoning, the tools of the service, progress
    default:
      guard json["output"] != nil || json["object"] == "response" else {
        if let error = json["error"], !error.isNull { throw ServerFailure.inBody(json, from: peer) }
        throw .malformed("\(peer) sent an object without output, so it is no response. Check base_url and api.")
      }
      added = try end(json, from: peer)
    }
    text += added
    return added
  }

  /// Takes the finished response in, and returns the text that didn't come in pieces before.
  private mutating func end(_ response: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    if let error = response["error"], !error.isNull { throw ServerFailure.inBody(response, from: peer) }
    switch response["status"]?.string {
    case "completed", nil: finishReason = "stop"
    case "incomplete": finishReason = response["incomplete_details"]?["reason"]?.string ?? "incomplete"
    case .some(let status):
      throw .unavailable("\(peer) ended without an answer (\(peer.quote(status, limit: 40))).")
    }
    hasChoice = true
    isWhole = true
    let parts = (response["output"]?.array ?? []).flatMap { $0["content"]?.array ?? [] }
    if isRefused || !parts.isEmpty && parts.allSatisfy({ $0["type"] == "refusal" }) { finishReason = Answer.refusal }
    if let counted = response["usage"] { usage = Self.usage(counted) }
    usage.tier = response["service_tier"]?.tier
    let items = response["output"]?.array ?? []
    if toolCalls.isEmpty { for item in items { take(call: item) } }
    return text.isEmpty ? items.map(Self.text).joined() : ""
  }

  /// The text of a message; other items, such as reasoning, are no part of the answer.
  private static func text(of item: JSONValue) -> String {
    guard item["type"] == "message" else { return "" }
    return (item["content"]?.array ?? []).compactMap { $0["text"]?.string ?? $0["refusal"]?.string }.joined()
  }

  /// Takes an item in if it calls a tool.
  private mutating func take(call item: JSONValue) {
    switch item["type"]?.string {
    case "function_call": toolCalls.add(name: item["name"]?.string ?? "?", arguments: item["arguments"])
    case "custom_tool_call": toolCalls.add(name: item["name"]?.string ?? "?", arguments: item["input"])
    default: break
    }
  }

  /// What the service counted. Whatever can't be right is left out.
  private static func usage(_ json: JSONValue) -> TokenUsage {
    let prompt = json["input_tokens"]?.tokenCount
    let cached = json["input_tokens_details"]?["cached_tokens"]?.tokenCount
    return TokenUsage(
      prompt: prompt, completion: json["output_tokens"]?.tokenCount,
      cachedPrompt: cached.flatMap { $0 <= prompt ?? 0 ? $0 : nil })
  }
}
