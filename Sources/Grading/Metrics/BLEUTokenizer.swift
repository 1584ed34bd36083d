/// The ways of taking a text apart for BLEU, under sacrebleu's names.
enum BLEUTokenizer: String, Sendable, Hashable, CaseIterable {
  /// mteval's, for languages that put spaces between words.
  case mteval = "13a"
  /// Each Chinese character is a token, and the rest is taken apart as by `13a`.
  case chinese = "zh"
  /// Each scalar that is no white space is a token.
  case characters = "char"
  /// What white space separates.
  case none

  /// The tokens of a text.
  func tokens(_ text: String) -> [Substring] {
    let text = PythonText.withoutSpaceAtEnd(text)
    switch self {
    case .mteval: return PythonText.words(Self.apart(Self.prepared(text)))
    case .chinese: return PythonText.words(Self.apart(Self.spaced(text)))
    case .characters:
      return text.unicodeScalars.indices.lazy.filter { !PythonText.isSpace(text.unicodeScalars[$0]) }
        .map { text[$0..<text.unicodeScalars.index(after: $0)] }
    case .none: return PythonText.words(text)
    }
  }

  /// Drops marks and breaks of lines, and replaces four entities.
  private static func prepared(_ text: Substring) -> [Unicode.Scalar] {
    var line = String(text)
    for (mark, replacement) in [("<skipped>", ""), ("-\n", ""), ("\n", " ")] { line.replace(mark, with: replacement) }
    if line.utf8.contains(UInt8(ascii: "&")) {
      for (entity, sign) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
        line.replace(entity, with: sign)
      }
    }
    return [" "] + Array(line.unicodeScalars) + [" "]
  }

  private static func spaced(_ text: Substring) -> [Unicode.Scalar] {
    let scalars = text.unicodeScalars
    let start = scalars.firstIndex { !PythonText.isSpace($0) } ?? scalars.endIndex
    return scalars[start...].flatMap { isChinese($0) ? [" ", $0, " "] : [$0] }
  }

  /// What sacrebleu takes for a Chinese character. It writes two ranges beyond U+FFFF with four digits, so that they
  /// reach from U+2001 to U+2A6D and from U+2F81 to U+2FA1.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2001...0x2A6D, 0x2E80...0x303F, 0x3100...0x312F, 0x31A0...0x31BF, 0x31C0...0x31EF, 0x3200...0x33FF,
      0x3400...0x4DB5, 0x4E00...0x9FBB, 0xF900...0xFA2D, 0xFA30...0xFA6A, 0xFA70...0xFAD9, 0xFE10...0xFE1F,
      0xFE30...0xFE4F, 0xFF00...0xFFEF:
      // Kangxi radicals end at U+2FDF, and U+2FE0 to U+2FEF belong to no range.
      !(0x2FE0...0x2FEF).contains(scalar.value)
    default: false
    }
  }

  /// The rules that `13a` and `zh` share: signs stand alone; so do periods and commas, unless between digits, and dashes
  /// behind digits.
  private static func apart(_ line: [Unicode.Scalar]) -> String {
    var signs: [Unicode.Scalar] = []
    signs.reserveCapacity(line.count)
    for scalar in line { signs += isSign(scalar) ? [" ", scalar, " "] : [scalar] }
    let before = pairs(signs) {
      !isDigit($0) && isPoint($1)
    } as: {
      [$0, " ", $1, " "]
    }
    let after = pairs(before) {
      isPoint($0) && !isDigit($1)
    } as: {
      [" ", $0, " ", $1]
    }
    let dashes = pairs(after) {
      isDigit($0) && $1 == "-"
    } as: {
      [$0, " ", $1, " "]
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: dashes)
    return String(result)
  }

  /// Replaces pairs of neighbours from left to right; none begins inside another.
  private static func pairs(
    _ line: [Unicode.Scalar], where isMeant: (Unicode.Scalar, Unicode.Scalar) -> Bool,
    as replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(line.count)
    var place = 0
    while place < line.count {
      if place + 1 < line.count, isMeant(line[place], line[place + 1]) {
        result += replacement(line[place], line[place + 1])
        place += 2
      } else {
        result.append(line[place])
        place += 1
      }
    }
    return result
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
  private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  /// ASCII's signs and the space, without the apostrophe, comma, dash and period.
  private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "{"..."~", "["..."`", " "..."&", "("..."+", ":"..."@", "/": true
    default: false
    }
  }
}
