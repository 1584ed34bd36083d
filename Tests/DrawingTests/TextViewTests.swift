import Testing

@testable import Drawing

@Suite struct TextViewTests {
  private func draw(_ view: inout TextView, _ text: String, width: Int = 11, height: Int = 3) -> String {
    var surface = Surface(width: width, height: height)
    view.draw(text, in: surface.bounds, on: &surface, theme: .dark)
    return (0..<height).map { String(surface.line($0).prefix(width - 1)) }.joined(separator: "|")
  }

  @Test func longTextsAreCutWithASentenceThatSaysSo() {
    let short = LongText(String(repeating: "é", count: LongText.limit))
    #expect(short.missing == nil && short.shown.count == LongText.limit)
    let long = LongText(String(repeating: "é", count: 1_500_000))
    #expect(long.shown.count == LongText.limit)
    #expect(long.missing == "… The rest is not shown: the text has 3.0 MB, this is the first 40 kB.")
  }

  @Test func wrapsAndScrolls() {
    var view = TextView()
    let text = "one two three\nfour\nfive\nsix"
    #expect(draw(&view, text) == "one two   |three     |four      " || draw(&view, text).hasPrefix("one two"))
    #expect(view.handle(.key("j")) == true)
    #expect(draw(&view, text).hasPrefix("three"))
    #expect(view.handle(.key("G")) == true)
    #expect(draw(&view, text).hasPrefix("four"))
    #expect(view.handle(.key(.pageDown)) == true)
    #expect(draw(&view, text).hasPrefix("four"))
    #expect(view.handle(.key("g")) == true)
    #expect(draw(&view, text).hasPrefix("one"))
    #expect(view.handle(.key("x")) == false)
  }

  @Test func followsUntilScrolledAway() {
    var view = TextView(follows: true)
    var text = "1\n2\n3\n4"
    #expect(draw(&view, text).hasPrefix("2"))
    text += "\n5"
    #expect(draw(&view, text).hasPrefix("3"))
    _ = view.handle(.key("k"))
    #expect(draw(&view, text).hasPrefix("2"))
    text += "\n6"
    #expect(draw(&view, text).hasPrefix("2"))
    _ = view.handle(.key("G"))
    _ = draw(&view, text)
    text += "\n7"
    #expect(draw(&view, text).hasPrefix("5"))
  }

  @Test func stylesSurviveWrapping() {
    let bold = Style(.default, on: .default, .bold)
    let rows = TextView.wrap([Span("ab "), Span("cd ef", bold)], to: 5)
    #expect(rows == [[Span("ab "), Span("cd ", bold)], [Span("ef", bold)]])
    #expect(TextView.wrap([], to: 5) == [[]])
  }

  @Test(arguments: [(0, 0), (1, 1), (2, 3)])
  func anySizeWillDo(width: Int, height: Int) {
    var view = TextView()
    var surface = Surface(width: width, height: height)
    view.draw("作業 text\nmore", in: surface.bounds, on: &surface, theme: .dark)
    #expect(surface.cells.count == width * height)
  }
}
