import Content
import WorkbenchCore

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
