import Grading

/// Why what a model sent is no answer that could be judged. It was paid for and is kept; asking again would bring the same.
package enum NoAnswer: String, Sendable, Hashable, CaseIterable {
  /// The limit on tokens was reached while the model was still reasoning.
  case reasoningCut = "reasoning_cut"
  /// The reply has no text.
  case empty
  /// The completion has no choice to read an answer from.
  case noChoice = "no_choice"
  /// A content filter stopped it.
  case filtered = "content_filter"
  /// The model declined in the API's own way.
  case refused = "refusal"
  /// The server says that it went wrong, or was broken off, after it had begun.
  case brokenOff = "broken_off"

  /// What an answer is where it is none; nil for one that can be judged.
  /// - Parameter keepsReasoning: whether reasoning is part of the answer, so that an open block of it is one, too.
  package init?(_ answer: Answer, keepsReasoning: Bool = false) {
    let reason = answer.finishReason?.lowercased()
    if let reason {
      if Self.filterReasons.contains(reason) { self = .filtered; return }
      if reason == Answer.refusal { self = .refused; return }
      if reason == Answer.noChoice { self = .noChoice; return }
      if Self.failureReasons.contains(reason) { self = .brokenOff; return }
    }
    let parts = AnswerText(answer.text, reasoning: keepsReasoning ? .keep : .cut)
    guard parts.text.utf8.allSatisfy({ $0 <= 0x20 }) || parts.isUnclosed else { return nil }
    if answer.isCut {
      self = .reasoningCut
    } else if parts.isUnclosed {
      // The model ended by itself and never came to an answer: that is its answer, and a wrong one.
      return nil
    } else {
      self = .empty
    }
  }

  private static let filterReasons: Set<String> = [
    Answer.contentFilter, "safety", "blocked", "blocklist", "prohibited_content", "recitation", "spii", "sensitive",
  ]
  private static let failureReasons: Set<String> = [
    "error", "abort", "aborted", "cancelled", "canceled", "network_error",
  ]

  /// What happened and what to do, as a sentence.
  /// - Parameter answer: what was sent.
  package func sentence(_ answer: Answer) -> String {
    let word = answer.finishReason.map { " (finish reason \($0))" } ?? ""
    switch self {
    case .reasoningCut where answer.finishReason == Answer.contextFull:
      return
        "No answer: the model's context was full while it was reasoning\(word). Shorten the prompt, or give the model a "
        + "larger context."
    case .reasoningCut: return "No answer: reasoning used up the limit on tokens\(word). Raise max_tokens."
    case .empty: return "No answer: the reply has no text\(word). A reasoning model may need a higher max_tokens."
    case .noChoice:
      return "No answer: the server sent a completion without a choice. Its log, or a content filter, may say why."
    case .filtered: return "No answer: a content filter stopped it\(word)."
    case .refused:
      let words = answer.text.split(whereSeparator: \.isNewline).first.map { ": " + $0.prefix(120) } ?? ""
      return "No answer: the model refused\(words)"
    case .brokenOff: return "No answer: the server broke it off\(word)."
    }
  }

  /// What a list of counts calls it.
  package func words(_ count: Int) -> String {
    switch self {
    case .reasoningCut: "\(count) cut while reasoning"
    case .empty: "\(count) empty"
    case .noChoice: "\(count) without a choice"
    case .filtered: "\(count) filtered"
    case .refused: count == 1 ? "1 refusal" : "\(count) refusals"
    case .brokenOff: "\(count) broken off by the server"
    }
  }
}
