import Testing

@testable import Drawing

@Suite struct TableViewTests {
  private let columns = [
    TableColumn<Row>("Id", width: 2...3, alignment: .right, priority: 3) { [Span("\($0.id)")] },
    TableColumn<Row>("Name", width: 6...99, priority: 2) { [Span($0.name + " 作業")] },
    TableColumn<Row>("Score", width: 6...6, alignment: .right, priority: 1) { [Span("\($0.id).5 %")] },
  ]

  private func text(width: Int, height: Int = 3, rows: Int = 2) -> String {
    var table = TableView<Int>()
    var surface = Surface(width: width, height: height)
    table.draw(Row.many(rows), columns: columns, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    return surface.text()
  }

  @Test func columnsAreAlignedUnderTheirHeadings() {
    #expect(
      text(width: 28) == """
         Id  Name              Score
          0  row 0 作業        0.5 %
          1  row 1 作業        1.5 %
        """)
  }

  @Test func theLeastImportantColumnsGoFirst() {
    #expect(
      text(width: 15) == """
         Id  Name
          0  row 0 作業
          1  row 1 作業
        """)
    #expect(text(width: 6) == " Id\n  0\n  1")
    #expect(text(width: 1, height: 2) == "…\n0")
  }

  @Test func layoutDealsOutWhatIsLeft() {
    let layout = TableView<Int>.layout([(2...10, 0), (2...4, 0), (3...3, 0)], width: 21)
    #expect(layout.map(\.1) == [0..<10, 12..<16, 18..<21])
    #expect(TableView<Int>.layout([], width: 10).isEmpty)
    #expect(TableView<Int>.layout([(5...9, 0)], width: 3).map(\.1) == [0..<3])
  }

  @Test func manyRowsGetAScrollBar() {
    #expect(text(width: 28, height: 4, rows: 100).contains("█"))
  }
}
