/// ROUGE as rouge-score works it out without stemming (Lin 2004). Tokens are runs of a–z and 0–9 after mapping to lower
/// case; with several references, the one with the highest F1 counts.
struct ROUGE: Sendable, Hashable {
  /// What is compared.
  enum Kind: Sendable, Hashable {
    /// N-grams of so many tokens.
    case grams(Int)
    /// The longest common subsequence.
    case sequence
  }

  /// How tokens are made.
  enum Tokens: String, Sendable, Hashable, CaseIterable {
    /// Runs of a–z and 0–9, as rouge-score has it.
    case ascii
    /// Runs of letters, marks and digits of any script; each Chinese or Japanese character by itself.
    case unicode
  }

  /// Precision, recall and their harmonic mean, 0 to 1.
  struct Result: Sendable, Hashable {
    var precision = 0.0
    var recall = 0.0
    var f1: Double { precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }
  }

  var kind: Kind
  var tokens = Tokens.ascii

  /// The most that the lengths of two texts in tokens, multiplied, may be for the longest common subsequence.
  static let mostPairs = 4_000_000_000

  /// The result; nil where the texts are too long.
  /// - Parameter references: at least one.
  func score(_ answer: String, references: [String]) -> Result? {
    var table = NGramTable()
    let found = table.numbers(of: words(answer))
    var best = Result()
    for (place, reference) in references.enumerated() {
      let wanted = table.numbers(of: words(reference))
      let result: Result
      switch kind {
      case .grams(let length):
        let match = NGramMatch(
          found: table.counts(found, order: length)[length - 1],
          wanted: table.counts(wanted, order: length)[length - 1])
        result = Result(
          precision: Double(match.shared) / Double(max(1, match.found)),
          recall: Double(match.shared) / Double(max(1, match.wanted)))
      case .sequence:
        guard found.count.multipliedReportingOverflow(by: wanted.count).partialValue <= Self.mostPairs else {
          return nil
        }
        let length = Double(LongestCommonSubsequence.length(found, wanted))
        result = Result(
          precision: length / Double(max(1, found.count)), recall: length / Double(max(1, wanted.count)))
      }
      if place == 0 || result.f1 > best.f1 { best = result }
    }
    return best
  }

  /// The tokens of a text.
  func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    func end() {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    for scalar in PythonText.lowercased(text).unicodeScalars {
      switch tokens {
      case .ascii:
        if ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
          word.unicodeScalars.append(scalar)
        } else {
          end()
        }
      case .unicode:
        if Self.standsAlone(scalar) {
          end()
          words.append(String(scalar))
        } else if scalar.properties.isAlphabetic || Self.isMarkOrNumber(scalar) {
          word.unicodeScalars.append(scalar)
        } else {
          end()
        }
      }
    }
    end()
    return words
  }

  private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
    default: false
    }
  }

  private static func isMarkOrNumber(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }
}

/// The length of the longest common subsequence.
enum LongestCommonSubsequence {
  /// Works 64 pairs at a time (Hyyrö 2004, "Bit-parallel LCS-length computation revisited"), so it takes
  /// ⌈a ÷ 64⌉ × b steps.
  static func length(_ a: [Int], _ b: [Int]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return 0 }
    let count = (a.count + 63) / 64
    var places: [Int: [(word: Int, bits: UInt64)]] = [:]
    for (place, token) in a.enumerated() {
      let (word, bit) = (place / 64, UInt64(1) << UInt64(place % 64))
      if let last = places[token]?.indices.last, places[token]?[last].word == word {
        places[token]?[last].bits |= bit
      } else {
        places[token, default: []].append((word, bit))
      }
    }
    // A zero bit stands for a position at which the common subsequence grows.
    var row = [UInt64](repeating: .max, count: count)
    for token in b {
      guard let matches = places[token] else { continue }
      var next = 0
      var carry: UInt64 = 0
      for word in 0..<count {
        var bits: UInt64 = 0
        if next < matches.count, matches[next].word == word {
          bits = matches[next].bits
          next += 1
        }
        let old = row[word]
        let meant = old & bits
        let (first, firstCarry) = old.addingReportingOverflow(meant)
        let (sum, secondCarry) = first.addingReportingOverflow(carry)
        carry = firstCarry || secondCarry ? 1 : 0
        row[word] = sum | (old & ~bits)
      }
    }
    var length = row.reduce(0) { $0 + (~$1).nonzeroBitCount }
    // Bits beyond the end of `a` stay ones unless a carry ran into them.
    let spare = count * 64 - a.count
    if spare > 0 { length -= (~row[count - 1] >> UInt64(64 - spare)).nonzeroBitCount }
    return length
  }
}
