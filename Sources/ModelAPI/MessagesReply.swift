import Content
import WorkbenchCore

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
