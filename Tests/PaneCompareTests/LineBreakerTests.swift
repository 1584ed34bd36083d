import Drawing
import Testing

@testable import PaneCompare

struct LineBreakerTests {
  private func rows(_ text: String, _ width: Int) -> [String] {
    LineBreaker.rows(of: [Span(text)], width: width).map { $0.map(\.text).joined() }
  }

  @Test func compactJSONIsBrokenAfterCommas() {
    #expect(
      rows(#"{"category":"sync","priority":"low","needs_human":false}"#, 24)
        == [#"{"category":"sync","#, #""priority":"low","#, #""needs_human":false}"#])
  }

  @Test func textIsBrokenAtSpacesThatAreNotShown() {
    #expect(rows("abc def", 3) == ["abc", "def"])
    #expect(rows("abc  def gh", 6) == ["abc  ", "def gh"])
    #expect(rows("abcdefgh", 3) == ["abc", "def", "gh"])
    #expect(rows("", 3) == [""])
    #expect(rows("ab", 0) == ["a", "b"])
  }

  @Test func wideCharactersStayWhole() {
    #expect(rows("作業が終わ", 5) == ["作業", "が終", "わ"])
    #expect(rows("作", 1) == ["作"])
  }

  @Test func stylesAreKept() {
    let rows = LineBreaker.rows(of: [Span("ab", Style.plain.adding(.bold)), Span("cd")], width: 3)
    #expect(rows == [[Span("ab", Style.plain.adding(.bold)), Span("c")], [Span("d")]])
  }
}
