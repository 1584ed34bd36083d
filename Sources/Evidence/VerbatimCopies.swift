/// How many answers repeat training rows word for word: a model that was tuned too long says what it has read instead of
/// what is asked (Carlini et al. 2022 call such text memorised).
public struct VerbatimCopies: Sendable, Hashable {
  /// One answer with the longest run of words that it shares with a training answer.
  public struct Copy: Sendable, Hashable {
    /// The place of the answer among those that were looked at.
    public var answer: Int
    /// The place of the training answer.
    public var row: Int
    /// How many words in a row.
    public var words: Int
  }

  /// Words in a row that are taken for a copy: fewer stand in many texts by chance, or by the form that is asked for.
  public static let fewestWords = 12

  /// Answers that were looked at.
  public let answers: Int
  /// Those that repeat a training row, in their order.
  public let copies: [Copy]
  /// The share of answers that do, 0 to 1; 0 without answers.
  public var share: Double { answers > 0 ? Double(copies.count) / Double(answers) : 0 }

  /// Looks for copies.
  /// - Parameter answers: what the model said, each with the texts that it may well repeat: what it was asked, and what was
  ///   expected.
  /// - Parameter rows: the answers that were learnt.
  public init(answers: [(text: String, known: [String])], rows: [String]) {
    self.answers = answers.count
    let size = Self.fewestWords
    var places: [[Substring]: (row: Int, at: Int)] = [:]
    let learnt = rows.map(Self.words)
    for (row, words) in learnt.enumerated() where words.count >= size {
      for at in 0...(words.count - size) where places[Array(words[at..<at + size])] == nil {
        places[Array(words[at..<at + size])] = (row, at)
      }
    }
    var copies: [Copy] = []
    for (index, answer) in answers.enumerated() {
      let words = Self.words(answer.text)
      guard words.count >= size else { continue }
      let known = answer.known.map(Self.words)
      var best: Copy?
      var at = 0
      while at + size <= words.count {
        guard let place = places[Array(words[at..<at + size])] else {
          at += 1
          continue
        }
        var length = size
        let row = learnt[place.row]
        while at + length < words.count, place.at + length < row.count, words[at + length] == row[place.at + length] {
          length += 1
        }
        let run = Array(words[at..<at + length])
        let isExpected = known.contains { Self.contains($0, run) }
        if !isExpected, length > best?.words ?? 0 { best = Copy(answer: index, row: place.row, words: length) }
        at += length
      }
      if let best { copies.append(best) }
    }
    self.copies = copies
  }

  /// A text's words in lower case, without what stands between them.
  private static func words(_ text: String) -> [Substring] {
    Substring(text.lowercased()).split { !$0.isLetter && !$0.isNumber }
  }

  private static func contains(_ words: [Substring], _ run: [Substring]) -> Bool {
    guard let first = run.first, words.count >= run.count else { return false }
    return (0...(words.count - run.count)).contains { words[$0] == first && Array(words[$0..<$0 + run.count]) == run }
  }
}
