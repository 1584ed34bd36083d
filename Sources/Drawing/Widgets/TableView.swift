/// A column of a table: its heading, how wide it may be, and what it shows of a row.
package struct TableColumn<Row> {
  /// The heading.
  package var title: String
  /// The fewest columns in which it is useful, and the most that it can use.
  package var width: ClosedRange<Int>
  /// Numbers belong to the right.
  package var alignment: Alignment
  /// Where space is short, columns with a lower priority are left out first.
  package var priority: Int
  /// What it shows of a row.
  package var content: (Row) -> [Span]

  package init(
    _ title: String, width: ClosedRange<Int>, alignment: Alignment = .left, priority: Int = 0,
    content: @escaping (Row) -> [Span]
  ) {
    self.title = title
    self.width = width
    self.alignment = alignment
    self.priority = priority
    self.content = content
  }
}

/// A list whose rows are divided into columns under a heading.
package struct TableView<ID: Hashable & Sendable>: Sendable {
  /// The rows: their selection and their keys.
  package var list: ListView<ID>

  private static var gap: Int { 2 }

  /// Makes a table; without a selection, it selects the first row.
  package init(selection: ID? = nil) { list = ListView(selection: selection) }

  /// The id of the selected row.
  package var selection: ID? { list.selection }

  /// Selects a row and brings it into view.
  package mutating func select(_ id: ID?) { list.select(id) }

  /// Moves the selection or scrolls; false if the event means nothing to a table.
  package mutating func handle<Rows: RandomAccessCollection>(_ event: Event, _ rows: Rows) -> Bool
  where Rows.Element: Identifiable, Rows.Element.ID == ID {
    list.handle(event, rows)
  }

  /// Draws the heading and the visible rows.
  package mutating func draw<Rows: RandomAccessCollection>(
    _ rows: Rows, columns: [TableColumn<Rows.Element>], in rect: Rect, focused: Bool, on surface: inout Surface,
    theme: Theme
  ) where Rows.Element: Identifiable, Rows.Element.ID == ID {
    let body = Rect(x: rect.x, y: rect.y + 1, width: rect.width, height: rect.height - 1)
    let width = rows.count > body.height && rect.width > 2 ? rect.width - 1 : rect.width
    let shown = Self.layout(columns.map { ($0.width, $0.priority) }, width: width)
    if let header = shown.isEmpty ? nil : rect.row(0), !header.isEmpty {
      surface.fill(header, style: theme[.tableHeader].over(theme[.text]))
      for (index, place) in shown {
        let cell = Rect(x: rect.x + place.lowerBound, y: rect.y, width: place.count, height: 1)
        surface.write([Span(columns[index].title)], in: cell, columns[index].alignment)
      }
    }
    list.draw(rows, in: body, focused: focused, on: &surface, theme: theme) { row, place, surface in
      for (index, columnPlace) in shown {
        let cell = Rect(x: place.x + columnPlace.lowerBound, y: place.y, width: columnPlace.count, height: 1)
        surface.write(columns[index].content(row), in: cell.intersection(place), columns[index].alignment)
      }
    }
  }

  /// Which columns fit, and where: first the least important ones go, then what is left over is dealt out evenly.
  static func layout(_ columns: [(width: ClosedRange<Int>, priority: Int)], width: Int) -> [(Int, Range<Int>)] {
    var kept = Array(columns.indices)
    func needed() -> Int { kept.reduce(gap * max(0, kept.count - 1)) { $0 + columns[$1].width.lowerBound } }
    while kept.count > 1, needed() > width {
      let least = kept.map { columns[$0].priority }.min()
      if let victim = kept.lastIndex(where: { columns[$0].priority == least }) { kept.remove(at: victim) }
    }
    var widths = kept.map { columns[$0].width.lowerBound }
    var spare = width - needed()
    while spare > 0 {
      let growing = kept.indices.filter { widths[$0] < columns[kept[$0]].width.upperBound }
      if growing.isEmpty { break }
      for index in growing where spare > 0 {
        let share = max(1, min(spare / growing.count, columns[kept[index]].width.upperBound - widths[index]))
        widths[index] += share
        spare -= share
      }
    }
    var x = 0
    return zip(kept, widths).map { index, columns in
      defer { x += columns + gap }
      return (index, min(x, max(0, width))..<max(min(x, max(0, width)), min(x + columns, width)))
    }
  }
}
