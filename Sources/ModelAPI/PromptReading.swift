import Domain

/// Whether a server read a prompt whole, as far as its counts show.
///
/// Servers whose context is too small may cut the prompt and answer as if nothing had happened. Such an answer is none. What
/// counts as too few tokens is far below what any tokenizer makes of the text, so that no alarm is false: a word is at
/// least one token, however long, and scripts without blanks have at most so many characters in one.
package struct PromptReading: Sendable {
  /// Shorter prompts, in bytes, fit into every context.
  private static let longPrompt = 4096
  /// Servers that count fewer tokens of a long prompt don't count what they read: there is no context so small.
  private static let smallestContext = 256
  /// Letters that a token has at most on average, in words of alphabets.
  private static let lettersPerToken = 16
  /// The same of Chinese, Japanese and Korean characters.
  private static let charactersPerToken = 6
  /// How many of the fewest tokens are enough.
  private static let enough = 0.75

  private let messages: [ChatMessage]
  /// The tokens that prompt and answer may have together, where that is known.
  package var context: Int?
  /// Whether a person allows that the prompt is cut.
  package var mayBeCut = false

  package init(_ messages: [ChatMessage]) { self.messages = messages }

  /// The fewest tokens that a text can have. Characters that repeat the one before count once: a token may hold many.
  static func fewestTokens(of text: String) -> Int {
    var tokens = 0
    var (letters, characters) = (0, 0)
    var last: UInt32 = 0
    var scalar: UInt32 = 0
    func ended() -> Int { (letters + lettersPerToken - 1) / lettersPerToken + characters / charactersPerToken }
    func take() {
      if scalar <= 0x20 {
        tokens += ended()
        (letters, characters) = (0, 0)
      } else if scalar != last {
        if scalar >= 0x2E80 {
          characters += 1
        } else if scalar >= 0x80 || isLetterOrDigit(UInt8(truncatingIfNeeded: scalar)) {
          letters += 1
        }
      }
      last = scalar
    }
    // Looking up what a scalar is would take longer than all the rest.
    for byte in text.utf8 {
      if byte & 0xC0 == 0x80 {
        scalar = scalar << 6 | UInt32(byte & 0x3F)
        continue
      }
      take()
      scalar = UInt32(byte < 0x80 ? byte : byte < 0xE0 ? byte & 0x1F : byte < 0xF0 ? byte & 0x0F : byte & 0x07)
    }
    take()
    return tokens + ended()
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }

  /// What is wrong with an answer, by what its server counted.
  /// - Parameter advice: what gives the server a larger context.
  func failure(_ usage: TokenUsage, from peer: Peer, advice: String) -> ModelFailure? {
    guard let prompt = usage.prompt, !mayBeCut else { return nil }
    if let context, prompt >= context {
      return .rejected(
        "\(peer) read \(prompt) tokens of the prompt, which fills the model's whole context (num_ctx \(context)): the "
          + "rest was cut off. \(advice)")
    }
    // Some servers count cached tokens apart, others among the rest.
    let read = prompt + (usage.cachedPrompt ?? 0)
    let bytes = messages.reduce(0) { $0 + $1.content.utf8.count }
    // No text has a word for each byte.
    guard bytes >= Self.longPrompt, read >= Self.smallestContext, read < bytes / 2 else { return nil }
    let fewest = messages.reduce(0) { $0 + Self.fewestTokens(of: $1.content) }
    guard Double(read) < Double(fewest) * Self.enough else { return nil }
    return .rejected(
      "\(peer) read only \(prompt) tokens of a prompt of \(bytes) bytes, which has at least \(fewest): the rest was cut "
        + "off. \(advice)")
  }

  /// Says so where an answer ended because the context was full, and not at its own limit.
  func noteContext(_ answer: inout Answer, limit: Int?) {
    let completion = answer.usage.completion
    if answer.isCut, let limit, let completion, completion < limit { answer.finishReason = Answer.contextFull }
    if let context, let prompt = answer.usage.prompt, prompt + (completion ?? 0) >= context {
      answer.finishReason = Answer.contextFull
    }
  }
}
