import Content
import Domain

extension Endpoint.Dialect {
  /// OpenAI's chat completions, which nearly every server speaks.
  package static let chat = Endpoint.Dialect(
    word: "openai", title: "OpenAI's chat completions", usualAddress: "https://api.openai.com/v1",
    usualKey: "OPENAI_API_KEY", hasTwoLimitNames: true, takesWholeMessages: true, canTune: true,
    reservedOptions: [
      "stream_options": written, "n": "One answer is read for each request; remove it.",
      "max_tokens": inVariant("max_tokens"),
      "max_completion_tokens":
        "The limit belongs to a variant, as max_tokens; it is sent by this name where the server wants that, or always with "
        + "the model's own key max_completion_tokens: true.",
      "seed": inVariant("seed"), "stop": inVariant("stop"),
    ])
}

extension APIDialect {
  /// OpenAI's chat completions.
  static let chat = APIDialect(
    .chat, ChatRequest.self, canBatch: true, probe: Probe(tokenCount: .tokenize, isChatCompletion: true))
}

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
    body["messages"] = .array(request.messages.map(\.json))
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
    // A case's own tools count before those of the model's options.
    if let tools = request.tools { body["tools"] = tools }
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

/// What a chat completion has said so far.
struct ChatReply: ChatReplying {
  private(set) var text = ""
  /// What the model thought aloud, which is no part of its answer.
  private(set) var reasoning = ""
  private(set) var toolCalls = ToolCalls()
  /// The server's word; a refusal by the API's own way counts more.
  var finishReason: String? {
    if isRefused { return Answer.refusal }
    return ownReason ?? (isPromptFiltered && lacksChoice ? Answer.contentFilter : nil)
  }
  private var ownReason: String?
  private var isRefused = false
  private(set) var usage = TokenUsage()
  /// Azure's word that the prompt itself was filtered, and there is nothing to choose from.
  private var isPromptFiltered = false
  private(set) var hasChoice = false
  private(set) var lacksChoice = true
  /// Its last word is no object: `[DONE]`.
  let isWhole = false

  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    guard let object = json.object else {
      throw .malformed("\(peer) sent a JSON \(json.kind) where a chat completion was expected. Check base_url.")
    }
    if object["object"] == "error" { throw ServerFailure.inBody(json, from: peer) }
    if let error = object["error"], !error.isNull { throw ServerFailure.inBody(json, from: peer) }
    if let counted = object["usage"], counted.object != nil {
      let tier = usage.tier
      usage = TokenUsage(chat: counted)
      usage.tier = tier
    }
    if let tier = object["service_tier"]?.tier { usage.tier = tier }
    guard let choices = object["choices"]?.array else {
      if object["usage"] != nil || hasChoice { return "" }
      throw .malformed("\(peer) sent an object without choices, so it is no chat completion. Check base_url.")
    }
    var added = ""
    hasChoice = true
    for result in object["prompt_filter_results"]?.array ?? [] {
      let categories = result["content_filter_results"]?.object ?? [:]
      if categories.contains(where: { $0.value["filtered"]?.bool == true }) { isPromptFiltered = true }
    }
    for choice in choices where (choice["index"]?.int ?? 0) == 0 {
      lacksChoice = false
      if let reason = choice["finish_reason"]?.string, !reason.isEmpty { ownReason = reason }
      guard let message = choice["delta"] ?? choice["message"] else { continue }
      reasoning += Self.text(of: message["reasoning_content"] ?? message["reasoning"])
      let content = Self.text(of: message["content"])
      let refusal = Self.text(of: message["refusal"])
      if content.isEmpty, !refusal.isEmpty { isRefused = true }
      added += content.isEmpty ? refusal : content
      for call in message["tool_calls"]?.array ?? [] { take(call) }
      if let call = message["function_call"], call.object != nil {
        // What came before tool calls; there can be only one.
        toolCalls.add(at: -1, name: call["name"]?.string, arguments: call["arguments"])
      }
    }
    text += added
    return added
  }

  /// A tool call, or a piece of one; a tool of one's own kind has its input in place of arguments.
  private mutating func take(_ call: JSONValue) {
    let called = call["function"] ?? call["custom"]
    toolCalls.add(
      at: call["index"]?.int, id: call["id"]?.string, name: called?["name"]?.string,
      arguments: called?["arguments"] ?? called?["input"])
  }

  /// Text given as a string, or as parts of which those of type `text` count.
  private static func text(of value: JSONValue?) -> String {
    if let text = value?.string { return text }
    return (value?.array ?? []).compactMap { $0["text"]?.string }.joined()
  }
}

extension TokenUsage {
  /// Reads the `usage` of a chat completion. Whatever can't be right is left out.
  ///
  /// Most servers count reasoning among `completion_tokens`. Where the total is more than both, what is left over stands
  /// beside them, and is charged like them.
  init(chat json: JSONValue) {
    let prompt = json["prompt_tokens"]?.tokenCount
    let details = json["prompt_tokens_details"]
    let cached = details?["cached_tokens"]?.tokenCount ?? json["prompt_cache_hit_tokens"]?.tokenCount
    let writes = details?["cache_write_tokens"]?.tokenCount ?? json["cache_creation_input_tokens"]?.tokenCount
    var completion = json["completion_tokens"]?.tokenCount
    if let prompt, let written = completion, let total = json["total_tokens"]?.tokenCount, total > prompt + written {
      completion = total - prompt
    }
    self.init(
      prompt: prompt, completion: completion, cachedPrompt: cached.flatMap { $0 <= prompt ?? 0 ? $0 : nil },
      cacheWrites: writes.flatMap { $0 + (cached ?? 0) <= prompt ?? 0 ? $0 : nil })
  }
}

extension JSONValue {
  /// A number of tokens of one request; nil when it can't be one. What is left can be added up without care.
  package var tokenCount: Int? { int.flatMap { (0...1_000_000_000).contains($0) ? $0 : nil } }

  /// The name of a service tier, in small letters.
  var tier: String? {
    string.flatMap { name in
      let name = name.lowercased()
      return name.isEmpty || name.utf8.count > 40 ? nil : name
    }
  }
}
