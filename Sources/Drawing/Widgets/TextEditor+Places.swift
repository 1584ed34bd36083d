/// Places as offsets into the text's UTF-8 bytes, by which searches tell what they found.
extension TextEditor {
  /// The offset of the end of the selection, or of the cursor.
  package var offset: Int { buffer.offset(of: selection?.upperBound ?? cursor) }

  /// Selects what lies between two offsets, with the cursor at its end; places within a character are its beginning.
  package mutating func select(_ range: Range<Int>) {
    move(to: buffer.position(at: range.lowerBound))
    move(to: buffer.position(at: range.upperBound), selecting: true)
  }

  /// Goes to the beginning of a line, counted from 1; to the last one where there are fewer.
  package mutating func go(toLine line: Int) { move(to: TextPosition(line: line - 1, column: 0)) }

  /// Replaces all of the text, which can be undone; the cursor stays as near as possible.
  package mutating func replaceText(_ text: String) {
    guard text != self.text else { return }
    let place = cursor
    selectAll()
    insert(text)
    move(to: place)
  }
}

extension TextBuffer {
  fileprivate func offset(of position: TextPosition) -> Int {
    let before = lines[..<position.line].reduce(0) { $0 + Self.bytes(of: $1.characters[...]) + lineBreak }
    return before + Self.bytes(of: lines[position.line].characters[..<position.column])
  }

  fileprivate func position(at offset: Int) -> TextPosition {
    var left = offset
    for (number, line) in lines.enumerated() {
      let bytes = Self.bytes(of: line.characters[...])
      guard left > bytes else {
        var column = 0
        for character in line.characters {
          left -= character.utf8.count
          if left < 0 { break }
          column += 1
        }
        return TextPosition(line: number, column: column)
      }
      left -= bytes + lineBreak
      if left < 0 { return TextPosition(line: number, column: line.characters.count) }
    }
    return end
  }

  private static func bytes(of characters: ArraySlice<Character>) -> Int {
    characters.reduce(0) { $0 + $1.utf8.count }
  }
}
