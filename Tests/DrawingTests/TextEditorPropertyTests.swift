import Testing

@testable import Drawing

/// Whatever is done to a text can be undone.
@Suite struct TextEditorPropertyTests {
  private static let texts = [
    "", "one line", "first\nsecond é作🙂\n\nfourth", "with\r\nbreaks\r\nof two", "{{ slot }} and {\"json\": [1]}\n",
  ]
  private static let keys = [
    "Left", "Right", "Up", "Down", "Home", "End", "Shift-Left", "Shift-Down", "Ctrl-Left", "Ctrl-Right", "Enter",
    "Tab", "Backspace", "Delete", "Ctrl-w", "Alt-d", "Ctrl-k", "Ctrl-u", "Ctrl-x", "Ctrl-v", "a", "é", "作", "Space",
  ]

  @Test(arguments: 0..<40) func randomEditsUndoneGiveTheStartingText(seed: Int) throws {
    var random = Numbers(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    let start = Self.texts[seed % Self.texts.count]
    var editor = TextEditor(start)
    for _ in 0..<150 {
      switch random.next(12) {
      case 0: editor.insert(["pasted\ntext", "x", "\r\n", "👩‍🚀"][random.next(4)])
      case 1: editor.replaceText(editor.text + "!")
      case 2: _ = editor.undo()
      case 3: _ = editor.redo()
      case 4:
        let from = random.next(max(1, editor.text.utf8.count))
        editor.select(from..<from + random.next(10))
      default:
        let key = try #require(Key(Self.keys[random.next(Self.keys.count)]))
        _ = editor.handle(.key(key))
      }
    }
    let end = editor.text
    var count = 0
    while editor.undo() { count += 1 }
    #expect(editor.text == start)
    while editor.redo() {}
    #expect(count == 0 || editor.text.isEmpty == end.isEmpty || editor.text != start)
    while editor.undo() {}
    #expect(editor.text == start)
  }

  @Test func placesAreFoundByTheirBytes() {
    var editor = TextEditor("aé\r\n作b\r\n")
    #expect(editor.offset == 0)
    for (range, text) in [(0..<1, "a"), (1..<3, "é"), (5..<8, "作"), (1..<8, "é\r\n作"), (9..<11, "\r\n"), (2..<3, "é")] {
      editor.select(range)
      #expect(editor.selectedText == text, "\(range)")
    }
    editor.go(toLine: 2)
    #expect(editor.cursor == TextPosition(line: 1, column: 0) && editor.offset == 5)
    editor.go(toLine: 99)
    #expect(editor.cursor.line == 2)
  }

  /// A generator with a seed (Marsaglia, xorshift).
  private struct Numbers {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
  }
}
