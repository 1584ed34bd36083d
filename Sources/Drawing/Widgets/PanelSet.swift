/// The panels of a pane: which of them has the focus, where each was drawn, and which one an event is for.
package struct PanelSet<ID: Hashable & Sendable>: Sendable {
  /// The panel that keys go to.
  package var focus: ID
  /// Where each panel was drawn last.
  package private(set) var places: [ID: Rect] = [:]
  private var isPaneFocused = false

  /// Panels with the focus on one of them.
  package init(focus: ID) { self.focus = focus }

  /// Forgets where panels were; called before a pane draws those that have room.
  /// - Parameter isFocused: Whether the pane has the focus, and no question of its own takes the keys.
  package mutating func begin(isFocused: Bool) {
    isPaneFocused = isFocused
    places = [:]
  }

  /// Whether a panel is drawn as the one that keys go to.
  package func isFocused(_ id: ID) -> Bool { isPaneFocused && focus == id }

  /// Draws a panel's frame, remembers its place, and returns the space within.
  /// - Parameter label: Words at the right end of the upper line; the title is shortened for them where enough of it stays.
  package mutating func frame(
    _ id: ID, _ title: String, label: [Span] = [], in rect: Rect, on surface: inout Surface, theme: Theme
  ) -> Rect {
    places[id] = rect
    let columns = label.reduce(0) { $0 + $1.columns }
    let room = rect.width - columns - 10
    let title = columns > 0 && room >= 12 ? TextWidth.truncate(title, to: room) : title
    let hasFocus = isFocused(id)
    let inner = surface.frame(
      rect, title: title, style: theme[hasFocus ? .borderFocused : .border],
      titleStyle: theme[hasFocus ? .titleFocused : .title])
    surface.label(label, on: .top, of: rect, titleColumns: TextWidth.columns(of: title))
    return inner
  }

  /// The panel at a place.
  package func panel(at point: Point) -> ID? { places.first { $0.value.contains(point) }?.key }

  /// The panel that an event is for: that below the pointer, which a press gives the focus, or the one that has it; nil
  /// where the mouse is over none.
  package mutating func target(of event: Event) -> ID? {
    guard case .mouse(let mouse) = event else { return focus }
    guard let id = panel(at: mouse.point) else { return nil }
    if case .press = mouse.action { focus = id }
    return id
  }
}
