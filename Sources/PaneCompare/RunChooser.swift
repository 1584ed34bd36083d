import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// The small list from which a side of the comparison is chosen.
struct RunChooser: Sendable {
  enum Side: Sendable { case a, b, extra }

  /// A run, or a variant that has none on this set.
  struct Item: Identifiable, Sendable {
    var id: String
    var choice: RunChoice
    var set: String
    var variant: Variant
    var run: Run?
  }

  let side: Side
  private var table: TableView<String>

  /// Opens with the present choice selected.
  init(_ side: Side, _ snapshot: Snapshot, _ pair: ComparePair) {
    self.side = side
    let present = side == .a ? pair.a : side == .b ? pair.b : nil
    table = TableView(selection: present.map { $0.run.map(Self.id) ?? Self.id($0.variant) })
  }

  private static func id(_ run: Run) -> String { "run \(run.id)" }
  private static func id(_ variant: Variant) -> String { "variant \(variant.name)" }

  /// Runs of the set newest first, then its variants without a run, then runs over other sets.
  static func items(_ snapshot: Snapshot, _ pair: ComparePair) -> [Item] {
    var newest: Set<String> = []
    let runs = snapshot.runs.map { run -> Item in
      let isNewest = newest.insert(run.set + "\u{0}" + run.variant.name).inserted
      let choice = RunChoice(variant: run.variant.name, run: isNewest ? nil : run.id)
      return Item(id: id(run), choice: choice, set: run.set, variant: run.variant, run: run)
    }
    guard let set = pair.set else { return runs }
    let idle = snapshot.workspace.variants.filter { !newest.contains(set + "\u{0}" + $0.name) }.map {
      Item(id: id($0), choice: RunChoice(variant: $0.name), set: set, variant: $0)
    }
    return runs.filter { $0.set == set } + idle + runs.filter { $0.set != set }
  }

  func selected(_ snapshot: Snapshot, _ pair: ComparePair) -> Item? {
    table.list.selected(in: Self.items(snapshot, pair))
  }

  mutating func handle(_ event: Event, _ snapshot: Snapshot, _ pair: ComparePair) -> Bool {
    table.handle(event, Self.items(snapshot, pair))
  }

  private var title: String {
    switch side {
    case .a: "Run for A · Tab: B · Esc or q closes"
    case .b: "Run for B · Tab: A · Esc or q closes"
    case .extra: "Run for a further column · Esc or q closes"
    }
  }

  mutating func draw(
    _ snapshot: Snapshot, _ pair: ComparePair, over rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let items = Self.items(snapshot, pair)
    let inner = surface.popup(
      Size(width: 84, height: items.count + 3),
      title: title, over: rect, theme: theme)
    let columns: [TableColumn<Item>] = [
      TableColumn("run", width: 4...6, alignment: .right, priority: 8) { item in
        [Span(item.run.map { "#\($0.id)" } ?? "–", theme[.textDim])]
      },
      TableColumn("variant", width: 10...30, priority: 10) { item in [Span(item.variant.name, theme[.textStrong])] },
      TableColumn("kind", width: 8...8, priority: 4) { item in
        let isTuned = item.variant.isTuned
        return [Span(isTuned ? "tuned" : "prompted", theme[isTuned ? .badgeTuned : .badgePrompted])]
      },
      TableColumn("set", width: 4...12, priority: 5) { item in [Span(item.set)] },
      TableColumn("score", width: 7...7, alignment: .right, priority: 9) { item in
        guard let run = item.run, run.summary.scored > 0 else { return [Span("not run", theme[.textDim])] }
        return [Span(NumberFormat.percent(run.summary.mean))]
      },
      TableColumn("done", width: 7...9, alignment: .right, priority: 3) { item in
        item.run.map { [Span("\($0.summary.done)/\($0.requests)", theme[.textDim])] } ?? []
      },
      TableColumn("when", width: 9...10, alignment: .right, priority: 6) { item in
        item.run.map { [Span(NumberFormat.ago(snapshot.time.timeIntervalSince($0.started)), theme[.textDim])] } ?? []
      },
    ]
    table.draw(
      items, columns: columns, in: inner, focused: true, on: &surface,
      theme: theme)
  }
}
