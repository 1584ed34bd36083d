import Content
import WorkbenchCore

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
