import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// Which runs' outputs become a training file, which of them, with which prompt, and where.
struct CollectForm: Sendable {
  private var table = TableView<RunID>()
  /// The runs taken besides others; where empty, the selected one.
  private var chosen: [RunID] = []
  var fields: Form
  private var isInRuns = true
  private var suggestion: String

  private static let pairs = "preference pairs"
  private static let answers = "best answers"

  init(_ snapshot: Snapshot) {
    let best = Self.runs(snapshot).max { $0.summary.passed < $1.summary.passed }
    table = TableView(selection: best?.id)
    suggestion = CollectRequest.path(of: best.map { [$0.id] } ?? [], kind: .answers)
    let prompts = snapshot.workspace.prompts.map(\.name)
    let prompt = snapshot.workspace.training.prompt ?? best?.variant.prompt ?? prompts.first ?? ""
    fields = Form([
      FormField(
        "rows", .choice([Self.answers, Self.pairs]), value: Self.answers, hint: "the best answer to each case"),
      FormField(
        "prompt", .choice(prompts.isEmpty ? [prompt] : prompts), value: prompt,
        hint: "what the tuned model is asked with"),
      FormField("min score", value: "", hint: "0 to 1; passed where empty", check: Self.check(0...1)),
      FormField(
        "agreement", value: "", hint: "share of repeats, such as 0.67", check: Self.check(0.01...1)),
      FormField("file", value: suggestion, hint: "one of this name is replaced") { path in
        if path.isEmpty { return "Name a file, such as train/collected.jsonl." }
        if path.hasPrefix("/") || path.split(separator: "/").contains("..") {
          return "The file belongs into the workspace: a path such as train/collected.jsonl."
        }
        return path.hasSuffix(".jsonl") ? nil : "Its name must end with .jsonl."
      },
    ])
  }

  private static func check(_ range: ClosedRange<Double>) -> @Sendable (String) -> String? {
    { text in
      if text.isEmpty || Double(text).map(range.contains) == true { return nil }
      return "A number from \(range.lowerBound == 0 ? "0" : "0.01") to 1, or nothing."
    }
  }

  /// Runs with something to collect, newest first.
  static func runs(_ snapshot: Snapshot) -> [Run] { snapshot.runs.filter { $0.summary.passed > 0 } }

  /// The runs to choose from: for pairs those that only failed are worth something, too.
  private func listed(_ snapshot: Snapshot) -> [Run] {
    kind == .pairs ? snapshot.runs.filter { $0.summary.done > 0 } : Self.runs(snapshot)
  }

  private var kind: CollectRequest.Kind { fields["rows"] == Self.pairs ? .pairs : .answers }

  /// The runs that are taken, in the order of the list.
  private func taken(_ runs: [Run]) -> [Run] {
    let several = runs.filter { chosen.contains($0.id) }
    return several.isEmpty ? table.list.selected(in: runs).map { [$0] } ?? [] : several
  }

  mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Bool {
    defer { suggest(snapshot) }
    if isInRuns {
      switch event {
      case .key(.tab): isInRuns = false
      case .key(.space): toggle(snapshot)
      default: return table.handle(event, listed(snapshot)) || event.isTyping
      }
      return true
    }
    if event == .key(.escape) {
      isInRuns = true
      return true
    }
    return fields.handle(event)
  }

  private mutating func toggle(_ snapshot: Snapshot) {
    guard let run = table.list.selected(in: listed(snapshot)) else { return }
    if let index = chosen.firstIndex(of: run.id) { chosen.remove(at: index) } else { chosen.append(run.id) }
  }

  /// Names the file after the runs, unless it was given another name.
  private mutating func suggest(_ snapshot: Snapshot) {
    let next = CollectRequest.path(of: taken(listed(snapshot)).map(\.id).sorted(), kind: kind)
    if next != suggestion, fields["file"] == suggestion { fields["file"] = next }
    suggestion = next
    fields.describe(
      "rows", hint: kind == .pairs ? "a good and a worse answer to each" : "the best answer to each case")
  }

  /// What is asked for, once Enter was pressed in the last part; nil while there is more to choose.
  mutating func submit(_ snapshot: Snapshot) -> CollectRequest? {
    if isInRuns {
      isInRuns = false
      fields.move(to: 0)
      return nil
    }
    if fields.focus < fields.fields.count - 1 {
      fields.move(to: fields.focus + 1)
      return nil
    }
    guard fields.problem == nil else {
      fields.focusProblem()
      return nil
    }
    let runs = taken(listed(snapshot)).map(\.id).sorted()
    guard !runs.isEmpty else { return nil }
    return CollectRequest(
      runs: runs, kind: kind, prompt: fields["prompt"],
      filter: CollectFilter(minScore: Double(fields["min score"]), minAgreement: Double(fields["agreement"])),
      path: fields["file"])
  }

  mutating func draw(_ snapshot: Snapshot, over rect: Rect, on surface: inout Surface, theme: Theme) {
    let runs = listed(snapshot)
    let count = fields.fields.count
    let inner = surface.popup(
      Size(width: 78, height: min(runs.count, 10) + count + 7), title: "Collect training data from runs", over: rect,
      theme: theme)
    let isTall = inner.height > count + 5
    let parts = inner.rows([
      .rest, .fixed(isTall ? 1 : 0), .fixed(isTall ? count : max(1, min(count, inner.height - 3))),
      .fixed(isTall ? 3 : 0),
    ])
    let taken = taken(runs)
    let marked = chosen
    let columns: [TableColumn<Run>] = [
      TableColumn("", width: 1...1, priority: 10) { [Span(marked.contains($0.id) ? "✓" : " ", theme[.good])] },
      TableColumn("run", width: 4...6, alignment: .right, priority: 9) { [Span("#\($0.id)", theme[.textDim])] },
      TableColumn("variant", width: 8...28, priority: 8) { [Span($0.variant.name, theme[.textStrong])] },
      TableColumn("set", width: 4...12, priority: 4) { [Span($0.set)] },
      TableColumn("passed", width: 9...11, alignment: .right, priority: 10) {
        [Span("\($0.summary.passed)/\($0.summary.done)")]
      },
      TableColumn("when", width: 9...10, alignment: .right, priority: 5) {
        [Span(NumberFormat.ago(snapshot.time.timeIntervalSince($0.started)), theme[.textDim])]
      },
    ]
    table.draw(runs, columns: columns, in: parts[0], focused: isInRuns, on: &surface, theme: theme)
    fields.draw(in: parts[2], focused: !isInRuns, on: &surface, theme: theme)
    guard !taken.isEmpty, parts[3].height > 1 else { return }
    surface.write([Span("  " + note(taken), theme[.warning])], in: parts[3].row(1))
    let isLast = fields.focus == count - 1
    let next =
      isInRuns
      ? "Space takes several runs; Enter goes on."
      : isLast ? "Enter collects." : "Enter goes on; the last one collects."
    surface.write([Span("  " + next, theme[.textDim])], in: parts[3].row(2))
  }

  /// How many rows it can become, and what that means for measuring.
  private func note(_ taken: [Run]) -> String {
    let sets = Dictionary(grouping: taken, by: \.set)
    let most = sets.values.reduce(0) { sum, runs in
      let cases = runs.map(\.cases).max() ?? 0
      return sum + min(cases, runs.reduce(0) { $0 + (kind == .pairs ? $1.cases : $1.summary.passed) })
    }
    let names = sets.keys.sorted().map { "“\($0)”" }.joined(separator: ", ")
    return
      "At most \(NumberFormat.plural(most, kind == .pairs ? "pair" : "row")), from \(names): measure on other cases."
  }
}
