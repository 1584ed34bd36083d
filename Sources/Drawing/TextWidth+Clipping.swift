extension TextWidth {
  /// `text`, or its beginning and its end around an ellipsis if it doesn't fit into `width` columns.
  package static func clippedInTheMiddle(_ text: String, to width: Int) -> String {
    guard columns(of: text) > width, width > 2 else { return truncate(text, to: width) }
    let end = clip(String(text.reversed()), to: (width - 1) / 2)
    return clip(text, to: width - 1 - end.columns).text + "…" + String(end.text.reversed())
  }

  /// The end of a text in one line of at most `width` columns, with one space for each gap. No more of it is looked at
  /// than is shown.
  package static func tail(_ text: String, width: Int) -> String {
    var kept: [Character] = []  // from the end
    var columns: [Int] = []
    var used = 0
    for character in text.reversed() {
      let isGap = character == " " || character == "\t" || character.isNewline
      if isGap, kept.isEmpty || kept.last == " " { continue }
      kept.append(isGap ? " " : character)
      columns.append(TextWidth.columns(of: kept[kept.count - 1]))
      used += columns[columns.count - 1]
      if used > width { break }
    }
    guard used > width else { return String(kept.reversed()) }
    while used > width - 1, let last = columns.popLast() {
      kept.removeLast()
      used -= last
    }
    return width > 0 ? "…" + String(kept.reversed()) : ""
  }
}
