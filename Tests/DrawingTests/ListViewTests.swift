import Drawing
import Testing

@Suite struct ListViewTests {
  private let theme = Theme.dark

  private func draw(_ list: inout ListView<Int>, _ rows: [Row], width: Int = 20, height: Int = 5) -> Surface {
    var surface = Surface(width: width, height: height)
    list.draw(rows, in: surface.bounds, focused: true, on: &surface, theme: theme) { [Span($0.name)] }
    return surface
  }

  @Test func selectsTheFirstItem() {
    var list = ListView<Int>()
    #expect(list.selection == nil)
    let surface = draw(&list, Row.many(3))
    #expect(list.selection == 0)
    #expect(surface.text() == "row 0\nrow 1\nrow 2")
    #expect(surface[0, 0].style.background == theme[.selection].background)
    #expect(surface[0, 1].style.background != theme[.selection].background)
  }

  @Test func keysMoveTheSelection() {
    var list = ListView<Int>()
    let rows = Row.many(100)
    _ = draw(&list, rows)
    for (key, expected) in [
      ("j", 1), ("Down", 2), ("k", 1), ("G", 99), ("Down", 99), ("PageUp", 95), ("g", 0), ("Up", 0), ("PageDown", 4),
      ("Ctrl-d", 6), ("Ctrl-u", 4), ("End", 99), ("Home", 0),
    ] as [(String, Int)] {
      #expect(Key(key).map { list.handle(.key($0), rows) } == true)
      #expect(list.selection == expected, "after \(key)")
      _ = draw(&list, rows)
    }
    #expect(list.handle(.key("x"), rows) == false)
  }

  @Test func pinnedItemsStayInView() {
    var list = ListView<Int>()
    list.pinned = 2
    let rows = Row.many(20)
    func shown(height: Int = 5) -> [String] {
      draw(&list, rows, height: height).text().split(separator: "\n").map { String($0.split(separator: " ")[1]) }
    }
    #expect(shown() == ["0", "1", "2", "3", "4"])
    _ = list.handle(.key("G"), rows)
    #expect(shown() == ["0", "1", "17", "18", "19"])
    for _ in 0..<19 { _ = list.handle(.key("k"), rows) }
    #expect(list.selection == 0)
    _ = list.handle(.mouse(MouseEvent(.wheelUp, at: Point(x: 1, y: 3))), rows)
    #expect(shown().prefix(2) == ["0", "1"])
    _ = list.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 1, y: 1))), rows)
    #expect(list.selection == 1)
    _ = list.handle(.key("G"), rows)
    _ = shown()
    _ = list.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 1, y: 2))), rows)
    #expect(list.selection == 17)
    #expect(shown(height: 1).count == 1)
  }

  @Test func theSelectedItemStaysSelectedAmongOthers() {
    var list = ListView<Int>()
    var rows = Row.many(10)
    _ = draw(&list, rows)
    list.select(5)
    rows.insert(Row(id: 77), at: 0)
    rows.removeAll { $0.id == 2 }
    _ = draw(&list, rows)
    #expect(list.selection == 5)
    #expect(list.selected(in: rows)?.id == 5)
  }

  @Test func aNeighbourTakesTheSelectionOfARemovedItem() {
    var list = ListView<Int>(selection: 9)
    _ = draw(&list, Row.many(10))
    #expect(list.selected(in: Row.many(4))?.id == 3)
    _ = draw(&list, Row.many(4))
    #expect(list.selection == 3)
    _ = draw(&list, [])
    #expect(list.selection == nil)
    #expect(list.selected(in: [Row]()) == nil)
  }

  @Test func theSelectionIsBroughtIntoView() {
    var list = ListView<Int>()
    let rows = Row.many(100)
    list.select(50)
    #expect(draw(&list, rows).text().contains("row 50"))
    list.select(2)
    #expect(draw(&list, rows).text().contains("row 2"))
  }

  @Test func theWheelScrollsWithoutSelecting() {
    var list = ListView<Int>()
    let rows = Row.many(100)
    _ = draw(&list, rows)
    #expect(list.handle(.mouse(MouseEvent(.wheelDown, at: Point(x: 1, y: 1))), rows) == true)
    let surface = draw(&list, rows)
    #expect(surface.line(0).hasPrefix("row 3"))
    #expect(list.selection == 0)
    #expect(list.handle(.mouse(MouseEvent(.wheelDown, at: Point(x: 30, y: 1))), rows) == false)
  }

  @Test func aClickSelects() {
    var list = ListView<Int>()
    let rows = Row.many(100)
    _ = draw(&list, rows)
    _ = list.handle(.mouse(MouseEvent(.wheelDown, at: Point(x: 1, y: 1))), rows)
    _ = draw(&list, rows)
    #expect(list.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 1, y: 2))), rows) == true)
    #expect(list.selection == 5)
  }

  @Test func onlyVisibleRowsAreLookedAt() {
    var list = ListView<Int>()
    let rows = Row.many(100_000)
    list.select(99_999)
    var looked = 0
    var surface = Surface(width: 20, height: 5)
    list.draw(rows, in: surface.bounds, focused: true, on: &surface, theme: theme) { row in
      looked += 1
      return [Span(row.name)]
    }
    #expect(looked == 5)
  }

  @Test(arguments: [(1, 1), (2, 1), (0, 0), (40, 10)])
  func anySizeWillDo(width: Int, height: Int) {
    var list = ListView<Int>()
    _ = draw(&list, Row.many(7), width: width, height: height)
    #expect(list.selection == 0)
  }
}

struct Row: Identifiable {
  var id: Int

  var name: String { "row \(id)" }

  static func many(_ count: Int) -> [Row] { (0..<count).map { Row(id: $0) } }
}
