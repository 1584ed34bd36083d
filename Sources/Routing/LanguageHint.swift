/// A guess at the language of a text, from the words that are the most frequent in each, or from its script.
package enum LanguageHint {
  /// The languages that are guessed; those that a script alone decides have the script's name.
  package static let known =
    frequent.map(\.language) + ["zh", "ja", "ko", "cyrillic", "arabic", "hebrew", "greek", "thai", "devanagari"]

  private static let mostWords = 300

  private static let frequent: [(language: String, words: Set<String>)] = [
    ("en", ["the", "and", "is", "to", "of", "i", "you", "my", "it", "in", "for", "not", "this", "with", "have"]),
    (
      "de", ["der", "die", "das", "und", "ist", "ich", "nicht", "ein", "eine", "zu", "mit", "auf", "für", "wir", "sie"]
    ),
    ("fr", ["le", "la", "les", "et", "est", "je", "des", "une", "pas", "pour", "que", "dans", "vous", "nous", "du"]),
    ("es", ["el", "los", "las", "y", "es", "una", "por", "para", "que", "con", "mi", "del", "está", "muy", "pero"]),
    (
      "it",
      ["il", "gli", "è", "che", "non", "una", "per", "di", "sono", "della", "mio", "ho", "questo", "più", "anche"]
    ),
    ("pt", ["o", "os", "uma", "não", "para", "com", "é", "eu", "meu", "em", "do", "da", "você", "está", "mais"]),
    (
      "nl",
      ["het", "een", "en", "van", "ik", "niet", "dat", "op", "voor", "mijn", "zijn", "wij", "ook", "maar", "naar"]
    ),
  ]

  private static let hints: [String: [Int]] = {
    var table: [String: [Int]] = [:]
    for (place, entry) in frequent.enumerated() { for word in entry.words { table[word, default: []].append(place) } }
    return table
  }()

  /// The language that words suggest: at least two frequent words of one language, a tenth of all, and more than of any
  /// other; or a third of the words in one script.
  static func language(of words: [String]) -> String? {
    let words = words.prefix(mostWords)
    guard !words.isEmpty else { return nil }
    var counts = [Int](repeating: 0, count: frequent.count)
    var scripts: [String: Int] = [:]
    for word in words {
      for place in hints[word] ?? [] { counts[place] += 1 }
      if let first = word.unicodeScalars.first, first.value > 0x36F, let script = script(of: first) {
        scripts[script, default: 0] += 1
      }
    }
    if let most = scripts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), most.value * 3 >= words.count {
      // Japanese is written in Chinese characters, too.
      return most.key == "zh" && (scripts["ja"] ?? 0) * 10 >= most.value ? "ja" : most.key
    }
    let best = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    let isAlone = counts.indices.allSatisfy { $0 == best || counts[$0] < counts[best] }
    return counts[best] >= 2 && counts[best] * 10 >= words.count && isAlone ? frequent[best].language : nil
  }

  private static func script(of scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x370...0x3FF: "greek"
    case 0x400...0x52F: "cyrillic"
    case 0x590...0x5FF: "hebrew"
    case 0x600...0x6FF, 0x750...0x77F: "arabic"
    case 0x900...0x97F: "devanagari"
    case 0xE00...0xE7F: "thai"
    case 0x3040...0x30FF: "ja"
    case 0xAC00...0xD7AF, 0x1100...0x11FF: "ko"
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2FA1F: "zh"
    default: nil
    }
  }

  /// Whether a character stands for a word or a syllable, without spaces around.
  static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xE00...0xE7F, 0x20000...0x2FA1F: true
    default: false
    }
  }
}
