import Testing

@testable import Drawing

@Suite struct TextEditorTests {
  private func draw(_ editor: inout TextEditor, width: Int = 21, height: Int = 5) -> Surface {
    var surface = Surface(width: width, height: height)
    editor.draw(in: surface.bounds, focused: true, on: &surface, theme: .dark)
    return surface
  }

  private func press(_ keys: String..., in editor: inout TextEditor) {
    for name in keys {
      guard let key = Key(name) else {
        Issue.record("\(name) is no key")
        continue
      }
      #expect(editor.handle(.key(key)) == true, "\(name) means something")
    }
  }

  @Test func typesAtTheCursor() {
    var editor = TextEditor("ad")
    press("Right", "b", "é", "作", "Enter", "c", in: &editor)
    #expect(editor.text == "abé作\ncd")
    #expect(editor.cursor == TextPosition(line: 1, column: 1))
    #expect(draw(&editor).cursor == Point(x: 1, y: 1))
  }

  @Test func charactersAreWhatPeopleTakeForOne() {
    var editor = TextEditor("👩‍🚀e\u{301}🇩🇪")
    press("Right", "Right", in: &editor)
    #expect(draw(&editor).cursor == Point(x: 3, y: 0))
    press("Backspace", in: &editor)
    #expect(editor.text == "👩‍🚀🇩🇪")
    press("Delete", "Backspace", in: &editor)
    #expect(editor.text == "")
  }

  @Test func marksThatComeByThemselvesJoin() {
    var editor = TextEditor("")
    press("e", "\u{301}", "x", in: &editor)
    #expect(editor.text == "e\u{301}x")
    #expect(editor.cursor.column == 2)
  }

  @Test func everyKeyInTheHelpMeansSomething() {
    var editor = TextEditor("")
    for key in EditorKeys.hints.flatMap(\.keys) {
      editor.setText("some text\nand more")
      editor.selectAll()
      #expect(editor.handle(.key(key)) == true, "\(key)")
    }
    var list = ListView<Int>()
    for key in ListKeys.hints.flatMap(\.keys) { #expect(list.handle(.key(key), Row.many(3)) == true, "\(key)") }
  }

  @Test func wrapsWithoutChangingTheText() {
    let text = "The quick brown fox jumps over the lazy dog"
    var editor = TextEditor(text)
    #expect(draw(&editor).text() == "The quick brown fox\njumps over the lazy\ndog")
    press("Down", "Down", in: &editor)
    #expect(editor.cursor == TextPosition(line: 0, column: 40))
    press("End", in: &editor)
    #expect(draw(&editor).cursor == Point(x: 3, y: 2))
    #expect(editor.text == text)
  }

  @Test func upAndDownKeepTheColumnOverShortLines() {
    var editor = TextEditor("long line\nx\nlong line")
    _ = draw(&editor)
    press("End", "Down", in: &editor)
    #expect(editor.cursor == TextPosition(line: 1, column: 1))
    press("Down", in: &editor)
    #expect(editor.cursor == TextPosition(line: 2, column: 9))
    press("Down", "Up", "Up", "Up", in: &editor)
    #expect(editor.cursor == TextPosition(line: 0, column: 0))
  }

  @Test func movesByWordLineAndParagraph() {
    var editor = TextEditor("one two\n\nthree four\nfive")
    press("Ctrl-Right", in: &editor)
    #expect(editor.cursor.column == 3)
    press("Alt-f", "Alt-b", in: &editor)
    #expect(editor.cursor.column == 4)
    press("Ctrl-Down", in: &editor)
    #expect(editor.cursor == TextPosition(line: 1, column: 0))
    press("Ctrl-Down", in: &editor)
    #expect(editor.cursor == TextPosition(line: 3, column: 4))
    press("Ctrl-Up", in: &editor)
    #expect(editor.cursor == TextPosition(line: 1, column: 0))
    press("Ctrl-End", "Ctrl-Home", "Ctrl-e", in: &editor)
    #expect(editor.cursor == TextPosition(line: 0, column: 7))
  }

  @Test func undoTakesBackAWordAtATime() {
    var editor = TextEditor("")
    press("o", "n", "e", "Space", "t", "w", "o", in: &editor)
    #expect(editor.text == "one two")
    press("Ctrl-z", in: &editor)
    #expect(editor.text == "one ")
    press("Ctrl-z", in: &editor)
    #expect(editor.text == "")
    press("Ctrl-y", "Ctrl-y", in: &editor)
    #expect(editor.text == "one two")
    #expect(editor.redo() == false)
  }

  @Test func cutsCopiesAndPastes() {
    var editor = TextEditor("one two\nthree")
    press("Right", "Right", "Right", "Ctrl-k", in: &editor)
    #expect(editor.text == "one\nthree")
    press("Ctrl-k", in: &editor)
    #expect(editor.text == "onethree")
    press("Ctrl-v", "Ctrl-v", in: &editor)
    #expect(editor.text == "one\n\nthree")
    press("Ctrl-z", "Ctrl-z", "Ctrl-z", "Ctrl-z", in: &editor)
    #expect(editor.text == "one two\nthree")
    press("Ctrl-Home", "Shift-Right", "Shift-Right", "Ctrl-x", in: &editor)
    #expect(editor.text == "e two\nthree")
    press("Ctrl-w", in: &editor)
    #expect(editor.text == "e two\nthree")
    #expect(editor.handle(.key(.control("c"))) == false, "without a selection Ctrl-c is for someone else")
  }

  @Test func selectionIsReplacedByTyping() {
    var editor = TextEditor("abc\ndef")
    press("Right", "Shift-Down", in: &editor)
    #expect(editor.selectedText == "bc\nd")
    #expect(draw(&editor)[1, 0].style.background == Theme.dark[.selection].background)
    press("x", in: &editor)
    #expect(editor.text == "axef")
    #expect(editor.selection == nil)
    press("Ctrl-z", in: &editor)
    #expect(editor.text == "abc\ndef")
  }

  @Test func pastesAreOneChange() {
    var editor = TextEditor("<>")
    press("Right", in: &editor)
    #expect(editor.handle(.paste("a\nb\n")) == true)
    #expect(editor.text == "<a\nb\n>")
    #expect(editor.cursor == TextPosition(line: 2, column: 0))
    #expect(editor.undo() == true)
    #expect(editor.text == "<>")
  }

  @Test(arguments: ["", "\n", "a\r\nb\r\n", "tab\there", "no end", "end\n", "form\u{0C}feed\u{2028}line", "作\n👩‍🚀\n"])
  func textComesBackAsItWas(text: String) {
    var editor = TextEditor(text)
    _ = draw(&editor)
    #expect(editor.text == text)
    press("Ctrl-End", "x", "Backspace", in: &editor)
    #expect(editor.text == text)
  }

  @Test func theMouseSetsTheCursorAndSelects() {
    var editor = TextEditor("作業 text\nmore")
    _ = draw(&editor)
    #expect(editor.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 5, y: 0)))) == true)
    #expect(editor.cursor == TextPosition(line: 0, column: 3))
    #expect(editor.handle(.mouse(MouseEvent(.drag(.left), at: Point(x: 2, y: 1)))) == true)
    #expect(editor.selectedText == "text\nmo")
  }

  @Test func scrollsToTheCursor() {
    var editor = TextEditor((1...100).map { "line \($0)" }.joined(separator: "\n"))
    press("Ctrl-End", in: &editor)
    #expect(draw(&editor).line(4) == "line 100")
    press("PageUp", in: &editor)
    _ = draw(&editor)
    #expect(editor.cursor.line == 95)
    _ = editor.handle(.mouse(MouseEvent(.wheelUp, at: Point(x: 0, y: 0))))
    #expect(draw(&editor).line(0) == "line 93")
    #expect(draw(&editor).cursor?.y == 3)
  }

  @Test func highlightsKeepTheirPlaces() {
    var editor = TextEditor("a {{ x }} b")
    var surface = Surface(width: 20, height: 1)
    let bold = Style(.default, on: .default, .bold)
    editor.draw(in: surface.bounds, focused: false, on: &surface, theme: .dark) { _ in
      [Span("a "), Span("{{ x }}", bold), Span(" b")]
    }
    #expect((0..<11).filter { surface[$0, 0].style.attributes == .bold } == Array(2..<9))
    #expect(surface.cursor == nil)
  }

  @Test func randomEditsCanAllBeUndone() {
    var random = SmallRandom(seed: 3)
    let keys = [
      "a", "Space", "Enter", "Backspace", "Delete", "作", "Left", "Right", "Up", "Down", "Home", "End", "Ctrl-k",
      "Ctrl-u",
      "Ctrl-w", "Ctrl-v", "Shift-Left", "Shift-Down", "Alt-d", "Tab",
    ].compactMap { Key($0) }
    var editor = TextEditor("start\nof the 作業 text")
    for step in 0..<2000 {
      _ = editor.handle(.key(keys[random.next(in: 0...(keys.count - 1))]))
      let lines = editor.text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(editor.cursor.line < lines.count && editor.cursor.column <= lines[editor.cursor.line].count)
      if step % 100 == 0 { _ = draw(&editor, width: random.next(in: 1...30), height: random.next(in: 1...9)) }
    }
    let final = editor.text
    var undone = 0
    while editor.undo() { undone += 1 }
    #expect(undone < 1000 ? editor.text == "start\nof the 作業 text" : true)
    while editor.redo() {}
    #expect(editor.text == final)
  }

  @Test(arguments: [(1, 1), (2, 2), (80, 24)])
  func anySizeWillDo(width: Int, height: Int) {
    var editor = TextEditor("作業 é text\nmore")
    for _ in 0..<12 {
      press("Right", in: &editor)
      let surface = draw(&editor, width: width, height: height)
      #expect(surface.cursor.map { surface.bounds.contains($0) } == true)
    }
  }
}
