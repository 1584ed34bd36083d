import Content
import Domain

/// What a rewritten section may not do: hold cases, lose slots, or make the prompt much longer.
struct CandidateCheck {
  private let start: PromptCandidate
  private let phrases: Set<[String]>

  /// The most times as long as the prompt was at the start.
  static let mostGrowth = 1.5
  /// So many words in a row that are a case's are copied from it.
  static let copiedWords = 5

  /// - Parameter cases: all cases of the set, whatever part they are in.
  init(_ start: PromptCandidate, cases: [EvalCase]) {
    self.start = start
    var phrases: Set<[String]> = []
    for evalCase in cases {
      phrases.formUnion(Self.phrases(of: evalCase.input.text()))
      if let expected = evalCase.expected { phrases.formUnion(Self.phrases(of: expected.text())) }
    }
    // What the prompt says already isn't copied.
    for part in start.version.parts { phrases.subtract(Self.phrases(of: part.body)) }
    self.phrases = phrases
  }

  /// Why a candidate may not be tried, without a full stop; nil where it may.
  func flaw(in candidate: PromptCandidate) -> String? {
    guard Double(candidate.length) <= Self.mostGrowth * Double(start.length) else {
      return "more than half as long again as the prompt"
    }
    return nil
  }

  /// Why a text may not take a section's place, without a full stop; nil where it may.
  func flaw(in text: String, for part: PromptVersion.Part) -> String? {
    if text.allSatisfy(\.isWhitespace) { return "no text" }
    if text == part.body { return "the same text" }
    let flaws = PromptTemplate.pieces(of: text).contains { if case .flaw = $0 { true } else { false } }
    if flaws || Set(PromptTemplate.slots(of: text)) != Set(PromptTemplate.slots(of: part.body)) {
      return "other slots than the section has"
    }
    if let copied = Self.phrases(of: text).first(where: phrases.contains) {
      return "copied from a case: \"\(copied.joined(separator: " "))\""
    }
    return nil
  }

  /// All runs of five words of a text, in order, in small letters and without punctuation.
  private static func phrases(of text: String) -> [[String]] {
    let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    guard words.count >= copiedWords else { return [] }
    return (0...words.count - copiedWords).map { Array(words[$0..<$0 + copiedWords]) }
  }
}
