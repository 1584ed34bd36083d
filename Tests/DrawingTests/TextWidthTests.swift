import Testing

@testable import Drawing

@Suite struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("plain", 5), ("é", 1), ("e\u{301}", 1), ("作業", 4), ("👩‍🚀", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤️", 1),
    ("한국어", 6), ("ｆｕｌｌ", 8), ("\u{301}", 1), ("a\tb", 3), ("नमस्ते", 4), ("┌─┐", 3), ("…", 1), ("⣿", 1),
  ])
  func columns(text: String, columns: Int) {
    #expect(TextWidth.columns(of: text) == columns)
    var surface = Surface(width: 20, height: 1)
    #expect(surface.write(text, at: Point(x: 0, y: 0)) == columns, "writing takes what measuring says")
  }

  @Test func widthIsTheSumOverCharacters() {
    for text in ["👩‍🚀 作業é", "e\u{301}x\r\ny", "a\u{200D}b", "🇩🇪🇫🇷", "नमस्ते 한국", "\u{202E}abc\u{1B}[2J"] {
      #expect(TextWidth.columns(of: text) == text.reduce(0) { $0 + TextWidth.columns(of: $1) })
    }
  }

  @Test func clippingNeverSplitsACharacter() {
    #expect(TextWidth.clip("a作業", to: 2).text == "a")
    #expect(TextWidth.clip("a作業", to: 3).text == "a作")
    #expect(TextWidth.clip("a作業", to: 3).columns == 3)
    #expect(TextWidth.clip("abc", to: -1).text == "")
  }

  @Test func truncating() {
    #expect(TextWidth.truncate("abcdef", to: 6) == "abcdef")
    #expect(TextWidth.truncate("abcdef", to: 4) == "abc…")
    #expect(TextWidth.truncate("作業作業", to: 4) == "作…")
    #expect(TextWidth.truncate("abc", to: 0) == "")
  }

  @Test func padding() {
    #expect(TextWidth.pad("作", to: 5) == "作   ")
    #expect(TextWidth.pad("作", to: 5, .right) == "   作")
    #expect(TextWidth.pad("作", to: 5, .center) == " 作  ")
    #expect(TextWidth.columns(of: TextWidth.pad("作業作", to: 4)) == 4)
  }

  @Test func wrappingBreaksAfterSpaces() {
    #expect(TextWidth.wrap("one two three", to: 7) == ["one two", "three"])
    #expect(TextWidth.wrap("one two three", to: 8) == ["one two", "three"])
    #expect(TextWidth.wrap("abcdefgh", to: 3) == ["abc", "def", "gh"])
    #expect(TextWidth.wrap("ab cdefgh", to: 4) == ["ab", "cdef", "gh"])
    #expect(TextWidth.wrap("作業作業", to: 5) == ["作業", "作業"])
    #expect(TextWidth.wrap("a\n\nb", to: 9) == ["a", "", "b"])
    #expect(TextWidth.wrap("", to: 9) == [""])
    #expect(TextWidth.wrap("a\tb", to: 9) == ["a   b"])
  }

  @Test func wrappedRowsFitAndLoseNothing() {
    let text = "The quick 作業 brown 👩‍🚀 fox jumps over a_very_long_word_without_breaks e\u{301}nd"
    for width in 1...30 {
      let rows = TextWidth.rows(of: Array(text), width: width)
      #expect(rows.flatMap { Array(text)[$0] } == Array(text))
      for line in TextWidth.wrap(text, to: width) { #expect(TextWidth.columns(of: line) <= max(width, 2)) }
    }
  }

  @Test func hostileTextBecomesVisible() {
    #expect(TextWidth.sanitized("\u{1B}[2J") == "␛[2J")
    #expect(TextWidth.sanitized("a\u{202E}b\u{200B}c") == "a␦b␦c")
    #expect(TextWidth.sanitized("\u{9B}31m\u{7F}\u{07}") == "␦31m␡␇")
    #expect(TextWidth.sanitized("tag\u{E0041}") == "tag␦")
    #expect(TextWidth.sanitized("keep\tthis\nand é作👩‍🚀") == "keep\tthis\nand é作👩‍🚀")
  }

  @Test func marksPileUpNoHigherThanATerminalCan() {
    let zalgo = "a" + String(repeating: "\u{301}", count: 50)
    var surface = Surface(width: 3, height: 1)
    surface.write(zalgo, at: Point(x: 0, y: 0))
    #expect(surface[0, 0].glyph.scalars.count <= 5)
  }

  @Test func theEndOfATextIsOneLine() {
    #expect(TextWidth.tail("{\n  \"a\": 1,\n\t\"b\": 2\n}\n", width: 40) == "{ \"a\": 1, \"b\": 2 }")
    #expect(TextWidth.tail("one two three", width: 6) == "…three")
    #expect(TextWidth.tail("作業作業", width: 5) == "…作業")
    #expect(TextWidth.tail("作業作業", width: 4) == "…業")
    #expect(TextWidth.tail("abc", width: 3) == "abc")
    #expect(TextWidth.tail("abc", width: 1) == "…" && TextWidth.tail("abc", width: 0) == "")
    #expect(TextWidth.tail("", width: 5) == "")
  }

  @Test func aNameThatIsTooLongKeepsItsEnds() {
    #expect(TextWidth.clippedInTheMiddle("task+format+constraints", to: 11) == "task+…aints")
    #expect(TextWidth.clippedInTheMiddle("作作作作作", to: 6) == "作…作")
    #expect(TextWidth.clippedInTheMiddle("short", to: 5) == "short")
  }
}
