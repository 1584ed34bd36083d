/// A regular expression in the syntax of ECMA-262, section 22.2.1, as JSON Schema uses it, rewritten for PCRE2.
///
/// It is read as with the `u` flag: an escape that stands for nothing is an error. Leniently allowed are escaped
/// punctuation, a lone `]`, `{` or `}`, and, unless `isStrict`, options such as `(?i)` for the rest of a group.
struct ECMAPattern {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var output = ""
  /// Where in the output each piece begins, and where in the pattern it comes from, in scalars.
  private var places: [(output: Int, source: Int)] = []
  private var length = 0
  /// Whether the last thing written can be repeated by a quantifier.
  private var canRepeat = false

  private let isStrict: Bool

  init(_ text: String, isStrict: Bool = false) {
    scalars = Array(text.unicodeScalars)
    self.isStrict = isStrict
  }

  /// White space and line ends (ECMA-262, sections 12.2 and 12.3), for use inside a class.
  private static let space =
    #"\x09-\x0d\x20\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"#
  /// Everything else.
  private static let nonSpace =
    #"\x00-\x08\x0e-\x1f\x21-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}"#
    + #"\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"#

  /// The pattern in PCRE2's syntax.
  /// - Throws: ``PatternFlaw`` for what ECMA-262 does not have.
  mutating func translated() throws(PatternFlaw) -> String {
    while position < scalars.count {
      let scalar = scalars[position]
      switch scalar {
      case "\\": try escape(inClass: false)
      case "[": try characterClass()
      case "(": try group()
      case ".": put(#"[^\n\r\x{2028}\x{2029}]"#, canRepeat: true)
      case "*", "+", "?": try quantifier(String(scalar), length: 1)
      case "{":
        if let length = countLength() {
          try quantifier(string(position..<position + length), length: length)
        } else {
          put(#"\{"#, canRepeat: true)
        }
      case "^", "$", "|": put(String(scalar), canRepeat: false)
      case ")": put(")", canRepeat: true)
      case "]", "}": put("\\" + String(scalar), canRepeat: true)
      default: put(String(scalar), canRepeat: true)
      }
    }
    return output
  }

  private mutating func put(_ text: String, canRepeat: Bool, length: Int = 1) {
    write(text)
    self.canRepeat = canRepeat
    position += length
  }

  private mutating func write(_ text: String) {
    places.append((length, position))
    output += text
    length += text.unicodeScalars.count
  }

  /// The place in the pattern that a place in the translation comes from.
  func offset(of output: Int) -> Int { places.last { $0.output <= output }?.source ?? 0 }

  private func string(_ range: Range<Int>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[range])
    return String(text)
  }

  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    position + distance < scalars.count ? scalars[position + distance] : nil
  }

  private func flaw(_ message: String) -> PatternFlaw { PatternFlaw(message, at: position) }

  // MARK: Quantifiers and groups

  /// The length of `{2}`, `{2,}` or `{2,5}` at the position.
  private func countLength() -> Int? {
    var end = position + 1
    func digits() -> Bool {
      let start = end
      while end < scalars.count, ("0"..."9").contains(scalars[end]) { end += 1 }
      return end > start
    }
    guard digits(), end < scalars.count else { return nil }
    if scalars[end] == "," {
      end += 1
      _ = digits()
    }
    guard end < scalars.count, scalars[end] == "}" else { return nil }
    return end + 1 - position
  }

  private mutating func quantifier(_ text: String, length: Int) throws(PatternFlaw) {
    guard canRepeat else { throw flaw("\"\(text)\" has nothing to repeat") }
    put(text, canRepeat: false, length: length)
    if peek() == "?" { put("?", canRepeat: false) }
  }

  private mutating func group() throws(PatternFlaw) {
    guard peek(1) == "?" else {
      guard peek(1) != "*" else { throw flaw("\"*\" has nothing to repeat") }
      return put("(", canRepeat: false)
    }
    switch peek(2) {
    case ":", "=", "!": put(string(position..<position + 3), canRepeat: false, length: 3)
    case "<":
      let isLookbehind = peek(3) == "=" || peek(3) == "!"
      put(
        string(position..<min(scalars.count, position + (isLookbehind ? 4 : 3))), canRepeat: false,
        length: isLookbehind ? 4 : 3)
    case let option? where "ims-".unicodeScalars.contains(option):
      var end = position + 2
      while end < scalars.count, "ims-".unicodeScalars.contains(scalars[end]) { end += 1 }
      guard end < scalars.count, scalars[end] == ":" || scalars[end] == ")" && !isStrict else {
        throw flaw("\"(?\" begins no group of ECMA-262")
      }
      put(string(position..<end + 1), canRepeat: false, length: end + 1 - position)
    case "P":
      throw flaw("\"(?P\" begins no group of ECMA-262; a named group is written \"(?<name>\"")
    default: throw flaw("\"(?\" begins no group of ECMA-262")
    }
  }

  // MARK: Classes

  private mutating func characterClass() throws(PatternFlaw) {
    let start = position
    position += 1
    let isNegated = peek() == "^"
    if isNegated { position += 1 }
    if peek() == "]" {
      // An empty class matches nothing, and its negation everything.
      return put(isNegated ? "(?s:.)" : "(?!)", canRepeat: true)
    }
    write(isNegated ? "[^" : "[")
    while let scalar = peek(), scalar != "]" {
      switch scalar {
      case "\\": try escape(inClass: true)
      case "[": put(#"\["#, canRepeat: false)
      default: put(String(scalar), canRepeat: false)
      }
    }
    guard peek() == "]" else {
      throw PatternFlaw(unclosed: "[", "]", at: start)
    }
    put("]", canRepeat: true)
  }

  // MARK: Escapes

  private mutating func escape(inClass: Bool) throws(PatternFlaw) {
    guard let scalar = peek(1) else { throw flaw("\"\\\" escapes nothing") }
    switch scalar {
    case "d", "D", "w", "W", "t", "n", "r", "f": put("\\" + String(scalar), canRepeat: true, length: 2)
    case "s": put(inClass ? Self.space : "[\(Self.space)]", canRepeat: true, length: 2)
    case "S": put(inClass ? Self.nonSpace : "[\(Self.nonSpace)]", canRepeat: true, length: 2)
    case "v": put(#"\x0b"#, canRepeat: true, length: 2)
    case "b": put(inClass ? #"\x08"# : #"\b"#, canRepeat: inClass, length: 2)
    case "B" where !inClass: put(#"\B"#, canRepeat: false, length: 2)
    case "0": put(#"\x00"#, canRepeat: true, length: 2)
    case "c":
      guard let letter = peek(2), letter.isASCII, letter.properties.isAlphabetic else {
        throw flaw(#""\c" needs a letter from A to Z after it"#)
      }
      put(hexadecimal(letter.value & 31), canRepeat: true, length: 3)
    case "x":
      guard let value = hexadecimal(at: 2, digits: 2) else {
        throw flaw(#""\x" needs two hexadecimal digits after it"#)
      }
      put(hexadecimal(value), canRepeat: true, length: 4)
    case "u": try unicodeEscape()
    case "p", "P": try property(isNegated: scalar == "P")
    case "k" where !inClass: try namedReference()
    case "1"..."9" where !inClass:
      var length = 2
      while let digit = peek(length), ("0"..."9").contains(digit) { length += 1 }
      put("\\g{\(string(position + 1..<position + length))}", canRepeat: true, length: length)
    default:
      let isLetter = scalar.value > 0x7F || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      guard !isLetter else { throw flaw("ECMA-262 has no \"\\\(scalar)\"") }
      put("\\" + String(scalar), canRepeat: true, length: 2)
    }
  }

  private func hexadecimal(_ value: UInt32) -> String { "\\x{" + String(value, radix: 16) + "}" }

  private func hexadecimal(at distance: Int, digits: Int) -> UInt32? {
    let start = position + distance
    guard start + digits <= scalars.count else { return nil }
    let text = string(start..<start + digits)
    guard text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(text, radix: 16)
  }

  private mutating func unicodeEscape() throws(PatternFlaw) {
    let length: Int
    var value: UInt32
    if peek(2) == "{" {
      guard let end = scalars[position...].firstIndex(of: "}"),
        let number = UInt32(string(position + 3..<max(position + 3, end)), radix: 16)
      else { throw flaw(#""\u{" needs hexadecimal digits and "}" after it"#) }
      value = number
      length = end + 1 - position
    } else {
      guard let unit = hexadecimal(at: 2, digits: 4) else {
        throw flaw(#""\u" needs four hexadecimal digits after it"#)
      }
      value = unit
      if (0xD800..<0xDC00).contains(unit), peek(6) == "\\", peek(7) == "u",
        let second = hexadecimal(at: 8, digits: 4), (0xDC00..<0xE000).contains(second)
      {
        value = 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
        length = 12
      } else {
        length = 6
      }
    }
    guard Unicode.Scalar(value) != nil else { throw flaw("the escape stands for no Unicode scalar") }
    put(hexadecimal(value), canRepeat: true, length: length)
  }

  private mutating func namedReference() throws(PatternFlaw) {
    guard peek(2) == "<", let end = scalars[position...].firstIndex(of: ">") else {
      throw flaw(#""\k" needs a name in "<" and ">" after it"#)
    }
    put(string(position..<end + 1), canRepeat: true, length: end + 1 - position)
  }

  private mutating func property(isNegated: Bool) throws(PatternFlaw) {
    guard peek(2) == "{", let end = scalars[position...].firstIndex(of: "}") else {
      throw flaw(#""\p" needs the name of a property in "{" and "}" after it"#)
    }
    let name = string(position + 3..<end)
    put(
      (isNegated ? #"\P{"# : #"\p{"#) + UnicodeProperty.name(for: name) + "}", canRepeat: true,
      length: end + 1 - position)
  }
}
