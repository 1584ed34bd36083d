import Drawing

/// The keys that mean something now, made from the bindings themselves.
struct HelpOverlay: Sendable {
  let groups: [HelpGroup]
  let title: String
  var view = TextView()

  init(groups: [HelpGroup], title: String) {
    self.groups = groups
    self.title = title
  }

  /// Scrolls; false closes it.
  mutating func handle(_ event: Event) -> Bool {
    if view.handle(event) { return true }
    return !Overlays.closing.contains(event)
  }

  mutating func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    let keys = groups.flatMap(\.hints).map { TextWidth.columns(of: $0.keyList) }.max() ?? 0
    let column = min(keys, 24)
    var lines: [[Span]] = []
    for group in groups {
      if !lines.isEmpty { lines.append([]) }
      lines.append([Span(group.title, theme[.overlayTitle])])
      for hint in group.hints {
        let style = theme[hint.unavailable == nil ? .overlay : .textDim]
        lines.append([
          Span("  " + TextWidth.pad(hint.keyList, to: column, .left) + "  ", theme[.key]), Span(hint.title, style),
        ])
        if let reason = hint.unavailable {
          lines.append([Span(String(repeating: " ", count: column + 4) + reason, theme[.textDim])])
        }
      }
    }
    let box = Overlays.box(in: rect, width: 76, height: lines.count + 2)
    let inner = Overlays.frame(
      box, title: "Keys in \(title) · Esc or q closes", on: &surface, theme: theme)
    view.draw(lines, in: inner, on: &surface, theme: theme)
  }
}

/// What all overlays look like.
enum Overlays {
  /// What closes those that nothing is typed into; the key that opened one does too.
  static let closing: [Event] = [.key(.escape), .key("q"), .key("?"), .key("!"), .key(.control("c"))]

  /// A centred box, at most as large as the screen leaves.
  static func box(in rect: Rect, width: Int, height: Int) -> Rect {
    rect.centered(Size(width: min(width, rect.width - 2), height: min(height, rect.height - 2)))
  }

  /// Fills and frames a box; returns the room inside.
  static func frame(_ box: Rect, title: String, on surface: inout Surface, theme: Theme) -> Rect {
    surface.fill(box, style: theme.resolved(.overlay))
    let inner = surface.frame(
      box, title: title, style: theme.resolved(.overlayBorder), titleStyle: theme.resolved(.overlayTitle))
    return inner.inset(dx: 1, dy: 0)
  }
}
