/// Texts of models and files with everything that could hide, reorder or break something made visible.
enum VisibleText {
  /// The text with control characters as their pictures (`␛`), and direction marks, invisible characters and
  /// non-characters as their code (`⟨U+202E⟩`). Line feeds and tabs stay; carriage returns before a line feed go.
  static func of(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isChanged = false
    var scalars = text.unicodeScalars.makeIterator()
    var ahead = scalars.next()
    while let scalar = ahead {
      ahead = scalars.next()
      if scalar == "\r", ahead == "\n" {
        isChanged = true
        continue
      }
      guard let standIn = standIn(scalar) else {
        result.append(scalar)
        continue
      }
      isChanged = true
      result.append(contentsOf: standIn.unicodeScalars)
    }
    return isChanged ? String(result) : text
  }

  /// The same on one line: stretches of white space become one space each.
  static func line(_ text: String) -> String {
    of(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func standIn(_ scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x09, 0x0A: nil
    case 0..<0x20: String(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
    case 0x7F: "␡"
    case 0x80..<0xA0, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF0...0xFFFB,
      0xE0000..<0xE0100, 0x00AD, 0x180E:
      code(scalar)
    default: scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value) ? code(scalar) : nil
    }
  }

  private static func code(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "⟨U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "⟩"
  }

  /// The start of a text that fits into so many bytes of UTF-8, cut between characters as a reader sees them, and how many
  /// bytes were cut. A single character that doesn't fit is cut, too.
  static func start(of text: String, bytes limit: Int) -> (text: Substring, cut: Int) {
    guard text.utf8.count > limit else { return (text[...], 0) }
    var end = text.startIndex
    var used = 0
    while end < text.endIndex {
      let next = text.index(after: end)
      used += text.utf8.distance(from: end, to: next)
      if used > limit { break }
      end = next
    }
    return (text[..<end], text.utf8.distance(from: end, to: text.endIndex))
  }
}
