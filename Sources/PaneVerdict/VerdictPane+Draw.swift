import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

extension VerdictPane {
  /// Draws the variants above and the advice below.
  package mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let rows = rows(snapshot)
    // The best two variants stay in view; what is read below has the room otherwise.
    let most = view == .advice || rect.height >= 34 ? max(rect.height >= 12 ? 6 : 5, rect.height * 2 / 5) : 5
    let wanted = min(rows.count + 3, most)
    let parts = rect.rows([.fixed(rows.isEmpty ? 3 : wanted), .rest])
    panels.begin(isFocused: focused && form == nil)
    drawVariants(rows, snapshot, in: parts[0], on: &surface, theme: theme)
    drawAdvice(snapshot, in: parts[1], on: &surface, theme: theme)
    form?.draw(over: rect, on: &surface, theme: theme)
  }

  private mutating func drawVariants(
    _ rows: [Row], _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let set = report(snapshot)?.set ?? snapshot.workspace.evalSets.first?.name
    let inner = panels.frame(
      .variants, set.map { "Variants on \($0)" } ?? "Variants", in: rect, on: &surface, theme: theme)
    guard !rows.isEmpty else {
      surface.write(
        "assay.yaml has no variants yet: a variant is a model with a prompt.", at: Point(x: inner.x + 1, y: inner.y),
        style: theme[.textDim], clip: inner)
      return
    }
    let place = inner.insetColumns
    table.list.pinned = best(snapshot).count
    table.draw(
      rows, columns: columns(rows, snapshot, width: place.width, theme: theme), in: place,
      focused: panels.isFocused(.variants),
      on: &surface, theme: theme)
  }

  /// Names have the room first, then figures by their priority; a bar fills what is left over.
  private func columns(_ rows: [Row], _ snapshot: Snapshot, width: Int, theme: Theme) -> [TableColumn<Row>] {
    let longest = rows.map { TextWidth.columns(of: $0.variant.name) }.max() ?? 0
    let name = max(10, min(longest, max(32, width - 49), width - 8))
    let best = best(snapshot)
    let letters = report(snapshot)?.letters ?? [:]
    let dash = [Span("–", theme[.textDim])]
    func figure(_ text: @escaping (Run) -> String) -> (Row) -> [Span] {
      { row in row.run.map { [Span(text($0))] } ?? dash }
    }
    var columns: [TableColumn<Row>] = [
      TableColumn("variant", width: name...name, priority: 10) { row in
        let isBest = row.run.map { best.contains($0.id) } ?? false
        return [Span(TextWidth.clippedInTheMiddle(row.variant.name, to: name), isBest ? theme[.textStrong] : .plain)]
      },
      TableColumn("kind", width: 8...8, priority: 8) { row in
        let kind = row.variant.isRouter ? "router" : row.variant.isTuned ? "tuned" : "prompted"
        return [Span(kind, theme[row.variant.isTuned ? .badgeTuned : .badgePrompted])]
      },
      TableColumn("score", width: 6...6, alignment: .right, priority: 10) { row in
        row.run.map { [Span(NumberFormat.percent($0.summary.mean), theme[.textStrong])] } ?? dash
      },
      TableColumn(
        "95 % interval", width: 13...13, priority: 9,
        content: figure { NumberFormat.range($0.summary.low, $0.summary.high) }),
    ]
    let place = columns.count
    if !letters.isEmpty {
      let longest = letters.values.map(\.count).max() ?? 1
      columns.append(
        TableColumn("alike", width: 5...max(5, longest), priority: 7) { row in
          letters[row.variant.name].map { [Span($0, theme[.info])] } ?? []
        })
    }
    columns += [
      TableColumn(
        "valid", width: 6...6, alignment: .right, priority: 7,
        content: figure { NumberFormat.percent(Double($0.summary.formatValid) / Double(max(1, $0.summary.done))) }),
      TableColumn(
        "cases", width: 7...9, alignment: .right, priority: 6,
        content: figure { run in
          if report(snapshot)?.outdated.contains(run.id) == true { return "older" }
          return run.casesText
        }),
      TableColumn(
        "tok in", width: 6...6, alignment: .right, priority: 4,
        content: figure { $0.summary.meanPromptTokens.map { "\(Int($0.rounded()))" } ?? "–" }),
      TableColumn(
        "tok out", width: 7...7, alignment: .right, priority: 3,
        content: figure { $0.summary.meanCompletionTokens.map { "\(Int($0.rounded()))" } ?? "–" }),
      TableColumn(
        "median", width: 7...8, alignment: .right, priority: 5,
        content: figure { NumberFormat.duration($0.summary.latencyMedian) }),
    ]
    if rows.contains(where: { $0.run?.summary.cost != nil }) {
      columns.append(
        TableColumn("$/1K calls", width: 10...10, alignment: .right, priority: 2) { row in
          row.run?.summary.costPerReply.map { [Span(NumberFormat.dollars($0 * 1000))] } ?? dash
        })
    }
    let bar = min(24, width - columns.reduce(0) { $0 + $1.width.lowerBound + 2 })
    if bar >= 12 {
      columns.insert(
        TableColumn("0 %" + String(repeating: " ", count: bar - 8) + "100 %", width: bar...bar) { row in
          row.run.map { run in
            IntervalBar(value: run.summary.mean, low: run.summary.low, high: run.summary.high).spans(width: bar, theme)
          } ?? []
        }, at: place)
    }
    return columns
  }

  private mutating func drawAdvice(
    _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let inner = panels.frame(
      .advice, view.title, label: view.label(theme), in: rect, on: &surface, theme: theme
    ).inset(dx: 1, dy: 0)
    let state = snapshot[VerdictQuery()]
    guard let report = report(snapshot) else {
      let message =
        state.problem.map { Span($0, theme[.error]) }
        ?? (state.isLoading
          ? Span("Reading the runs …", theme[.textDim])
          : Span(
            "There is no eval set to judge by yet: add one under eval_sets in assay.yaml.", theme[.textDim]))
      for (row, line) in [message].wrapped(to: inner.width).enumerated() { surface.write(line, in: inner.row(row)) }
      return
    }
    let parts = forecastParts(report, inner)
    if let chart = parts.chart { ForecastView(report).drawChart(in: chart, on: &surface, theme: theme) }
    width = parts.list.width - 2
    let items = lines(report, snapshot).map { $0.item(width: width, theme: theme) }
    list.draw(items, in: parts.list, focused: panels.isFocused(.advice), on: &surface, theme: theme)
  }

  /// Where the chart of the costs goes: beside the lines where there is room, else above them.
  private func forecastParts(_ report: VerdictReport, _ inner: Rect) -> (chart: Rect?, list: Rect) {
    guard view == .forecast, ForecastView(report).monthly != nil, inner.height >= 8 else { return (nil, inner) }
    if inner.width >= 110 {
      let parts = inner.columns([.fixed(inner.width / 2 - 2), .fixed(2), .rest])
      return (parts[0].rows([.fixed(min(24, inner.height)), .rest])[0], parts[2])
    }
    let parts = inner.rows([.fixed(max(6, inner.height / 2)), .rest])
    return (parts[0], parts[1])
  }
}
