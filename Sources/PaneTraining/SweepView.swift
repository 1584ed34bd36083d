import Domain
import Drawing
import Evidence
import NumberFormat
import WorkbenchCore

/// A sweep's trials, best first, each with its score and interval on a line.
struct SweepView: Sendable {
  let name: String
  private var table = TableView<JobID>()

  init(name: String) { self.name = name }

  /// The trial under the selection.
  func selected(_ snapshot: Snapshot) -> JobID? { table.list.selected(in: snapshot.sweep(name).rows)?.id }

  mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Bool {
    table.handle(event, snapshot.sweep(name).rows)
  }

  mutating func draw(_ snapshot: Snapshot, over rect: Rect, on surface: inout Surface, theme: Theme) {
    let report = snapshot.sweep(name)
    let inner = surface.popup(
      Size(width: 110, height: max(8, report.rows.count + 7)), title: "Sweep \(name) · Esc closes", over: rect,
      theme: theme)
    let parts = inner.rows([.rest, .fixed(inner.height > 7 ? 3 : 0)])
    table.draw(report.rows, columns: columns(report, theme), in: parts[0], focused: true, on: &surface, theme: theme)
    guard parts[1].height > 1 else { return }
    for (index, line) in TextWidth.wrap(words(report), to: parts[1].width).prefix(2).enumerated() {
      surface.write([Span(line, theme[.textDim])], in: parts[1].row(index + 1))
    }
  }

  private func columns(_ report: SweepReport, _ theme: Theme) -> [TableColumn<SweepReport.Row>] {
    var columns = report.axes.map { axis in
      TableColumn<SweepReport.Row>(
        axis.heading, width: max(6, axis.heading.count)...13, alignment: .right, priority: 9
      ) { [Span(axis.cell(in: $0.job.settings), theme[.textStrong])] }
    }
    columns += [
      TableColumn("job", width: 3...5, alignment: .right, priority: 7) { [Span("\($0.job.id)", theme[.textDim])] },
      TableColumn("state", width: 10...10, priority: 6) {
        [Span("\($0.job.state.glyph) \($0.job.state.rawValue)", theme[$0.job.state.style])]
      },
      TableColumn("step", width: 7...9, alignment: .right, priority: 5) {
        [Span($0.job.steps > 0 ? "\($0.job.step)/\($0.job.steps)" : "\($0.job.step)")]
      },
      TableColumn("valid.", width: 6...7, alignment: .right, priority: 6) {
        [Span(NumberFormat.lossCell($0.loss))]
      },
      TableColumn("score", width: 6...6, alignment: .right, priority: 8) { row in
        guard let summary = row.run?.summary else { return [Span("–", theme[.textDim])] }
        let isFirst = row.id == report.rows.first?.id
        let text = NumberFormat.percent(summary.mean)
        return [isFirst ? Span(text, theme[.better]) : Span(text)]
      },
      TableColumn("0 to 100 %", width: 24...24, priority: 3) { row in
        row.run.map { run in
          IntervalBar(value: run.summary.mean, low: run.summary.low, high: run.summary.high).spans(width: 24, theme)
        } ?? []
      },
    ]
    return columns
  }

  private func words(_ report: SweepReport) -> String {
    let judged = report.rows.count { $0.run != nil }
    let equal = report.equalTrials.map {
      "Jobs \($0.map(\.description).joined(separator: ", ")) have exactly the same losses. "
    }
    .joined()
    guard judged > 0 else {
      let byLoss = report.rows.count(where: \.isJudged)
      return byLoss > 0
        ? equal
          + "Trials are judged by the validation loss of their best checkpoints so far (\(byLoss) of \(report.rows.count))."
        : "No trial has been judged yet; scores come in as trials are evaluated."
    }
    return equal
      + "\(judged) of \(report.rows.count) trials are judged. All answer the same cases; `assay sweep show \(name)` says "
      + "which can be told apart. The best of many looks better on the cases it was chosen by than it is."
  }
}
