import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// The table of a job's checkpoints: their losses, what they score where they were evaluated, and which one is the best.
struct CheckpointList: Sendable {
  private var table = TableView<Int>()

  mutating func select(_ step: Int?) { table.select(step) }

  /// The checkpoint under the selection.
  func selected(in checkpoints: [Checkpoint]) -> Checkpoint? { table.list.selected(in: checkpoints) }

  mutating func handle(_ event: Event, _ checkpoints: [Checkpoint]) -> Bool { table.handle(event, checkpoints) }

  /// - Parameter behaviour: Runs of the task and of general tasks by step.
  mutating func draw(
    _ detail: JobDetail, _ behaviour: [Int: (task: Run?, general: Run?)], in rect: Rect, focused: Bool,
    on surface: inout Surface, theme: Theme
  ) {
    let best = JobFigures(detail: detail, time: 0).best?.step
    let last = best == nil ? detail.checkpoints.last?.step : nil
    let isWide = rect.width >= 37
    let path = min(40, detail.checkpoints.map { TextWidth.columns(of: $0.path) }.max() ?? 0)
    let highest = behaviour.values.compactMap { $0.task?.summary.mean }.max()
    var columns: [TableColumn<Checkpoint>] = [
      TableColumn("step", width: 5...8, alignment: .right, priority: 9) { [Span("\($0.step)")] },
      TableColumn("valid.", width: 7...7, alignment: .right, priority: 8) {
        [Span(NumberFormat.lossCell($0.validationLoss))]
      },
    ]
    let signs = detail.answerSigns
    let wordColumns = isWide ? (last != nil ? 19 : signs.isEmpty ? 6 : 11) : signs.isEmpty ? 6 : 7
    if !behaviour.isEmpty {
      func share(_ run: Run?, _ best: Double?) -> [Span] {
        guard let run else { return [Span("–", theme[.textDim])] }
        let text = NumberFormat.percent(run.summary.mean)
        return [run.summary.mean == best ? Span(text, theme[.better]) : Span(text)]
      }
      columns.append(
        TableColumn("task", width: 6...6, alignment: .right, priority: 8) {
          share(behaviour[$0.step]?.task, highest)
        })
      columns.append(
        TableColumn("general", width: 7...7, alignment: .right, priority: 6) {
          share(behaviour[$0.step]?.general, nil)
        })
    }
    columns += [
      TableColumn("", width: wordColumns...wordColumns, priority: 7) { checkpoint in
        if let sign = signs[checkpoint.step] {
          let glyph = checkpoint.step == best ? "★ " : "! "
          return [Span(glyph + (isWide ? sign.words : sign.word), theme[.warning])]
        }
        if checkpoint.step == last { return [Span(isWide ? "last, not validated" : "last", theme[.textDim])] }
        return [Span(checkpoint.step == best ? "★ best" : "", theme[.better])]
      },
      TableColumn("path", width: path...path, priority: 1) { [Span($0.path, theme[.textDim])] },
    ]
    table.draw(detail.checkpoints, columns: columns, in: rect, focused: focused, on: &surface, theme: theme)
  }
}
