import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// The table of jobs, newest first, with the curves of some laid over those of others.
struct JobList: Sendable {
  private var table = TableView<JobID>()
  /// Jobs whose curves are laid over the shown one's.
  var overlaid: [JobID] = []

  /// The job under the selection.
  var selection: JobID? { table.selection }

  mutating func select(_ id: JobID) { table.select(id) }

  mutating func handle(_ event: Event, _ jobs: [TrainingJob]) -> Bool { table.handle(event, jobs) }

  mutating func draw(
    _ snapshot: Snapshot, selected: JobID?, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    if let selected, table.selection != selected { table.select(selected) }
    table.draw(
      snapshot.jobs, columns: columns(snapshot, theme), in: rect, focused: focused, on: &surface, theme: theme)
  }

  /// The validation loss of the job's best checkpoint; where none is known, or the loss is no number any more, what it
  /// reported last, unless that can only be the untrained model's.
  private func bestLoss(of job: TrainingJob) -> Double? {
    if let known = job.best?.validationLoss { return known }
    let isValidated = job.state == .finished || job.step >= max(1, job.settings.evaluateEvery)
    return isValidated ? job.validationLoss : nil
  }

  private func columns(_ snapshot: Snapshot, _ theme: Theme) -> [TableColumn<TrainingJob>] {
    func dim(_ text: String) -> [Span] { [Span(text, theme[.textDim])] }
    let data = min(40, snapshot.jobs.prefix(50).map { TextWidth.columns(of: $0.data) }.max() ?? 0)
    func steps(_ job: TrainingJob) -> String {
      func text(_ number: Int) -> String { number < 100_000 ? "\(number)" : ChartNumber.text(Double(number)) }
      return job.steps > 0 ? "\(text(job.step))/\(text(job.steps))" : text(job.step)
    }
    let digits = "\(snapshot.jobs.first?.id.number ?? 0)".count
    let number = max(3, digits + (overlaid.isEmpty ? 0 : 2))
    let longest = min(13, max(7, snapshot.jobs.prefix(50).map { steps($0).count }.max() ?? 0))
    return [
      TableColumn("job", width: number...max(number, 5), alignment: .right, priority: 10) { job in
        let look = overlaid.firstIndex(of: job.id).map { OverlaidJob.looks[$0] }
        return (look.map { [Span($0.line.sample + " ", theme[$0.style])] } ?? []) + [Span("\(job.id)")]
      },
      TableColumn("state", width: 10...10, priority: 9) {
        [Span("\($0.state.glyph) \($0.state.rawValue)", theme[$0.state.style])]
      },
      TableColumn("step", width: longest...max(longest, 9), alignment: .right, priority: 7) { [Span(steps($0))] },
      TableColumn("", width: 8...8, priority: 1) { job in
        guard job.steps > 0, !job.state.isOver else { return [] }
        let filled = min(8, max(0, 8 * job.step / job.steps))
        return [
          Span(String(repeating: "█", count: filled), theme[.progressFilled]),
          Span(String(repeating: "░", count: 8 - filled), theme[.progressEmpty]),
        ]
      },
      TableColumn("loss", width: 6...7, alignment: .right, priority: 5) { [Span(NumberFormat.lossCell($0.trainLoss))] },
      TableColumn("valid.", width: 6...7, alignment: .right, priority: 6) {
        [Span(NumberFormat.lossCell(bestLoss(of: $0)))]
      },
      TableColumn("base", width: 5...14, priority: 2) { dim($0.base) },
      TableColumn("data", width: max(8, data)...max(8, data), priority: 3) { dim($0.data) },
      TableColumn("made", width: 9...10, alignment: .right, priority: 0) {
        dim(NumberFormat.ago(snapshot.time.timeIntervalSince($0.created)))
      },
    ]
  }
}
