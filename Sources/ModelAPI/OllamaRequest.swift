import Content
import WorkbenchCore

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
