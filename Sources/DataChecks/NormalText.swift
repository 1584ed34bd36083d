/// A text reduced to what tells it from others: lower-case words with one space between them.
///
/// A word is a run of letters, digits and marks; a character of a script that writes no spaces, and a symbol such as an
/// emoji, is a word of its own. Punctuation is dropped, unless there is nothing else.
struct NormalText {
  /// The words with a space between, as Unicode scalars.
  private(set) var scalars: [UInt32] = []
  /// A hash of each word, in order.
  private(set) var words: [UInt64] = []

  init(_ text: String) {
    scalars.reserveCapacity(text.utf8.count)
    if text.utf8.allSatisfy({ $0 < 0x80 }) { readASCII(text) } else { readUnicode(text) }
    if words.isEmpty, !text.isEmpty { takeAsItIs(text) }
  }

  /// A hash of the whole.
  var hash: UInt64 {
    Hash.mixed(scalars.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }

  private mutating func readASCII(_ text: String) {
    var word: UInt64 = 0
    var isInside = false
    for byte in text.utf8 {
      let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
      if lower &- 0x61 < 26 || lower &- 0x30 < 10 {
        take(UInt32(lower), &word, &isInside)
      } else if isInside {
        end(word, &isInside)
      }
    }
    if isInside { end(word, &isInside) }
  }

  private mutating func readUnicode(_ text: String) {
    var word: UInt64 = 0
    var isInside = false
    for scalar in text.lowercased().unicodeScalars {
      switch Self.kind(of: scalar) {
      case .part: take(scalar.value, &word, &isInside)
      case .whole:
        if isInside { end(word, &isInside) }
        take(scalar.value, &word, &isInside)
        end(word, &isInside)
      case .separator: if isInside { end(word, &isInside) }
      }
    }
    if isInside { end(word, &isInside) }
  }

  private mutating func takeAsItIs(_ text: String) {
    scalars = text.unicodeScalars.filter { !$0.properties.isWhitespace }.map(\.value)
    if !scalars.isEmpty { words = [hash] }
  }

  private mutating func take(_ scalar: UInt32, _ word: inout UInt64, _ isInside: inout Bool) {
    if !isInside {
      if !scalars.isEmpty { scalars.append(0x20) }
      word = 0xcbf2_9ce4_8422_2325
      isInside = true
    }
    scalars.append(scalar)
    word = (word ^ UInt64(scalar)) &* 0x100_0000_01b3
  }

  private mutating func end(_ word: UInt64, _ isInside: inout Bool) {
    words.append(Hash.mixed(word))
    isInside = false
  }

  private enum Kind { case part, whole, separator }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    let value = scalar.value
    if value < 0x80 { return value &- 0x61 < 26 || value &- 0x30 < 10 ? .part : .separator }
    // Han, Hiragana, Katakana; Thai, Lao, Khmer, Burmese.
    if 0x2e80...0x9fff ~= value || 0xf900...0xfaff ~= value || 0x20000...0x3ffff ~= value {
      return 0x3000...0x303f ~= value ? .separator : .whole
    }
    if 0x0e00...0x0eff ~= value || 0x1780...0x17ff ~= value || 0x1000...0x109f ~= value { return .whole }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return .part
    case .otherSymbol, .mathSymbol, .currencySymbol: return .whole
    default: return .separator
    }
  }

  // MARK: Pieces

  /// How many scalars a piece of text has that similarity counts: five is usual for short texts such as mails
  /// (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.2.2). So a misspelt word counts little, and
  /// scripts without spaces are treated like others.
  static let shingleLength = 5

  /// Hashes of all runs of five scalars; the whole text when it is shorter.
  var shingles: [UInt64] {
    let length = Self.shingleLength
    guard scalars.count > length else { return scalars.isEmpty ? [] : [hash] }
    let base: UInt64 = 0x9e37_79b9_7f4a_7c15
    let high = base &* base &* base &* base &* base
    var rolling: UInt64 = 0
    var result: [UInt64] = []
    result.reserveCapacity(scalars.count)
    for place in scalars.indices {
      rolling = rolling &* base &+ UInt64(scalars[place])
      if place >= length { rolling = rolling &- high &* UInt64(scalars[place - length]) }
      if place >= length - 1 { result.append(Hash.mixed(rolling)) }
    }
    return result
  }
}

/// Hashing that is the same in every process.
enum Hash {
  /// Spreads the bits (the finaliser of SplitMix64).
  static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Calls `body` with a hash of each run of `length` words and the place where it begins.
  static func forEachRun(of length: Int, in words: [UInt64], _ body: (UInt64, Int) -> Void) {
    guard length > 0, words.count >= length else { return }
    let base: UInt64 = 0xd6e8_feb8_6659_fd93
    var high: UInt64 = 1
    for _ in 0..<length { high = high &* base }
    var rolling: UInt64 = 0
    for place in words.indices {
      rolling = rolling &* base &+ words[place]
      if place >= length { rolling = rolling &- high &* words[place - length] }
      if place >= length - 1 { body(mixed(rolling &+ UInt64(length)), place - length + 1) }
    }
  }
}
