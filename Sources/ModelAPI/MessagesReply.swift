import Grading
import WorkbenchCore

/// What Anthropic's Messages API has answered so far: one `message`, or the events of a streamed one.
struct MessagesReply: ChatReplying {
  private(set) var text = ""
  private(set) var finishReason: String?
  private(set) var usage = TokenUsage()
  private(set) var hasChoice = false
  private(set) var isWhole = false

  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String {
    var added = ""
    switch json["type"]?.string {
    case "error": throw ServerFailure.inBody(json, from: peer)
    case "message": added = take(message: json)
    case "message_start": added = take(message: json["message"] ?? .null)
    case "content_block_start": added = Self.text(of: json["content_block"])
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
    return (message["content"]?.array ?? []).map { Self.text(of: $0) }.joined()
  }

  /// The text of a block that is part of the answer; thinking isn't.
  private static func text(of block: JSONValue?) -> String {
    block?["type"] == "text" ? block?["text"]?.string ?? "" : ""
  }

  /// Takes counts in; later ones, which are sums so far, take the place of earlier ones.
  private mutating func count(_ json: JSONValue?) {
    func number(_ name: String) -> Int? { json?[name]?.int.flatMap { $0 >= 0 ? $0 : nil } }
    if let output = number("output_tokens") { usage.completion = output }
    guard let fresh = number("input_tokens") else { return }
    let cached = number("cache_read_input_tokens")
    usage.prompt = fresh + (cached ?? 0) + (number("cache_creation_input_tokens") ?? 0)
    usage.cachedPrompt = cached
  }
}
