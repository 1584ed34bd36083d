import Content
import WorkbenchCore

/// What Ollama's own API has answered so far: one object, or the lines of a streamed answer.
///
/// Ollama may cut a prompt that doesn't fit into the model's context and answer as if nothing had happened. Such an answer
/// is none: it is refused when the counts show it. An answer that ran into the end of the context is kept, and its finish
/// reason is `context_full`.
struct OllamaReply: ChatReplying {
  static let addressAdvice = "Check base_url: Ollama's own API has no version at its end, as in http://127.0.0.1:11434."

  /// Text of more bytes than this for each counted token was not read whole: tokens have about four.
  private static let mostBytesPerToken = 16
  /// Shorter prompts fit into every context.
  private static let longPrompt = 4096

  private(set) var text = ""
  private(set) var toolCalls = ToolCalls()
  private(set) var finishReason: String?
  private(set) var usage = TokenUsage()
  private(set) var hasChoice = false
  private(set) var isWhole = false
  private let context: Int?
  private let limit: Int?
  private let promptBytes: Int
  private let mayCutPrompt: Bool

  init() { self.init(context: nil, limit: nil, promptBytes: 0, mayCutPrompt: true) }

  /// An answer of which nothing has come yet.
  /// - Parameter context: the tokens that prompt and answer may have together, where we set it.
  /// - Parameter limit: the tokens that the answer may have, where we set it.
  /// - Parameter promptBytes: the length of all messages.
  /// - Parameter mayCutPrompt: whether a person allows that the prompt is cut.
  init(context: Int?, limit: Int?, promptBytes: Int, mayCutPrompt: Bool) {
    self.context = context
    self.limit = limit
    self.promptBytes = promptBytes
    self.mayCutPrompt = mayCutPrompt
  }

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
      try checkContext(peer)
    }
    return added
  }

  /// Looks whether prompt and answer fitted into the context.
  private mutating func checkContext(_ peer: Peer) throws(ModelFailure) {
    guard let prompt = usage.prompt else { return }
    let completion = usage.completion ?? 0
    if !mayCutPrompt {
      if let context, prompt >= context {
        throw .rejected(
          "\(peer) read \(prompt) tokens of the prompt, which fills the model's whole context (num_ctx \(context)): the "
            + "rest was cut off. Raise num_ctx among the model's options.")
      }
      if promptBytes >= Self.longPrompt, promptBytes / Self.mostBytesPerToken > prompt {
        throw .rejected(
          "\(peer) read only \(prompt) tokens of a prompt of \(promptBytes) bytes, so most of it was cut off. Raise "
            + "num_ctx among the model's options, or set truncate: true there if that is wanted.")
      }
    }
    let isShort = limit.map { completion < $0 } ?? false
    if let context, prompt + completion >= context {
      finishReason = "context_full"
    } else if finishReason == "length", isShort {
      finishReason = "context_full"
    }
  }
}
