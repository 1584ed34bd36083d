import Content
import WorkbenchCore

/// The body of a chat completion request, as OpenAI and many others take it.
struct ChatRequest: ChatBody {
  typealias Reply = ChatReply
  static let path = "/chat/completions"

  /// The model's name at the service.
  var model: String
  /// Whether the limit goes by its newer name.
  var usesMaxCompletionTokens = false
  /// What is asked.
  var request: ModelRequest
  /// What else the service is to know, as it is.
  var options: JSONObject = [:]
  /// Whether the answer is to come in pieces.
  var streams: Bool

  /// The body. What the request leaves open isn't mentioned, so that the service's own default holds.
  var json: JSONValue {
    var body = JSONObject()
    body["model"] = JSONValue(model)
    body["messages"] = .array(
      request.messages.map { ["role": JSONValue($0.role.rawValue), "content": JSONValue($0.content)] })
    let sampling = request.sampling
    if let temperature = sampling.temperature { body["temperature"] = JSONValue(temperature) }
    if let topP = sampling.topP { body["top_p"] = JSONValue(topP) }
    if let limit = sampling.maxTokens {
      body[usesMaxCompletionTokens ? "max_completion_tokens" : "max_tokens"] = JSONValue(limit)
    }
    if let seed = sampling.seed { body["seed"] = JSONValue(seed) }
    if !sampling.stop.isEmpty { body["stop"] = .array(sampling.stop.map { JSONValue($0) }) }
    body["stream"] = JSONValue(streams)
    if streams { body["stream_options"] = ["include_usage": true] }
    body.add(options: options)
    return .object(body)
  }

  var reading: PromptReading {
    var reading = PromptReading(request.messages)
    // vLLM's and others' own ways to ask for a cut.
    reading.mayBeCut = options["truncate_prompt_tokens"] != nil || options["truncation"] != nil
    return reading
  }
}

extension ChatRequest {
  init(_ endpoint: Endpoint, options: JSONObject, request: ModelRequest, streams: Bool) {
    self.init(
      model: endpoint.model, usesMaxCompletionTokens: endpoint.usesMaxCompletionTokens, request: request,
      options: options, streams: streams)
  }
}
