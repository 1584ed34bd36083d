/// The chrF of one sentence as sacrebleu works it out: F2 of the mean precision and recall of n-grams of 1 to 6
/// characters, white space left out (Popović 2015), and with `wordOrder` of n-grams of words, too (chrF++, 2017).
struct ChrF: Sendable, Hashable {
  /// The longest n-grams of words; 2 makes it chrF++.
  var wordOrder = 0
  var ignoresCase = false

  private static let characterOrder = 6
  private static let factor = 4.0

  /// The score, 0 to 1: that of the best reference.
  func score(_ answer: String, references: [String]) -> Double {
    var characters = NGramTable()
    var words = NGramTable()
    let found = counts(answer, &characters, &words)
    return references.map { reference in
      Self.score(
        zip(found, counts(reference, &characters, &words)).map { NGramMatch(found: $0, wanted: $1) })
    }.max() ?? 0
  }

  private func counts(_ text: String, _ characters: inout NGramTable, _ words: inout NGramTable) -> [[Int: Int]] {
    let text = ignoresCase ? PythonText.lowercased(text) : text
    let scalars = text.unicodeScalars.lazy.filter { !PythonText.isSpace($0) }.map { Int($0.value) }
    var counts = characters.counts(Array(scalars), order: Self.characterOrder)
    if wordOrder > 0 {
      counts += words.counts(words.numbers(of: Self.words(text)), order: wordOrder)
    }
    return counts
  }

  /// Words, of which a sign at the end stands alone, or else one at the start.
  private static func words(_ text: String) -> [Substring] {
    PythonText.words(text).flatMap { word -> [Substring] in
      let scalars = word.unicodeScalars
      guard let last = scalars.indices.last, last > scalars.startIndex else { return [word] }
      if isSign(scalars[last]) { return [word[..<last], word[last...]] }
      let second = scalars.index(after: scalars.startIndex)
      return isSign(scalars[scalars.startIndex]) ? [word[..<second], word[second...]] : [word]
    }
  }

  private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }

  private static func score(_ matches: [NGramMatch]) -> Double {
    let meant = matches.filter { $0.found > 0 && $0.wanted > 0 }
    guard !meant.isEmpty else { return 0 }
    let precision = meant.reduce(0) { $0 + Double($1.shared) / Double($1.found) } / Double(meant.count)
    let recall = meant.reduce(0) { $0 + Double($1.shared) / Double($1.wanted) } / Double(meant.count)
    guard precision + recall > 0 else { return 0 }
    return (1 + factor) * precision * recall / (factor * precision + recall)
  }
}
