extension TextWidth {
  /// `text` in lines of at most `width` columns, broken after spaces where there are any.
  ///
  /// Line breaks of the text stay, tabs become spaces, and the spaces at which a line was broken are left out.
  package static func wrap(_ text: String, to width: Int) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).flatMap { paragraph in
      let characters = expandingTabs(paragraph)
      return rows(of: characters, width: width).map { row in
        let line = String(characters[row])
        // All spaces where the line was broken, and at its end those that don't fit.
        let excess = row.upperBound < characters.count ? .max : columns(of: line) - width
        return excess > 0 ? String(line.dropLast(min(excess, line.reversed().prefix { $0 == " " }.count))) : line
      }
    }
  }

  /// The characters of one line, with each tab as spaces up to the next fourth column.
  static func expandingTabs(_ line: Substring) -> [Character] {
    guard line.utf8.contains(0x09) else { return Array(line) }
    var characters: [Character] = []
    var column = 0
    for character in line {
      let count = character == "\t" ? 4 - column % 4 : 1
      characters.append(contentsOf: repeatElement(character == "\t" ? " " : character, count: count))
      column += character == "\t" ? count : columns(of: character)
    }
    return characters
  }

  /// Where a line without line breaks is broken: each row as a range of its characters; at least one row.
  ///
  /// Spaces at the end of a row belong to it even where they reach beyond `width`.
  static func rows(of characters: [Character], width: Int) -> [Range<Int>] {
    var starts = [0]
    var column = 0
    var opening: (index: Int, column: Int)?  // the last place to break at, and the columns before it
    for (index, character) in characters.enumerated() {
      let columns = columns(of: character)
      if character == " " {
        column += columns
        opening = (index + 1, column)
        continue
      }
      if column + columns > width, let place = opening {
        starts.append(place.index)
        column -= place.column
        opening = nil
      }
      if column + columns > width, index > starts[starts.count - 1] {
        starts.append(index)
        column = 0
        opening = nil
      }
      column += columns
      if columns == 2 { opening = (index + 1, column) }  // between ideographs
    }
    return zip(starts, starts.dropFirst() + [characters.count]).map { $0..<$1 }
  }
}
