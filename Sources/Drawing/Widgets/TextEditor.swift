/// An editor for text of several lines, which it wraps to the width it is given.
///
/// It moves by what a person takes for a character, and its changes can be undone one by one. `revision` grows with
/// each change, so that its owner knows when to save.
package struct TextEditor: Sendable {
  /// Where typing goes.
  package private(set) var cursor = TextPosition(line: 0, column: 0)

  var buffer: TextBuffer
  private var anchor: TextPosition?  // the other end of the selection
  private var killed: [Character] = []
  private var wantedX: Int?  // the column to come back to while moving over short rows
  private var top = (line: 0, row: 0)
  private var area = Rect.empty
  private var mustReveal = true

  /// Makes an editor with the cursor at the beginning.
  package init(_ text: String = "") { buffer = TextBuffer(text) }

  /// What is in it.
  package var text: String { buffer.text }

  /// A number that grows with each change.
  package var revision: Int { buffer.revision }

  /// Whether there is anything to undo or to do again.
  package var hasHistory: Bool { buffer.hasHistory }

  /// The selected range; nil if nothing is selected.
  package var selection: Range<TextPosition>? {
    guard let anchor, anchor != cursor else { return nil }
    return min(anchor, cursor)..<max(anchor, cursor)
  }

  /// The text that is selected; empty if none is.
  package var selectedText: String { selection.map { String(buffer[$0]) } ?? "" }

  /// Begins with another text: the cursor stays as near as possible, and there is nothing to undo.
  package mutating func setText(_ text: String) {
    var fresh = TextBuffer(text)
    cursor = fresh.clamped(cursor)
    swap(&buffer, &fresh)
    anchor = nil
    mustReveal = true
  }

  /// Puts text in the place of the selection.
  package mutating func insert(_ text: String) { replaceSelection(with: Array(text), isTyping: false) }

  /// Moves the cursor.
  package mutating func move(to position: TextPosition, selecting: Bool = false) {
    if selecting { anchor = anchor ?? cursor } else { anchor = nil }
    cursor = buffer.clamped(position)
    wantedX = nil
    mustReveal = true
  }

  /// Selects everything.
  package mutating func selectAll() {
    anchor = TextPosition(line: 0, column: 0)
    cursor = buffer.end
    mustReveal = true
  }

  /// Takes the last change back; false if there is none.
  @discardableResult
  package mutating func undo() -> Bool { settle(buffer.undo()) }

  /// Does again what was undone last; false if there is nothing.
  @discardableResult
  package mutating func redo() -> Bool { settle(buffer.redo()) }

  private mutating func settle(_ position: TextPosition?) -> Bool {
    guard let position else { return false }
    move(to: position)
    return true
  }

  private mutating func replaceSelection(with characters: [Character], isTyping: Bool) {
    move(to: buffer.replace(selection ?? cursor..<cursor, with: characters, isTyping: isTyping))
  }

  // MARK: - Events

  /// Types, moves or edits; false if the event means nothing to an editor.
  package mutating func handle(_ event: Event) -> Bool {
    switch event {
    case .key(let key): return handle(key)
    case .mouse(let mouse): return handle(mouse)
    case .paste(let text): insert(text)
    case .focusGained, .focusLost: return false
    }
    return true
  }

  private mutating func handle(_ key: Key) -> Bool {
    if let character = key.text {
      type(character)
      return true
    }
    let selecting = key.modifiers.contains(.shift)
    if let target = target(of: Key(key.code, key.modifiers.subtracting(.shift)), selecting: selecting) {
      let x = target.keepsX ? wantedX ?? buffer.place(of: cursor, width: width).x : nil
      move(to: target.position, selecting: selecting)
      wantedX = x
      return true
    }
    return edit(key)
  }

  /// A combining mark that arrives by itself joins the character before it.
  private mutating func type(_ character: Character) {
    let before = buffer.position(before: cursor)
    if !character.isASCII, selection == nil, before.line == cursor.line, before != cursor {
      let joined = String(buffer[before..<cursor]) + String(character)
      if joined.count == 1 { anchor = before }
      replaceSelection(with: joined.count == 1 ? Array(joined) : [character], isTyping: joined.count > 1)
    } else {
      replaceSelection(with: [character], isTyping: true)
    }
  }

  private mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .enter: replaceSelection(with: ["\n"], isTyping: true)
    case .tab: replaceSelection(with: [" ", " "], isTyping: true)
    case .backspace: erase(to: buffer.position(before: cursor))
    case .delete: erase(to: buffer.position(after: cursor))
    case .control("w"), Key(.backspace, .alt), Key(.backspace, .control): erase(to: buffer.wordStart(before: cursor))
    case .alt("d"), Key(.delete, .control): erase(to: buffer.wordEnd(after: cursor))
    case .control("k"): kill(cursor..<lineEnd)
    case .control("u"): kill(TextPosition(line: cursor.line, column: 0)..<cursor)
    case .control("x"): if let selection { kill(selection) } else { return false }
    case .control("c"): if let selection { killed = buffer[selection] } else { return false }
    case .control("v"): replaceSelection(with: killed, isTyping: false)
    case .control("z"): undo()
    case .control("y"): redo()
    default: return false
    }
    return true
  }

  private mutating func erase(to position: TextPosition) {
    if selection == nil { anchor = position }
    replaceSelection(with: [], isTyping: false)
  }

  private mutating func kill(_ range: Range<TextPosition>) {
    // At the end of a line, what is left to kill is the line break.
    let range = range.isEmpty && range.lowerBound == lineEnd ? cursor..<buffer.position(after: cursor) : range
    killed = buffer[range]
    move(to: buffer.replace(range, with: []))
  }

  private mutating func target(of key: Key, selecting: Bool) -> (position: TextPosition, keepsX: Bool)? {
    switch key {
    case .left, .control("b"):
      (selecting ? nil : selection?.lowerBound).map { ($0, false) } ?? (buffer.position(before: cursor), false)
    case .right, .control("f"):
      (selecting ? nil : selection?.upperBound).map { ($0, false) } ?? (buffer.position(after: cursor), false)
    case .up, .control("p"): (position(movedByRows: -1), true)
    case .down, .control("n"): (position(movedByRows: 1), true)
    case .pageUp: (position(movedByRows: -max(1, area.height - 1)), true)
    case .pageDown: (position(movedByRows: max(1, area.height - 1)), true)
    case Key(.left, .control), Key(.left, .alt), .alt("b"): (buffer.wordStart(before: cursor), false)
    case Key(.right, .control), Key(.right, .alt), .alt("f"): (buffer.wordEnd(after: cursor), false)
    case Key(.up, .control), .alt("{"): (buffer.paragraph(before: cursor), false)
    case Key(.down, .control), .alt("}"): (buffer.paragraph(after: cursor), false)
    case .home, .control("a"): (TextPosition(line: cursor.line, column: 0), false)
    case .end, .control("e"): (lineEnd, false)
    case Key(.home, .control), .alt("<"): (TextPosition(line: 0, column: 0), false)
    case Key(.end, .control), .alt(">"): (buffer.end, false)
    default: nil
    }
  }

  private var width: Int { area.width > 0 ? area.width : 80 }

  private var lineEnd: TextPosition {
    TextPosition(line: cursor.line, column: buffer.lines[cursor.line].characters.count)
  }

  private mutating func position(movedByRows count: Int) -> TextPosition {
    let place = buffer.place(of: cursor, width: width)
    let start = (line: cursor.line, row: place.row)
    let target = buffer.row(start, movedBy: count, width: width)
    if target == start { return count < 0 ? TextPosition(line: 0, column: 0) : buffer.end }
    return buffer.position(line: target.line, row: target.row, x: wantedX ?? place.x, width: width)
  }

  private mutating func handle(_ mouse: MouseEvent) -> Bool {
    guard area.contains(mouse.point) else { return false }
    switch mouse.action {
    case .press(.left), .drag(.left):
      let target = buffer.row(top, movedBy: mouse.point.y - area.y, width: width)
      let position = buffer.position(line: target.line, row: target.row, x: mouse.point.x - area.x, width: width)
      move(to: position, selecting: mouse.action == .drag(.left))
    case .wheelUp: top = buffer.row(top, movedBy: -3, width: width)
    case .wheelDown: top = buffer.row(top, movedBy: 3, width: width)
    default: return false
    }
    return true
  }

  // MARK: - Drawing

  /// Draws the rows in view, each line coloured by `highlight`, whose pieces must add up to the line.
  package mutating func draw(
    in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme,
    highlight: (String) -> [Span] = { [Span($0)] }
  ) {
    // One column is kept free for the cursor after a full row.
    area = Rect(x: rect.x, y: rect.y, width: max(1, rect.width - 1), height: rect.height)
    guard !rect.isEmpty else { return }
    if mustReveal { reveal() }
    mustReveal = false
    let place = buffer.place(of: cursor, width: width)
    var (line, row) = (min(top.line, buffer.lines.count - 1), top.row)
    var styles = styles(ofLine: line, highlight)
    for y in rect.y..<rect.maxY {
      let rows = buffer.rows(ofLine: line, width: width)
      row = min(row, rows.count - 1)
      draw(line, rows[row], styles, at: y, rect, &surface, theme[.selection])
      if focused, line == cursor.line, row == place.row {
        surface.cursor = Point(x: rect.x + min(place.x, rect.width - 1), y: y)
      }
      row += 1
      if row == rows.count {
        (line, row) = (line + 1, 0)
        guard line < buffer.lines.count else { return }
        styles = self.styles(ofLine: line, highlight)
      }
    }
  }

  private mutating func reveal() {
    let place = buffer.place(of: cursor, width: width)
    let here = (line: cursor.line, row: place.row)
    if here < top { top = here }
    let highest = buffer.row(here, movedBy: 1 - area.height, width: width)
    if top < highest { top = highest }
  }

  private func styles(ofLine line: Int, _ highlight: (String) -> [Span]) -> [Style] {
    highlight(String(buffer.lines[line].characters)).flatMap { span in
      repeatElement(span.style, count: span.text.count)
    }
  }

  private func draw(
    _ line: Int, _ range: Range<Int>, _ styles: [Style], at y: Int, _ rect: Rect, _ surface: inout Surface,
    _ selected: Style
  ) {
    let characters = buffer.lines[line].characters
    func style(_ column: Int) -> Style {
      let style = column < styles.count ? styles[column] : .plain
      let isSelected = selection?.contains(TextPosition(line: line, column: column)) ?? false
      return isSelected ? selected.over(style) : style
    }
    var x = rect.x
    var rest = range
    while let first = rest.first {
      let look = style(first)
      let run = rest.prefix { style($0) == look }
      x += surface.write(String(characters[run]), at: Point(x: x, y: y), style: look, clip: rect)
      rest = run.upperBound..<rest.upperBound
    }
  }
}

/// The keys that the editor takes, for help.
package enum EditorKeys {
  /// The keys that the editor takes, for help.
  package static let hints = [
    hint("A character left or right", .left, .right),
    hint("A word left or right", Key(.left, .control), Key(.right, .control)),
    hint("Beginning or end of the line", .home, .end, .control("a"), .control("e")),
    hint("A paragraph up or down", Key(.up, .control), Key(.down, .control)),
    hint("Beginning or end of the text", Key(.home, .control), Key(.end, .control)),
    hint("Select", Key(.left, .shift), Key(.right, .shift), Key(.up, .shift), Key(.down, .shift)),
    hint("Cut, copy, paste", .control("x"), .control("c"), .control("v")),
    hint("Cut to the end or beginning of the line", .control("k"), .control("u")),
    hint("Delete the word before or after", .control("w"), .alt("d")),
    hint("Undo, redo", .control("z"), .control("y")),
  ]

  private static func hint(_ title: String, _ keys: Key...) -> BindingHint {
    BindingHint(keys: keys, title: title, group: "Editor")
  }
}
