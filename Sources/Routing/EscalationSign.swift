/// Something that can be seen of an answer without knowing the right one, and that a cascade asks the next arm for.
package enum EscalationSign: String, Sendable, Hashable, CaseIterable, Comparable {
  /// The reply is empty, was filtered, or broke off.
  case noAnswer = "no-answer"
  /// The model declined, in the API's own way or in words.
  case refusal
  /// The answer is not in the form that the graders ask for, such as a JSON Schema.
  case invalidFormat = "invalid-format"
  /// A limit on tokens cut the answer off.
  case cut

  /// In the order they are listed.
  package static func < (left: Self, right: Self) -> Bool {
    let order = allCases
    return order.firstIndex(of: left) ?? 0 < order.firstIndex(of: right) ?? 0
  }

  /// What a sentence calls it.
  package var words: String {
    switch self {
    case .noAnswer: "no answer"
    case .refusal: "a refusal"
    case .invalidFormat: "the wrong form"
    case .cut: "cut off"
    }
  }

  /// Whether a short answer declines in words, in one of the usual forms.
  package static func isRefusal(_ text: String) -> Bool {
    let start = text.prefix(200).lowercased().replacing("\u{2019}", with: "'")
    return phrases.contains { start.contains($0) } && text.utf8.count < 600
  }

  private static let phrases = [
    "i can't help", "i cannot help", "i can't assist", "i cannot assist", "i'm unable to", "i am unable to",
    "i can't provide", "i cannot provide", "i'm not able to", "i am not able to", "as an ai", "i'm sorry, but i can",
    "i'm sorry, i can", "i won't be able to", "i must decline",
  ]
}
