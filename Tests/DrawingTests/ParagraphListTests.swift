import Testing

@testable import Drawing

@Suite struct ParagraphListTests {
  private typealias Item = ParagraphList<String>.Item

  /// A heading, then items of one to three rows.
  private let items: [Item] = [
    Item("title", [[Span("title")], []], isSelectable: false),
    Item("a", [[Span("a1")], [Span("a2")]]), Item("b", [[Span("b1")]]),
    Item("gap", [[]], isSelectable: false), Item("c", [[Span("c1")], [Span("c2")], [Span("c3")]]),
    Item("end", [[], [Span("end")]], isSelectable: false),
  ]

  private func draw(_ list: inout ParagraphList<String>, height: Int = 4) -> [String] {
    var surface = Surface(width: 12, height: height)
    list.draw(items, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    return surface.text().split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.prefix(5)).replacing(" ", with: "")
    }
  }

  private func press(_ key: Key, on list: inout ParagraphList<String>) {
    let isUsed = list.handle(.key(key))
    #expect(isUsed)
  }

  @Test func theFirstThatCanBeSelectedIsAndItsHeadingIsInView() {
    var list = ParagraphList<String>()
    let shown = draw(&list)
    #expect(shown.prefix(4) == ["title", "", "a1", "a2"])
    #expect(list.selection == "a")
  }

  @Test func movesOverWhatCantBeSelected() {
    var list = ParagraphList<String>()
    _ = draw(&list)
    press("j", on: &list)
    #expect(list.selection == "b")
    _ = draw(&list)
    press("j", on: &list)
    #expect(list.selection == "c")
    let shown = draw(&list)
    #expect(shown.contains("c3"))
    _ = list.handle(.key("j"))
    _ = list.handle(.key("j"))
    let end = draw(&list)
    #expect(end.contains("end"), "the text behind the last item can be reached")
    for _ in 0..<9 { _ = list.handle(.key("k")) }
    #expect(list.selection == "a")
    let top = draw(&list)
    #expect(top.first == "title")
  }

  @Test func anItemLongerThanTheAreaIsReadRowByRow() {
    var list = ParagraphList<String>(selection: "c")
    let first = draw(&list, height: 2)
    #expect(first.prefix(2) == ["c1", "c2"])
    _ = list.handle(.key("j"))
    #expect(list.selection == "c")
    let next = draw(&list, height: 2)
    #expect(next.prefix(2) == ["c2", "c3"])
  }

  @Test func theMouseSelectsAndScrolls() {
    var list = ParagraphList<String>()
    _ = draw(&list, height: 6)
    _ = list.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 1, y: 4))))
    #expect(list.selection == "b")
    _ = list.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 1, y: 0))))
    #expect(list.selection == "b", "a heading selects nothing")
    _ = list.handle(.mouse(MouseEvent(.wheelDown, at: Point(x: 1, y: 1))))
    let shown = draw(&list, height: 6)
    #expect(shown.contains("c3"))
    #expect(list.selection == "b")
  }

  @Test func pagesAndEndsTakeTheSelectionAlong() {
    var list = ParagraphList<String>()
    _ = draw(&list)
    _ = list.handle(.key("G"))
    let end = draw(&list)
    #expect(end.last(where: { !$0.isEmpty }) == "end")
    #expect(list.selection == "c")
    _ = list.handle(.key("g"))
    let top = draw(&list)
    #expect(top.first == "title")
    _ = list.handle(.key(.pageDown))
    #expect(list.selection == "c" || list.selection == "b")
  }

  @Test func drawsAtAnySizeAndWithoutItems() {
    for size in [Size(width: 0, height: 0), Size(width: 1, height: 1), Size(width: 3, height: 2)] {
      var surface = Surface(size)
      var list = ParagraphList<String>()
      list.draw(items, in: surface.bounds, focused: true, on: &surface, theme: .dark)
      list.draw([], in: surface.bounds, focused: true, on: &surface, theme: .dark)
      #expect(list.selection == nil)
      press("j", on: &list)
    }
  }
}
