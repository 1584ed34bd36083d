import Content
import Domain

/// A line that a program writes in answer to a request.
///
/// `{"id", "output"}` is a whole answer; it may add `finish_reason`, and `usage` as of a chat completion. `{"id", "delta"}`
/// is the next piece of one. `{"id", "error"}` says why there is none: the same request isn't asked again, unless the line
/// adds `retry_after` in seconds. An output that isn't a text counts as its JSON text.
struct CommandLine {
  /// What it says.
  enum Content {
    case delta(String)
    case output(String, finishReason: String?, usage: TokenUsage)
    case failure(ModelFailure)
  }

  /// Which request it answers.
  let id: String
  /// What it says.
  let content: Content

  /// Reads a line; nil for what is no answer, such as something printed by mistake.
  init?(_ bytes: [UInt8], from peer: Peer) {
    guard let text = String(validating: bytes, as: UTF8.self), let json = try? JSONValue(parsing: text),
      let id = json["id"]?.string ?? json["id"]?.number?.text
    else { return nil }
    self.id = id
    if let error = json["error"], !error.isNull {
      let said = peer.quote(error.string ?? error["message"]?.string ?? error.text(.compact))
      let sentence = "\(peer) gave no answer: \(said.isEmpty ? "an error without a text" : said)"
      if let wait = json["retry_after"]?.double, wait >= 0, wait.isFinite {
        content = .failure(.busy(sentence, retryAfter: min(wait, RetryDelay.longest)))
      } else {
        content = .failure(.rejected(sentence))
      }
    } else if let output = json["output"] {
      content = .output(
        output.string ?? output.text(.compact), finishReason: json["finish_reason"]?.string,
        usage: json["usage"].map { TokenUsage(chat: $0) } ?? TokenUsage())
    } else if let delta = json["delta"]?.string {
      content = .delta(delta)
    } else {
      content = .failure(.malformed("\(peer) sent a line with neither output, delta nor error. Correct the program."))
    }
  }

  /// The line that asks a program.
  static func asking(_ request: ModelRequest, id: String, options: JSONObject) -> [UInt8] {
    var line: JSONObject = [
      "id": .string(id), "case": .string(request.caseID),
      "messages": .array(request.messages.map(\.json)),
    ]
    line["tools"] = request.tools
    let sampling = request.sampling
    if let temperature = sampling.temperature { line["temperature"] = JSONValue(temperature) }
    if let topP = sampling.topP { line["top_p"] = JSONValue(topP) }
    if let limit = sampling.maxTokens { line["max_tokens"] = JSONValue(limit) }
    if let seed = sampling.seed { line["seed"] = JSONValue(seed) }
    if !sampling.stop.isEmpty { line["stop"] = .array(sampling.stop.map { .string($0) }) }
    if !options.isEmpty { line["options"] = .object(options) }
    return Array((JSONValue.object(line).text(.compact) + "\n").utf8)
  }
}
