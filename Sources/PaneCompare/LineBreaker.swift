import Drawing

/// Breaks answers into rows: after spaces as text is, and after commas and brackets where there are none, as compact
/// JSON has none.
enum LineBreaker {
  /// One line in rows of at most `width` columns; at least one row.
  static func rows(of line: [Span], width: Int) -> [[Span]] {
    let width = max(1, width)
    guard line.reduce(0, { $0 + $1.columns }) > width else { return [line] }
    var rows: [[Span]] = []
    var row: [(character: Character, style: Style)] = []
    var columns = 0
    var opening = 0  // characters of the row up to the last place to break at
    func flush(_ count: Int) {
      guard count > 0 else { return }
      rows.append(spans(row.prefix(count)))
      row.removeFirst(count)
      columns = row.reduce(0) { $0 + TextWidth.columns(of: $1.character) }
      opening = 0
    }
    for span in line {
      for character in span.text {
        let wide = TextWidth.columns(of: character)
        if character == " ", columns + wide > width {
          flush(row.count)  // the space at which a line is broken isn't shown
          continue
        }
        while columns + wide > width, !row.isEmpty { flush(opening > 0 ? opening : row.count) }
        row.append((character, span.style))
        columns += wide
        if " ,;{[".contains(character) || wide == 2 { opening = row.count }
      }
    }
    if !row.isEmpty || rows.isEmpty { rows.append(spans(row[...])) }
    return rows
  }

  private static func spans(_ characters: ArraySlice<(character: Character, style: Style)>) -> [Span] {
    var result: [Span] = []
    for (character, style) in characters {
      if let last = result.last, last.style == style {
        result[result.count - 1].text.append(character)
      } else {
        result.append(Span(String(character), style))
      }
    }
    return result
  }
}
