/// Makes text from other programs harmless.
package enum LogText {
  /// The longest line that is kept, in characters.
  package static let longestLine = 2_000

  /// A line without escape sequences and control characters; of what was drawn over itself the last state.
  package static func clean(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    var rest = Substring(text).unicodeScalars
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\u{1b}": skipEscape(&rest)
      case "\u{9b}": skipControlSequence(&rest)
      case "\r": if !rest.isEmpty { scalars.removeAll() }
      case "\t", "\n": scalars.append(" ")
      default:
        let isControl = scalar.value < 32 || (127..<160).contains(scalar.value)
        if !isControl { scalars.append(scalar) }
      }
    }
    let clean = String(scalars)
    return clean.count > longestLine ? clean.prefix(longestLine) + "…" : clean
  }

  /// A text of several lines, each without escape sequences and control characters; at most 200 of them.
  package static func cleanLines(_ text: String) -> String {
    text.split(separator: "\n", maxSplits: 200, omittingEmptySubsequences: false).prefix(200)
      .map { clean(String($0)) }.joined(separator: "\n")
  }

  private static func skipEscape(_ rest: inout Substring.UnicodeScalarView) {
    switch rest.popFirst() {
    case "[": skipControlSequence(&rest)
    case "]", "P", "X", "^", "_":
      // A text of the terminal's own; it ends with BEL or ESC \.
      while let scalar = rest.popFirst() {
        if scalar == "\u{7}" { return }
        if scalar == "\u{1b}" {
          if rest.first == "\\" { rest.removeFirst() }
          return
        }
      }
    default: return
    }
  }

  private static func skipControlSequence(_ rest: inout Substring.UnicodeScalarView) {
    while let scalar = rest.popFirst() {
      if (0x40...0x7e).contains(scalar.value) { return }
    }
  }
}
