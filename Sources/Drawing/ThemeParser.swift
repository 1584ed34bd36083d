extension Theme {
  /// A flaw in a theme file. The rest of the file still counts.
  package struct Warning: Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    package var line: Int
    /// The mistake and the expected form.
    package var message: String

    /// Both as one line.
    package var description: String { "line \(line): \(message)" }
  }

  /// Reads a theme file.
  ///
  /// A line is one of these; `#` at its beginning makes it a remark:
  /// ```
  /// about A calm dark theme                  shown in the list of themes
  /// $accent = #5fb3c8                        names a colour
  /// border.focused = $accent bold            foreground and attributes
  /// selection = $ink on #2a3644              foreground on background
  /// ```
  /// A colour is `#rrggbb`, a `$name` from above, a palette number 0–255, one of the sixteen names (`red`,
  /// `bright-red`, …) or `default`.
  package static func parse(_ text: String, name: String) -> (theme: Theme, warnings: [Warning]) {
    var parser = ThemeParser()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      parser.read(line, number: index + 1)
    }
    return (Theme(name: name, summary: parser.summary, styles: parser.styles), parser.warnings)
  }
}

private struct ThemeParser {
  var summary = ""
  var styles: [StyleName: Style] = [:]
  var warnings: [Theme.Warning] = []
  private var colors: [String: Color] = [:]

  private static let attributes: [String: Attributes] = [
    "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    "strikethrough": .strikethrough,
  ]

  private static let paletteNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  mutating func read(_ line: Substring, number: Int) {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first, !first.hasPrefix("#") else { return }
    if first == "about" {
      summary = words.dropFirst().joined(separator: " ")
      return
    }
    guard words.count >= 2, words[1] == "=" else {
      return warn(number, "expected NAME = STYLE, found “\(words.joined(separator: " "))”")
    }
    let value = Array(words.dropFirst(2))
    if first.hasPrefix("$") {
      guard value.count == 1, let color = color(value[0]) else {
        return warn(number, "\(first) needs one colour such as #5fb3c8")
      }
      colors[first] = color
    } else if let style = StyleName(first) {
      if styles[style] != nil { warn(number, "\(first) is set twice; this one counts") }
      styles[style] = self.style(value, number)
    } else {
      let known = StyleName.allCases.map(\.name)
      let advice = nearest(to: first, among: known).map { "; did you mean \($0)?" } ?? ""
      warn(number, "there is no style \(first)\(advice)")
    }
  }

  private mutating func style(_ words: [String], _ number: Int) -> Style {
    var style = Style.plain
    var isBackground = false
    for word in words {
      if word == "on" {
        isBackground = true
      } else if let attribute = ThemeParser.attributes[word] {
        style.attributes.insert(attribute)
      } else if let color = color(word) {
        if isBackground { style.background = color } else { style.foreground = color }
      } else {
        let known = Array(ThemeParser.attributes.keys.sorted() + ThemeParser.paletteNames) + colors.keys.sorted()
        let advice = nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
        warn(number, "“\(word)” is neither a colour nor an attribute\(advice)")
      }
    }
    return style
  }

  private func color(_ word: String) -> Color? {
    if word == "default" { return .default }
    if word.hasPrefix("$") { return colors[word] }
    if word.hasPrefix("#") {
      guard word.utf8.count == 7, let value = UInt32(word.dropFirst(), radix: 16) else { return nil }
      return .rgb(UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
    }
    if let index = UInt8(word) { return .palette(index) }
    let isBright = word.hasPrefix("bright-")
    let base = isBright ? String(word.dropFirst(7)) : word
    return ThemeParser.paletteNames.firstIndex(of: base).map { .palette(UInt8($0 + (isBright ? 8 : 0))) }
  }

  private mutating func warn(_ line: Int, _ message: String) {
    warnings.append(Theme.Warning(line: line, message: message))
  }
}

/// The word that a mistyped one most likely meant: at most a third of its letters are wrong.
private func nearest(to word: String, among words: [String]) -> String? {
  let ranked = words.map { ($0, editDistance(word, $0)) }.min { $0.1 < $1.1 }
  guard let (best, distance) = ranked, distance <= max(1, word.count / 3) else { return nil }
  return best
}

/// How many letters to add, drop, change or swap with their neighbours to make one word of the other.
private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left), Array(right))
  var rows = [Array(0...right.count)]
  for i in left.indices {
    var row = [i + 1]
    for j in right.indices {
      var cost = min(rows[i][j] + (left[i] == right[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
