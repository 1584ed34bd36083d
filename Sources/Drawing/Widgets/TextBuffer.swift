/// A place in a text: before the character `column` of the line `line`, both from 0.
package struct TextPosition: Hashable, Comparable, Sendable {
  /// The line.
  package var line: Int
  /// The character within it; a character is what a person takes for one.
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// Earlier in the text.
  package static func < (left: TextPosition, right: TextPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// The text of an editor as lines of characters, with everything that was done to it, so that it can be undone.
///
/// All changes go through `replace`, and undoing is replacing too. Line breaks are all of one kind: that of the text
/// it began with.
struct TextBuffer: Sendable {
  struct Line: Sendable {
    var characters: [Character]
    /// How it wraps at `layoutWidth`; worked out when needed and dropped with the line.
    var rows: [Range<Int>] = []
    var layoutWidth = -1
  }

  private struct Edit {
    var start: TextPosition
    var removed: [Character]
    var inserted: [Character]
    var isTyping: Bool
  }

  private(set) var lines: [Line]
  private(set) var revision = 0
  private let usesCRLF: Bool
  /// Bytes of a line break.
  var lineBreak: Int { usesCRLF ? 2 : 1 }
  /// Whether there is anything to undo or to do again.
  var hasHistory: Bool { !undoable.isEmpty || !redoable.isEmpty }
  private var undoable: [Edit] = []
  private var redoable: [Edit] = []

  private static let undoLimit = 1000

  init(_ text: String) {
    usesCRLF = text.contains("\r\n")
    lines = TextBuffer.split(Array(text)).map { Line(characters: $0) }
  }

  var text: String { self[.init(line: 0, column: 0)..<end].map(String.init).joined() }

  var end: TextPosition { TextPosition(line: lines.count - 1, column: lines[lines.count - 1].characters.count) }

  /// The nearest position that exists.
  func clamped(_ position: TextPosition) -> TextPosition {
    let line = min(max(0, position.line), lines.count - 1)
    return TextPosition(line: line, column: min(max(0, position.column), lines[line].characters.count))
  }

  /// The characters between two positions, with line breaks as the text had them.
  subscript(range: Range<TextPosition>) -> [Character] {
    let newline: Character = usesCRLF ? "\r\n" : "\n"
    guard range.lowerBound.line < range.upperBound.line else {
      return Array(lines[range.lowerBound.line].characters[range.lowerBound.column..<range.upperBound.column])
    }
    var result = Array(lines[range.lowerBound.line].characters[range.lowerBound.column...])
    for line in (range.lowerBound.line + 1)...range.upperBound.line {
      result.append(newline)
      let characters = lines[line].characters
      result += line == range.upperBound.line ? characters[..<range.upperBound.column] : characters[...]
    }
    return result
  }

  /// Puts `characters` in the place of `range` and returns the position after them.
  ///
  /// Single characters typed one after the other are undone together, word by word.
  @discardableResult
  mutating func replace(
    _ range: Range<TextPosition>, with characters: [Character], isTyping: Bool = false
  ) -> TextPosition {
    let edit = Edit(start: range.lowerBound, removed: self[range], inserted: characters, isTyping: isTyping)
    guard !edit.removed.isEmpty || !edit.inserted.isEmpty else { return range.lowerBound }
    redoable = []
    if isTyping, let last = undoable.last, last.isTyping, edit.removed.isEmpty,
      position(after: last.inserted, from: last.start) == edit.start, last.inserted.last != " ", characters != ["\n"]
    {
      undoable[undoable.count - 1].inserted += characters
    } else {
      undoable.append(edit)
      if undoable.count > TextBuffer.undoLimit { undoable.removeFirst() }
    }
    return apply(range, characters)
  }

  /// Takes the last change back and returns where it was.
  mutating func undo() -> TextPosition? {
    guard let edit = undoable.popLast() else { return nil }
    redoable.append(edit)
    return apply(edit.start..<position(after: edit.inserted, from: edit.start), edit.removed)
  }

  /// Does again what was undone last.
  mutating func redo() -> TextPosition? {
    guard let edit = redoable.popLast() else { return nil }
    undoable.append(edit)
    return apply(edit.start..<position(after: edit.removed, from: edit.start), edit.inserted)
  }

  /// The rows into which a line wraps.
  mutating func rows(ofLine line: Int, width: Int) -> [Range<Int>] {
    if lines[line].layoutWidth != width {
      lines[line].rows = TextWidth.rows(of: lines[line].characters, width: width)
      lines[line].layoutWidth = width
    }
    return lines[line].rows
  }

  private mutating func apply(_ range: Range<TextPosition>, _ characters: [Character]) -> TextPosition {
    revision += 1
    let (start, finish) = (range.lowerBound, range.upperBound)
    let head = lines[start.line].characters[..<start.column]
    let tail = lines[finish.line].characters[finish.column...]
    var new = TextBuffer.split(characters)
    let position = TextPosition(
      line: start.line + new.count - 1, column: new[new.count - 1].count + (new.count == 1 ? start.column : 0))
    new[0] = head + new[0]
    new[new.count - 1] += tail
    lines.replaceSubrange(start.line...finish.line, with: new.map { Line(characters: $0) })
    return position
  }

  private func position(after characters: [Character], from start: TextPosition) -> TextPosition {
    characters.reduce(into: start) { position, character in
      if character.isLineBreak {
        position = TextPosition(line: position.line + 1, column: 0)
      } else {
        position.column += 1
      }
    }
  }

  private static func split(_ characters: [Character]) -> [[Character]] {
    characters.split(omittingEmptySubsequences: false, whereSeparator: \.isLineBreak).map(Array.init)
  }
}

extension Character {
  /// Only these two: other separators stay in their line, so that they survive an edit.
  fileprivate var isLineBreak: Bool { self == "\n" || self == "\r\n" }
}
