import Domain
import Drawing
import WorkbenchCore

/// Asks whether a command may cost what it is estimated to.
struct ChargeOverlay: Sendable {
  let pending: PendingCharge
  /// How many commands wait for an answer, this one included.
  let count: Int
  var view = TextView()

  init(_ pending: PendingCharge, of count: Int) {
    self.pending = pending
    self.count = count
  }

  /// Whether a key agrees; nil when it scrolls or means nothing here.
  mutating func answer(to event: Event) -> Bool? {
    switch event {
    case .key("y"): return true
    case .key("n"), .key(.escape), .key("q"), .key(.control("c")): return false
    default:
      _ = view.handle(event)
      return nil
    }
  }

  private var reason: String {
    let charge = pending.charge
    if charge.items.contains(where: { $0.dollars == nil }) {
      return "What this costs isn't known: add the price to the model in assay.yaml to see it."
    }
    return
      "Assay asks before it may spend more than \(charge.limitText) (confirm_above in assay.yaml lowers that)."
  }

  mutating func draw(in rect: Rect, on surface: inout Surface, theme: Theme) {
    let width = min(84, rect.width - 4)
    var lines = pending.charge.items.map { [Span($0.sentence, theme[.overlay])] }
    lines += [[], [Span(reason, theme[.textDim])]]
    if count > 1 { lines.append([Span("\(count - 1) more wait for an answer.", theme[.textDim])]) }
    let rows = lines.reduce(0) { sum, line in
      sum + max(1, TextWidth.wrap(line.map(\.text).joined(), to: max(1, width - 4)).count)
    }
    let box = Overlays.box(in: rect, width: width, height: rows + 4)
    let inner = Overlays.frame(box, title: "Spend this?", on: &surface, theme: theme)
    let parts = inner.rows([.rest, .fixed(1)])
    view.draw(lines, in: parts[0], on: &surface, theme: theme)
    let keys = [
      Span("y", theme[.key]), Span(" start   ", theme[.overlay]), Span("n", theme[.key]),
      Span(" don't", theme[.overlay]),
    ]
    surface.write(keys, at: Point(x: inner.x, y: parts[1].y), clip: inner)
  }
}
