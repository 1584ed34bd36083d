/// Colours for JSON text, line by line; text that isn't JSON is coloured as far as it looks like it.
package enum JSONText {
  /// One line in pieces that add up to it.
  package static func spans(of line: String, theme: Theme) -> [Span] {
    let characters = Array(line)
    var spans: [Span] = []
    var index = 0
    func take(_ end: Int, _ name: StyleName) {
      spans.append(Span(String(characters[index..<end]), theme[name]))
      index = end
    }
    while index < characters.count {
      let character = characters[index]
      switch character {
      case "\"":
        let end = endOfString(characters, from: index)
        let after = characters[end...].first { $0 != " " }
        take(end, after == ":" ? .jsonKey : .jsonString)
      case "-", "0"..."9": take(end(characters, from: index) { $0.isNumber || "+-.eE".contains($0) }, .jsonNumber)
      case "a"..."z": take(end(characters, from: index) { $0.isLetter }, .jsonLiteral)
      default:
        take(max(index + 1, end(characters, from: index) { " {}[],:".contains($0) }), .json)
      }
    }
    return spans
  }

  private static func end(_ characters: [Character], from start: Int, _ belongs: (Character) -> Bool) -> Int {
    characters[start...].firstIndex { !belongs($0) } ?? characters.count
  }

  private static func endOfString(_ characters: [Character], from start: Int) -> Int {
    var index = start + 1
    while index < characters.count {
      if characters[index] == "\"" { return index + 1 }
      index += characters[index] == "\\" ? 2 : 1
    }
    return characters.count
  }
}
