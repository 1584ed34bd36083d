/// Where the cursor goes. Rows are those of the wrapped text, lines those of the text itself.
extension TextBuffer {
  func position(before position: TextPosition) -> TextPosition {
    if position.column > 0 { return TextPosition(line: position.line, column: position.column - 1) }
    guard position.line > 0 else { return position }
    return TextPosition(line: position.line - 1, column: lines[position.line - 1].characters.count)
  }

  func position(after position: TextPosition) -> TextPosition {
    if position.column < lines[position.line].characters.count {
      return TextPosition(line: position.line, column: position.column + 1)
    }
    guard position.line < lines.count - 1 else { return position }
    return TextPosition(line: position.line + 1, column: 0)
  }

  /// The beginning of the word before.
  func wordStart(before position: TextPosition) -> TextPosition {
    var place = position
    if place.column == 0 { place = self.position(before: place) }
    let characters = lines[place.line].characters
    while place.column > 0, !characters[place.column - 1].isWordPart { place.column -= 1 }
    while place.column > 0, characters[place.column - 1].isWordPart { place.column -= 1 }
    return place
  }

  /// The end of the word after.
  func wordEnd(after position: TextPosition) -> TextPosition {
    var place = position
    if place.column == lines[place.line].characters.count { place = self.position(after: place) }
    let characters = lines[place.line].characters
    while place.column < characters.count, !characters[place.column].isWordPart { place.column += 1 }
    while place.column < characters.count, characters[place.column].isWordPart { place.column += 1 }
    return place
  }

  /// The empty line before, or the beginning.
  func paragraph(before position: TextPosition) -> TextPosition {
    var line = position.line - 1
    while line > 0, !(isBlank(line) && !isBlank(line - 1)) { line -= 1 }
    return TextPosition(line: max(0, line), column: 0)
  }

  /// The empty line after, or the end.
  func paragraph(after position: TextPosition) -> TextPosition {
    var line = position.line + 1
    while line < lines.count, !(isBlank(line) && !isBlank(line - 1)) { line += 1 }
    return line < lines.count ? TextPosition(line: line, column: 0) : end
  }

  /// The row of its line in which a position is, and the columns to its left.
  mutating func place(of position: TextPosition, width: Int) -> (row: Int, x: Int) {
    let rows = rows(ofLine: position.line, width: width)
    let row = rows.lastIndex { $0.lowerBound <= position.column } ?? 0
    let before = lines[position.line].characters[rows[row].lowerBound..<position.column]
    return (row, before.reduce(0) { $0 + TextWidth.columns(of: $1) })
  }

  /// The position in a row that is nearest to column `x`.
  mutating func position(line: Int, row: Int, x: Int, width: Int) -> TextPosition {
    let rows = rows(ofLine: line, width: width)
    let range = rows[min(max(0, row), rows.count - 1)]
    let isLast = range.upperBound == lines[line].characters.count
    var column = range.lowerBound
    var left = x
    // The end of a row that isn't the last one is the same position as the beginning of the next row.
    while column < (isLast ? range.upperBound : range.upperBound - 1) {
      let columns = TextWidth.columns(of: lines[line].characters[column])
      if left < columns { break }
      left -= columns
      column += 1
    }
    return TextPosition(line: line, column: column)
  }

  /// `count` rows further down (up if negative), stopping at the ends.
  mutating func row(_ start: (line: Int, row: Int), movedBy count: Int, width: Int) -> (line: Int, row: Int) {
    var (line, row) = start
    for _ in 0..<abs(count) {
      if count > 0 {
        if row + 1 < rows(ofLine: line, width: width).count {
          row += 1
        } else if line + 1 < lines.count {
          (line, row) = (line + 1, 0)
        } else {
          break
        }
      } else if row > 0 {
        row -= 1
      } else if line > 0 {
        (line, row) = (line - 1, rows(ofLine: line - 1, width: width).count - 1)
      } else {
        break
      }
    }
    return (line, row)
  }

  private func isBlank(_ line: Int) -> Bool { lines[line].characters.allSatisfy(\.isWhitespace) }
}

extension Character {
  fileprivate var isWordPart: Bool { isLetter || isNumber || self == "_" }
}
