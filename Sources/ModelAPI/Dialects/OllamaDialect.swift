import Content
import Domain

extension Endpoint.Dialect {
  /// Ollama's own API, the only one that takes Ollama's options.
  package static let ollama = Endpoint.Dialect(
    word: "ollama", title: "Ollama's own API", usualAddress: "http://127.0.0.1:11434", hasVersion: false,
    reservedOptions: [
      "options": "Write its keys here, without another options.", "num_predict": inVariant("max_tokens"),
      "seed": inVariant("seed"), "stop": inVariant("stop"),
    ])
}

extension APIDialect {
  /// Ollama's own API.
  static let ollama = APIDialect(
    .ollama, OllamaRequest.self,
    probe: Probe(
      modelList: .besideVersion("/api/tags"),
      version: Probe.Version(name: "Ollama", path: "/api/version", key: "version")))
}

/// The body of a request to Ollama's own API.
struct OllamaRequest: ChatBody {
  typealias Reply = OllamaReply
  static let path = "/api/chat"
  static let framing = StreamFraming.lines

  /// Settings that stand beside the messages; all others stand in the body's `options`.
  static let topLevel: Set<String> = [
    "format", "keep_alive", "logprobs", "shift", "think", "tools", "top_logprobs", "truncate",
  ]

  /// The model's name at the service.
  var model: String
  /// What is asked.
  var request: ModelRequest
  /// What else the service is to know, as it is.
  var options: JSONObject
  /// Whether the answer is to come in pieces.
  var streams: Bool

  init(_ endpoint: Endpoint, options: JSONObject, request: ModelRequest, streams: Bool) {
    model = endpoint.model
    self.request = request
    self.options = options
    self.streams = streams
  }

  /// The body. What doesn't fit into the model's context is an error and not left out in silence, unless the options say
  /// otherwise; servers from before late 2025 don't know that, so the reply looks at the counts too.
  var json: JSONValue {
    var body = JSONObject()
    body["model"] = JSONValue(model)
    body["messages"] = .array(
      request.messages.map { ["role": JSONValue($0.role.rawValue), "content": JSONValue($0.content)] })
    body["stream"] = JSONValue(streams)
    let sampling = request.sampling
    var settings = JSONObject()
    if let temperature = sampling.temperature { settings["temperature"] = JSONValue(temperature) }
    if let topP = sampling.topP { settings["top_p"] = JSONValue(topP) }
    if let limit = sampling.maxTokens { settings["num_predict"] = JSONValue(limit) }
    if let seed = sampling.seed { settings["seed"] = JSONValue(seed) }
    if !sampling.stop.isEmpty { settings["stop"] = .array(sampling.stop.map { JSONValue($0) }) }
    settings.add(options: JSONObject(options.filter { !Self.topLevel.contains($0.key) }))
    if !settings.isEmpty { body["options"] = .object(settings) }
    body.add(options: JSONObject(options.filter { Self.topLevel.contains($0.key) }))
    body.add(options: ["truncate": false, "shift": false])
    return .object(body)
  }

  var reading: PromptReading {
    var reading = PromptReading(request.messages)
    reading.context = options["num_ctx"]?.int
    reading.mayBeCut = options["truncate"] == true
    return reading
  }

  static let contextAdvice =
    "Raise num_ctx among the model's options, or set truncate: true there if that is wanted."
}

/// What Ollama's own API has answered so far: one object, or the lines of a streamed answer.
struct OllamaReply: ChatReplying {
  static let addressAdvice = "Check base_url: Ollama's own API has no version at its end, as in http://127.0.0.1:11434."

  private(set) var text = ""
  private(set) var toolCalls = ToolCalls()
  private(set) var finishReason: String?
  private(set) var usage = TokenUsage()
  private(set) var hasChoice = false
  private(set) var isWhole = false

  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    if let error = json["error"], !error.isNull { throw ServerFailure.inBody(json, from: peer) }
    let message = json["message"]
    guard message?.object != nil || json["done"]?.bool == true else {
      throw .malformed("\(peer) sent something without a message, so it is no answer. \(Self.addressAdvice)")
    }
    hasChoice = hasChoice || message != nil
    let added = message?["content"]?.string ?? ""
    for call in message?["tool_calls"]?.array ?? [] {
      let function = call["function"]
      toolCalls.add(name: function?["name"]?.string ?? "?", arguments: function?["arguments"])
    }
    text += added
    if json["done"]?.bool == true {
      func count(_ name: String) -> Int? { json[name]?.tokenCount }
      usage = TokenUsage(prompt: count("prompt_eval_count"), completion: count("eval_count"))
      finishReason = json["done_reason"]?.string ?? "stop"
      isWhole = true
    }
    return added
  }
}
