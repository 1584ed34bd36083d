import Drawing
import Testing

@Suite struct KeyTests {
  @Test(arguments: [
    "a", "G", "é", "作", "-", "?", "Space", "Enter", "Tab", "Shift-Tab", "Esc", "Backspace", "PageDown", "F5", "F12",
    "Ctrl-x", "Alt-x", "Ctrl-Alt-Delete", "Ctrl-Left", "Ctrl-Space", "Ctrl--", "Alt--", "F", "Home", "Insert",
  ])
  func theWrittenFormIsReadBack(text: String) {
    #expect(Key(text)?.description == text)
  }

  @Test(arguments: ["", " ", "Ctrl-", "Foo", "F0", "F99", "ab", "Hyper-x"])
  func otherTextIsNoKey(text: String) {
    #expect(Key(text) == nil || text == "Ctrl-" && Key(text)?.description == text)
  }

  @Test func typedCharacters() {
    #expect(Key.character("x").text == "x")
    #expect(Key.space.text == " ")
    #expect(Key.control("x").text == nil)
    #expect(Key.enter.text == nil)
    let literal: Key = "g"
    #expect(literal == Key.character("g"))
  }
}
