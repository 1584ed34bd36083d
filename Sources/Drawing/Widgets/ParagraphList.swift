/// A list whose items take as many rows as their text needs, of which some can be selected; for findings, advice and
/// other sentences that lead somewhere.
///
/// The selected item is known by its id. Headings and blank rows between items can't be selected.
package struct ParagraphList<ID: Hashable & Sendable>: Sendable {
  /// One paragraph, already broken into rows.
  package struct Item: Sendable, Identifiable {
    /// What it is selected by.
    package var id: ID
    /// Its rows.
    package var rows: [[Span]]
    /// Whether it can be selected.
    package var isSelectable: Bool

    /// A paragraph.
    package init(_ id: ID, _ rows: [[Span]], isSelectable: Bool = true) {
      self.id = id
      self.rows = rows
      self.isSelectable = isSelectable
    }
  }

  /// The id of the selected item; nil before the first drawing, and while nothing can be selected.
  package private(set) var selection: ID?

  private var places: [(id: ID, rows: Range<Int>)] = []  // of what can be selected
  private var total = 0
  private var top = 0
  private var area = Rect.empty
  private var mustReveal = true

  /// A list; without a selection, it selects the first item that can be.
  package init(selection: ID? = nil) { self.selection = selection }

  /// Selects an item and brings it into view.
  package mutating func select(_ id: ID?) {
    selection = id
    mustReveal = true
  }

  /// Moves the selection or scrolls; false if the event means nothing to a list.
  package mutating func handle(_ event: Event) -> Bool {
    let page = max(1, area.height - 1)
    switch event {
    case .key(let key):
      switch key {
      case .up, "k": step(by: -1)
      case .down, "j": step(by: 1)
      case .pageUp: turn(by: -page)
      case .pageDown, .space: turn(by: page)
      case .control("u"): turn(by: -max(1, page / 2))
      case .control("d"): turn(by: max(1, page / 2))
      case .home, "g":
        select(places.first?.id)
        top = 0
      case .end, "G":
        selection = places.last?.id
        top = lastTop
      default: return false
      }
    case .mouse(let mouse) where area.contains(mouse.point):
      switch mouse.action {
      case .press(.left):
        let row = top + mouse.point.y - area.y
        if let place = places.first(where: { $0.rows.contains(row) }) { selection = place.id }
      case .wheelUp: top = max(0, top - 3)
      case .wheelDown: top = min(lastTop, top + 3)
      default: return false
      }
    default: return false
    }
    return true
  }

  private var lastTop: Int { max(0, total - area.height) }
  private var index: Int? { places.firstIndex { $0.id == selection } }

  /// To the next item, or on within one that is longer than the area; beyond the last one to the end of the text.
  private mutating func step(by direction: Int) {
    guard let index else { return turn(by: direction) }
    let rows = places[index].rows
    if direction > 0, rows.upperBound > top + area.height, rows.lowerBound < top + area.height { return scroll(by: 1) }
    if direction < 0, rows.lowerBound < top, rows.upperBound > top { return scroll(by: -1) }
    if places.indices.contains(index + direction) {
      select(places[index + direction].id)
    } else {
      scroll(by: direction)
    }
  }

  private mutating func scroll(by rows: Int) { top = min(max(0, top + rows), lastTop) }

  /// Scrolls, and takes the selection along.
  private mutating func turn(by rows: Int) {
    let before = index.map { places[$0].rows.lowerBound } ?? top
    scroll(by: rows)
    let wanted = before + rows
    let nearest = places.min { abs($0.rows.lowerBound - wanted) < abs($1.rows.lowerBound - wanted) }
    if let nearest { select(nearest.id) }
  }

  /// Draws the rows in view, and a scroll bar if there are more.
  package mutating func draw(
    _ items: [Item], in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    area = rect
    total = items.reduce(0) { $0 + $1.rows.count }
    var row = 0
    places = []
    for item in items {
      if item.isSelectable { places.append((item.id, row..<row + item.rows.count)) }
      row += item.rows.count
    }
    if index == nil {
      selection = places.first?.id
      mustReveal = true
    }
    reveal()
    let bar = Rect(x: rect.maxX - 1, y: rect.y, width: min(1, rect.width), height: rect.height)
    let hasBar = total > rect.height
    let selected = index.map { places[$0].rows } ?? 0..<0
    let lines = items.flatMap(\.rows)
    for (offset, line) in lines.dropFirst(top).prefix(rect.height).enumerated() {
      let place = Rect(x: rect.x, y: rect.y + offset, width: rect.width - (hasBar ? 1 : 0), height: 1)
      if selected.contains(top + offset) {
        surface.fill(place, style: theme[focused ? .selection : .selectionUnfocused].over(theme[.text]))
      }
      surface.write(line, in: place)
    }
    Scrollbar(total: total, visible: rect.height, offset: top).draw(in: bar, on: &surface, theme: theme)
  }

  private mutating func reveal() {
    if mustReveal, let index {
      let rows = places[index].rows
      if index == 0 { top = min(top, max(0, rows.upperBound - area.height)) }
      if rows.upperBound > top + area.height { top = rows.upperBound - area.height }
      if rows.lowerBound < top { top = rows.lowerBound }
      if index == 0, rows.upperBound <= area.height { top = 0 }
    }
    mustReveal = false
    top = min(max(0, top), lastTop)
  }
}
