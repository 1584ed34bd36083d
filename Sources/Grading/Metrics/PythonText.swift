/// Operations on texts as Python has them, where a metric is defined by a program in Python.
enum PythonText {
  /// Whether `str.split` and `str.rstrip` take a scalar for white space.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.isSpace || (0x1C...0x1F).contains(scalar.value) }

  /// `str.split()`: what white space separates.
  static func words(_ text: some StringProtocol) -> [Substring] {
    var words: [Substring] = []
    let text = Substring(text)
    var start: Substring.Index?
    for index in text.unicodeScalars.indices {
      if isSpace(text.unicodeScalars[index]) {
        if let begin = start { words.append(text[begin..<index]) }
        start = nil
      } else if start == nil {
        start = index
      }
    }
    if let begin = start { words.append(text[begin...]) }
    return words
  }

  /// `str.rstrip()`.
  static func withoutSpaceAtEnd(_ text: String) -> Substring {
    guard let last = text.unicodeScalars.lastIndex(where: { !isSpace($0) }) else { return text[..<text.startIndex] }
    return text[..<text.unicodeScalars.index(after: last)]
  }

  /// `str.lower()`: the full mapping to lower case, with a sigma that ends a word (Unicode Standard, section 3.13).
  static func lowercased(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var result = String.UnicodeScalarView()
    // Whether a cased letter stands before, and after, with nothing but case-ignorable scalars between.
    var isAfterLetter = false
    for (place, scalar) in scalars.enumerated() {
      if scalar.value == 0x3A3 {
        let next = scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }
        let endsWord = isAfterLetter && !(next?.properties.isCased ?? false)
        result.append(endsWord ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
      if !scalar.properties.isCaseIgnorable { isAfterLetter = scalar.properties.isCased }
    }
    return String(result)
  }
}
