import Drawing
import Evidence
import WorkbenchCore

extension VerdictPane {
  /// Draws the variants above and the advice below.
  public mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let rows = rows(snapshot)
    let wanted = min(rows.count + 3, max(5, rect.height * 2 / 5))
    let parts = rect.rows([.fixed(rows.isEmpty ? 3 : wanted), .rest])
    tableArea = parts[0]
    adviceArea = parts[1]
    drawVariants(rows, snapshot, in: parts[0], focused: focused && part == .variants, on: &surface, theme: theme)
    drawAdvice(snapshot, in: parts[1], focused: focused && part == .advice, on: &surface, theme: theme)
  }

  private mutating func drawVariants(
    _ rows: [Row], _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let set = snapshot.verdict?.set ?? snapshot.workspace.evalSets.first?.name
    let inner = surface.frame(
      rect, title: set.map { "Variants on \($0)" } ?? "Variants", style: theme[focused ? .borderFocused : .border],
      titleStyle: theme[focused ? .titleFocused : .title])
    guard !rows.isEmpty else {
      surface.write(
        "assay.yaml has no variants yet: a variant is a model with a prompt.", at: Point(x: inner.x + 1, y: inner.y),
        style: theme[.textDim], clip: inner)
      return
    }
    let bar = inner.width >= 110 ? 24 : inner.width >= 90 ? 14 : 0
    table.draw(
      rows, columns: columns(snapshot, bar: bar, theme: theme), in: inner, focused: focused, on: &surface, theme: theme)
  }

  private func columns(_ snapshot: Snapshot, bar: Int, theme: Theme) -> [TableColumn<Row>] {
    let best = [snapshot.verdict?.prompted?.id, snapshot.verdict?.tuned?.id]
    let dash = [Span("–", theme[.textDim])]
    func figure(_ text: @escaping (Run) -> String) -> (Row) -> [Span] {
      { row in row.run.map { [Span(text($0), theme[.text])] } ?? dash }
    }
    var columns: [TableColumn<Row>] = [
      TableColumn("variant", width: 10...32, priority: 10) { row in
        let isBest = row.run.map { best.contains($0.id) } ?? false
        return [Span(row.variant.name, theme[isBest ? .textStrong : .text])]
      },
      TableColumn("kind", width: 8...8, priority: 3) { row in
        [Span(row.variant.isTuned ? "tuned" : "prompted", theme[row.variant.isTuned ? .badgeTuned : .badgePrompted])]
      },
      TableColumn("score", width: 6...6, alignment: .right, priority: 10) { row in
        row.run.map { [Span(Words.percent($0.summary.mean), theme[.textStrong])] } ?? dash
      },
      TableColumn(
        "95 % interval", width: 13...13, priority: 8,
        content: figure { "[\(Words.percent($0.summary.low)), \(Words.percent($0.summary.high))]" }),
    ]
    if bar > 0 {
      columns.append(
        TableColumn("0 %" + String(repeating: " ", count: bar - 8) + "100 %", width: bar...bar, priority: 2) { row in
          [Span(row.run.map { Words.bar($0.summary, width: bar) } ?? "", theme[.intervalRange])]
        })
    }
    return columns + [
      TableColumn(
        "valid", width: 6...6, alignment: .right, priority: 7,
        content: figure { Words.percent(Double($0.summary.formatValid) / Double(max(1, $0.summary.done))) }),
      TableColumn(
        "cases", width: 7...9, alignment: .right, priority: 6,
        content: figure { $0.summary.done == $0.cases ? "\($0.cases)" : "\($0.summary.done)/\($0.cases)" }),
      TableColumn(
        "in", width: 5...6, alignment: .right, priority: 5,
        content: figure { "\($0.summary.promptTokens / max(1, $0.summary.done))" }),
      TableColumn(
        "out", width: 4...5, alignment: .right, priority: 4,
        content: figure { "\($0.summary.completionTokens / max(1, $0.summary.done))" }),
      TableColumn(
        "p50", width: 7...8, alignment: .right, priority: 5,
        content: figure { Words.milliseconds($0.summary.latencyMedian) }),
      TableColumn("$/1K calls", width: 10...10, alignment: .right, priority: 2) { row in
        guard let run = row.run, let cost = run.summary.cost, run.summary.done > 0 else { return dash }
        return [Span(Words.dollars(cost / Double(run.summary.done) * 1000), theme[.text])]
      },
    ]
  }

  private mutating func drawAdvice(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let inner = surface.frame(
      rect, title: "Advice", style: theme[focused ? .borderFocused : .border],
      titleStyle: theme[focused ? .titleFocused : .title]
    ).inset(dx: 1, dy: 0)
    advice.draw(adviceLines(snapshot, theme: theme), in: inner, on: &surface, theme: theme)
  }

  private func adviceLines(_ snapshot: Snapshot, theme: Theme) -> [[Span]] {
    guard let report = snapshot.verdict else {
      return [[Span("There is no eval set to judge by yet: add one under eval_sets in assay.yaml.", theme[.textDim])]]
    }
    let advice = report.advice
    let style: StyleName = advice.recommendation == .undecided ? .warning : .success
    var lines: [[Span]] = [
      [Span(advice.headline + ".", theme[style].adding(.bold))],
      [Span("Confidence: \(advice.confidence.words).", theme[.textDim])],
      [],
    ]
    if report.runs.isEmpty {
      lines.append([
        Span("Nothing is measured on \(report.set) yet: ", theme[.text]), Span("R", theme[.key]),
        Span(" evaluates every variant.", theme[.text]),
      ])
      lines.append([])
    }
    for reason in advice.lines {
      lines.append([
        Span(reason.direction.label, theme[reason.direction.style]), Span("  " + reason.statement + ".", theme[.text]),
      ])
    }
    if !advice.missing.isEmpty {
      lines += [[], [Span("What would settle more", theme[.title])]]
      lines += advice.missing.map { [Span("·  ", theme[.textDim]), Span($0.statement + ".", theme[.text])] }
    }
    return lines
  }
}

extension Reason.Direction {
  /// A word for what the line speaks for, all of one width.
  var label: String {
    switch self {
    case .forPrompting: "prompting"
    case .forTuning: "tuning   "
    case .forHybrid: "combining"
    case .against: "doubt    "
    case .neutral: "noted    "
    case .unknown: "unknown  "
    }
  }

  /// The style of the word.
  var style: StyleName {
    switch self {
    case .forPrompting: .badgePrompted
    case .forTuning: .badgeTuned
    case .forHybrid: .info
    case .against: .error
    case .neutral: .textDim
    case .unknown: .warning
    }
  }
}
