/// Where text sits in a space wider than itself.
package enum Alignment: Hashable, Sendable {
  /// Against one side or in the middle.
  case left, center, right
}

/// Columns that text takes on a surface, and fitting text to columns.
///
/// All of these agree with `Surface.write`: combining marks take no column, CJK and emoji two, and what must not reach
/// a terminal is counted as its visible stand-in.
package enum TextWidth {
  /// The columns that `text` takes.
  package static func columns(of text: some StringProtocol) -> Int {
    let text = Substring(text)
    if let ascii = asciiColumns(of: text) { return ascii }
    var total = 0
    var scanner = GlyphScanner(text)
    while let element = scanner.next() { total += element.columns }
    return total
  }

  /// The columns that one character takes.
  package static func columns(of character: Character) -> Int {
    character.utf8.count == 1 ? 1 : columns(of: String(character))
  }

  /// The longest beginning of `text` that fits into `width` columns, and the columns it takes.
  package static func clip(_ text: String, to width: Int) -> (text: Substring, columns: Int) {
    if let ascii = asciiColumns(of: text[...]) {
      return ascii <= width ? (text[...], ascii) : (text.prefix(max(0, width)), max(0, width))
    }
    var used = 0
    var index = text.startIndex
    while index < text.endIndex {
      let columns = columns(of: text[index])
      if used + columns > width { break }
      used += columns
      text.formIndex(after: &index)
    }
    return (text[..<index], used)
  }

  /// `text`, or its beginning and an ellipsis if it doesn't fit into `width` columns.
  package static func truncate(_ text: String, to width: Int) -> String {
    guard width > 0 else { return "" }
    guard columns(of: text) > width else { return text }
    return clip(text, to: width - 1).text + "…"
  }

  /// `text` truncated or filled up with spaces to exactly `width` columns.
  package static func pad(_ text: String, to width: Int, _ alignment: Alignment = .left) -> String {
    let fitted = truncate(text, to: width)
    let missing = max(0, width - columns(of: fitted))
    let before =
      switch alignment {
      case .left: 0
      case .center: missing / 2
      case .right: missing
      }
    return spaces(before) + fitted + spaces(missing - before)
  }

  static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  /// The length of a text that is printable ASCII all through; nil for any other.
  static func asciiColumns(of text: Substring) -> Int? {
    let count = text.utf8.withContiguousStorageIfAvailable { bytes -> Int? in
      for byte in bytes where byte < 0x20 || byte >= 0x7F { return nil }
      return bytes.count
    }
    return count ?? nil
  }
}
