/// A list with one selected row, which is known by its id, so that it stays selected when rows come and go around it.
///
/// The items themselves stay where they are; they are handed in with each event and each drawing, and only visible
/// ones are looked at, however many there are.
package struct ListView<ID: Hashable & Sendable>: Sendable {
  /// The id of the selected item; nil before the first drawing and while there are no items.
  package private(set) var selection: ID?

  /// How many of the first items stay in view while the others are scrolled.
  package var pinned = 0

  private var position = 0
  private var top = 0  // the first item in view among those that are scrolled
  private var area = Rect.empty
  private var mustReveal = true

  /// Makes a list; without a selection, it selects the first item.
  package init(selection: ID? = nil) { self.selection = selection }

  /// Selects an item and brings it into view.
  package mutating func select(_ id: ID?) {
    selection = id
    mustReveal = true
  }

  /// The selected item, or the one that takes its place if it is gone.
  package func selected<Items: RandomAccessCollection>(in items: Items) -> Items.Element?
  where Items.Element: Identifiable, Items.Element.ID == ID {
    selectedIndex(in: items).map { items[items.index(items.startIndex, offsetBy: $0)] }
  }

  /// The number of the selected row, from 0.
  package func selectedIndex<Items: RandomAccessCollection>(in items: Items) -> Int?
  where Items.Element: Identifiable, Items.Element.ID == ID {
    guard !items.isEmpty else { return nil }
    let expected = min(position, items.count - 1)
    guard let selection else { return expected }
    if items[items.index(items.startIndex, offsetBy: expected)].id == selection { return expected }
    guard let index = items.firstIndex(where: { $0.id == selection }) else { return expected }
    return items.distance(from: items.startIndex, to: index)
  }

  /// Moves the selection or scrolls; false if the event means nothing to a list.
  package mutating func handle<Items: RandomAccessCollection>(_ event: Event, _ items: Items) -> Bool
  where Items.Element: Identifiable, Items.Element.ID == ID {
    let current = selectedIndex(in: items) ?? 0
    switch event {
    case .key(let key):
      guard let target = target(of: key, from: current, count: items.count) else { return false }
      move(to: target, items)
    case .mouse(let mouse) where area.contains(mouse.point):
      switch mouse.action {
      case .press(.left), .drag(.left):
        move(to: min(index(ofRow: mouse.point.y - area.y, items.count), items.count - 1), items)
      case .wheelUp: scroll(by: -3, count: items.count)
      case .wheelDown: scroll(by: 3, count: items.count)
      default: return false
      }
    default: return false
    }
    return true
  }

  /// Draws the visible rows, each as `row` describes it, and a scroll bar if there are more.
  package mutating func draw<Items: RandomAccessCollection>(
    _ items: Items, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme,
    row: (Items.Element) -> [Span]
  ) where Items.Element: Identifiable, Items.Element.ID == ID {
    draw(items, in: rect, focused: focused, on: &surface, theme: theme) { item, place, surface in
      surface.write(row(item), in: place)
    }
  }

  /// Draws the visible rows with `drawRow`, which is given each item and its row of cells.
  package mutating func draw<Items: RandomAccessCollection>(
    _ items: Items, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme,
    drawRow: (Items.Element, Rect, inout Surface) -> Void
  ) where Items.Element: Identifiable, Items.Element.ID == ID {
    area = rect
    let index = selectedIndex(in: items)
    position = index ?? 0
    selection = index.map { items[items.index(items.startIndex, offsetBy: $0)].id }
    guard !rect.isEmpty, let index else { return }
    let fixed = fixedRows(of: items.count)
    if mustReveal, index >= fixed { top = min(max(top, index - rect.height + 1), index - fixed) }
    mustReveal = false
    top = min(max(0, top), max(0, items.count - rect.height))
    let hasBar = items.count > rect.height && rect.width > 2
    let width = hasBar ? rect.width - 1 : rect.width
    for offset in 0..<min(rect.height, items.count - top) {
      let place = Rect(x: rect.x, y: rect.y + offset, width: width, height: 1)
      let number = self.index(ofRow: offset, items.count)
      if number == index {
        surface.fill(place, style: theme[focused ? .selection : .selectionUnfocused].over(theme[.text]))
      }
      drawRow(items[items.index(items.startIndex, offsetBy: number)], place, &surface)
    }
    if hasBar {
      let bar = Rect(x: rect.maxX - 1, y: rect.y, width: 1, height: rect.height)
      Scrollbar(total: items.count, visible: rect.height, offset: top).draw(in: bar, on: &surface, theme: theme)
    }
  }

  private mutating func move<Items: RandomAccessCollection>(to index: Int, _ items: Items)
  where Items.Element: Identifiable, Items.Element.ID == ID {
    guard !items.isEmpty else { return }
    position = min(max(0, index), items.count - 1)
    select(items[items.index(items.startIndex, offsetBy: position)].id)
  }

  /// Rows at the top that are not scrolled; at least one row is.
  private func fixedRows(of count: Int) -> Int { max(0, min(pinned, min(count, area.height) - 1)) }

  private func index(ofRow row: Int, _ count: Int) -> Int { row < fixedRows(of: count) ? row : top + row }

  private mutating func scroll(by rows: Int, count: Int) {
    top = min(max(0, top + rows), max(0, count - area.height))
  }

  private func target(of key: Key, from current: Int, count: Int) -> Int? {
    let page = max(1, area.height - 1)
    switch key {
    case .up, "k": return current - 1
    case .down, "j": return current + 1
    case .pageUp: return current - page
    case .pageDown: return current + page
    case .control("u"): return current - max(1, page / 2)
    case .control("d"): return current + max(1, page / 2)
    case .home, "g": return 0
    case .end, "G": return count - 1
    default: return nil
    }
  }
}

/// The keys that lists and tables take, for help.
package enum ListKeys {
  /// The keys that lists and tables take, for help.
  package static let hints = [
    BindingHint(keys: [.up, "k"], title: "Previous row", group: "Lists"),
    BindingHint(keys: [.down, "j"], title: "Next row", group: "Lists"),
    BindingHint(keys: [.pageUp, .pageDown], title: "A page up or down", group: "Lists"),
    BindingHint(keys: [.control("u"), .control("d")], title: "Half a page up or down", group: "Lists"),
    BindingHint(keys: [.home, "g"], title: "First row", group: "Lists"),
    BindingHint(keys: [.end, "G"], title: "Last row", group: "Lists"),
  ]
}
