import Drawing
import WorkbenchCore

/// Which run's passed outputs become a training file, with which prompt, and where.
struct CollectForm: Sendable {
  private var table = TableView<RunID>()
  var fields: Form
  private var isInRuns = true
  private var suggestion: String

  init(_ snapshot: Snapshot) {
    let runs = Self.runs(snapshot)
    let best = runs.max { $0.summary.passed < $1.summary.passed }
    table = TableView(selection: best?.id)
    suggestion = Self.path(best?.id)
    let prompts = snapshot.workspace.prompts.map(\.name)
    let prompt = snapshot.workspace.training.prompt ?? best?.variant.prompt ?? prompts.first ?? ""
    fields = Form([
      FormField(
        "prompt", .choice(prompts.isEmpty ? [prompt] : prompts), value: prompt,
        hint: "what the tuned model is asked with"),
      FormField("file", value: suggestion, hint: "one of this name is replaced") { path in
        if path.isEmpty { return "Name a file, such as train/collected.jsonl." }
        if path.hasPrefix("/") || path.split(separator: "/").contains("..") {
          return "The file belongs into the workspace: a path such as train/collected.jsonl."
        }
        return path.hasSuffix(".jsonl") ? nil : "Its name must end with .jsonl."
      },
    ])
  }

  /// Runs with something to collect, newest first.
  static func runs(_ snapshot: Snapshot) -> [Run] { snapshot.runs.filter { $0.summary.passed > 0 } }

  private static func path(_ run: RunID?) -> String { "train/collected\(run.map { "-\($0)" } ?? "").jsonl" }

  mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Bool {
    if isInRuns {
      if event == .key(.tab) {
        isInRuns = false
        return true
      }
      guard table.handle(event, Self.runs(snapshot)) else { return event.isTyping }
      let next = Self.path(table.selection)
      if fields["file"] == suggestion { fields["file"] = next }
      suggestion = next
      return true
    }
    if event == .key(.escape) {
      isInRuns = true
      return true
    }
    return fields.handle(event)
  }

  /// What is asked for, once Enter was pressed in the last part; nil while there is more to choose.
  mutating func submit(_ snapshot: Snapshot) -> CollectRequest? {
    if isInRuns {
      isInRuns = false
      fields.move(to: 0)
      return nil
    }
    if fields.focus == 0 {
      fields.move(to: 1)
      return nil
    }
    guard fields.problem == nil else {
      fields.focusProblem()
      return nil
    }
    guard let run = table.list.selected(in: Self.runs(snapshot)) else { return nil }
    return CollectRequest(run: run.id, prompt: fields["prompt"], path: fields["file"])
  }

  mutating func draw(_ snapshot: Snapshot, over rect: Rect, on surface: inout Surface, theme: Theme) {
    let runs = Self.runs(snapshot)
    let place = rect.centered(Size(width: min(rect.width, 78), height: min(rect.height, min(runs.count, 10) + 9)))
    surface.fill(place, style: theme[.overlay].over(theme[.text]))
    let inner = surface.frame(
      place, title: "Collect training data from a run", style: theme[.overlayBorder],
      titleStyle: theme[.overlayTitle]
    ).insetColumns
    let parts = inner.rows([.rest, .fixed(inner.height > 9 ? 1 : 0), .fixed(2), .fixed(inner.height > 7 ? 3 : 0)])
    let columns: [TableColumn<Run>] = [
      TableColumn("run", width: 4...6, alignment: .right, priority: 9) { [Span("#\($0.id)", theme[.textDim])] },
      TableColumn("variant", width: 8...28, priority: 8) { [Span($0.variant.name, theme[.textStrong])] },
      TableColumn("set", width: 4...12, priority: 4) { [Span($0.set)] },
      TableColumn("passed", width: 9...11, alignment: .right, priority: 10) {
        [Span("\($0.summary.passed)/\($0.summary.done)")]
      },
      TableColumn("when", width: 9...10, alignment: .right, priority: 5) {
        [Span(Figure.age(snapshot.time.timeIntervalSince($0.started)), theme[.textDim])]
      },
    ]
    table.draw(runs, columns: columns, in: parts[0], focused: isInRuns, on: &surface, theme: theme)
    fields.draw(in: parts[2], focused: !isInRuns, on: &surface, theme: theme)
    guard let run = table.list.selected(in: runs), parts[3].height > 1 else { return }
    let rows = Figure.count(run.summary.passed, "row")
    let note = "\(rows), from cases of “\(run.set)”: measure the tuned model on other cases."
    surface.write([Span("  " + note, theme[.warning])], in: parts[3].row(1))
    let next = isInRuns ? "Enter goes on to prompt and file." : "Enter on the file collects."
    surface.write([Span("  " + next, theme[.textDim])], in: parts[3].row(2))
  }
}
