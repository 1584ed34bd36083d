import Content
import WorkbenchCore

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
