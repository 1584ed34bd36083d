/// How many answers repeat training rows word for word: a model that was tuned too long says what it has read instead of
/// what is asked (Carlini et al. 2022 call such text memorised).
package struct VerbatimCopies: Sendable, Hashable {
  /// One answer with the longest run of words that it shares with a training answer.
  package struct Copy: Sendable, Hashable {
    /// The place of the answer among those that were looked at.
    package var answer: Int
    /// The place of the training answer.
    package var row: Int
    /// How many words in a row.
    package var words: Int
  }

  /// Words in a row that are taken for a copy: fewer stand in many texts by chance, or by the form that is asked for.
  package static let fewestWords = 12

  /// Answers that were looked at.
  package let answers: Int
  /// Those that repeat a training row, in their order.
  package let copies: [Copy]
  /// The share of answers that do, 0 to 1; 0 without answers.
  package var share: Double { answers > 0 ? Double(copies.count) / Double(answers) : 0 }

  /// Looks for copies.
  /// - Parameter answers: what the model said, each with the texts that it may well repeat: what it was asked, and what was
  ///   expected.
  /// - Parameter rows: the answers that were learnt.
  package init(answers: [(text: String, known: [String])], rows: [String]) {
    self.answers = answers.count
    let size = Self.fewestWords
    let said = answers.map { Self.words($0.text) }
    // Answers are few and rows many: what is looked for is kept, and the rows go by.
    var places: [Int: [(answer: Int, at: Int)]] = [:]
    for (answer, words) in said.enumerated() where words.count >= size {
      for at in 0...(words.count - size) { places[Self.mark(words, at), default: []].append((answer, at)) }
    }
    let known = answers.map { $0.known.map(Self.words) }
    var best: [Int: Copy] = [:]
    if !places.isEmpty {
      for (number, row) in rows.enumerated() {
        let words = Self.words(row)
        guard words.count >= size else { continue }
        for start in 0...(words.count - size) {
          for place in places[Self.mark(words, start)] ?? [] {
            let answer = said[place.answer]
            // Only where a run begins: the rest of it was seen from there.
            if place.at > 0, start > 0, answer[place.at - 1] == words[start - 1] { continue }
            var length = 0
            while place.at + length < answer.count, start + length < words.count,
              answer[place.at + length] == words[start + length]
            {
              length += 1
            }
            guard length >= size, length > best[place.answer]?.words ?? 0 else { continue }
            let run = Array(answer[place.at..<place.at + length])
            if known[place.answer].contains(where: { Self.contains($0, run) }) { continue }
            best[place.answer] = Copy(answer: place.answer, row: number, words: length)
          }
        }
      }
    }
    copies = best.values.sorted { $0.answer < $1.answer }
  }

  /// A number for so many words from a place on; other words may have the same.
  private static func mark(_ words: [Substring], _ at: Int) -> Int {
    var hasher = Hasher()
    for word in words[at..<at + fewestWords] { hasher.combine(word) }
    return hasher.finalize()
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
