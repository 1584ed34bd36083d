import Domain
import Drawing
import NumberFormat
import WorkbenchCore

extension TrainingPane {
  /// Fewer columns than this show either the jobs or the opened one.
  private static let twoPanelWidth = 64

  /// Draws the jobs, the opened one, and what lies over them.
  package mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    takeNewJob(snapshot)
    surface.fill(rect, style: theme[.text])
    guard !rect.isEmpty else { return }
    panels.begin(isFocused: focused && overlay == nil)
    if rect.width < Self.twoPanelWidth {
      if area == .jobs {
        drawJobs(snapshot, in: rect, on: &surface, theme: theme)
      } else {
        drawDetail(snapshot, in: rect, on: &surface, theme: theme)
      }
    } else {
      let parts = splitter.split(rect)
      drawJobs(snapshot, in: parts.first, on: &surface, theme: theme)
      drawDetail(snapshot, in: parts.second, on: &surface, theme: theme)
    }
    drawOverlay(snapshot, over: rect, on: &surface, theme: theme)
  }

  // MARK: - Jobs

  private mutating func drawJobs(
    _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let running = snapshot.jobs.count { $0.state == .running }
    let label = running > 0 ? [Span("\(running) running", theme[.badgeRunning])] : []
    let inner = panels.frame(.jobs, "Jobs", label: label, in: rect, on: &surface, theme: theme)
      .insetColumns
    guard !snapshot.jobs.isEmpty else {
      let text = "Nothing was trained here yet.\na adds a job, C collects data for one."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    jobs.draw(
      snapshot, selected: selected(snapshot)?.id, in: inner, focused: panels.isFocused(.jobs), on: &surface,
      theme: theme)
  }

  // MARK: - The opened job

  private mutating func drawDetail(
    _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    guard let detail = detail(snapshot) else {
      let inner = panels.frame(.chart, "Job", in: rect, on: &surface, theme: theme)
      let text = [
        "A job's curves, checkpoints and log are shown here while it runs.",
        "a adds one with the settings of assay.yaml.",
      ]
      EmptyState(text.joined(separator: "\n")).draw(in: inner, on: &surface, theme: theme)
      return
    }
    if rect.height < 14 {
      switch area {
      case .checkpoints: drawCheckpoints(detail, snapshot, in: rect, on: &surface, theme: theme)
      case .log: drawLog(detail, snapshot, in: rect, on: &surface, theme: theme)
      case .jobs, .chart: drawJob(detail, snapshot, in: rect, on: &surface, theme: theme)
      }
      return
    }
    let below = rect.height >= 28 ? max(9, rect.height / 3) : 6
    let parts = rect.rows([.rest, .fixed(below)])
    drawJob(detail, snapshot, in: parts[0], on: &surface, theme: theme)
    isNarrow = rect.width < 74
    if !isNarrow {
      // Scores need room for two more columns.
      let isEvaluated = !snapshot.behaviour(of: detail.job.id).isEmpty && parts[1].width >= 66
      let columns = parts[1].columns(isEvaluated ? [.fixed(42), .rest] : [.share(2), .share(3)], gap: 1)
      drawCheckpoints(detail, snapshot, in: columns[0], on: &surface, theme: theme)
      drawLog(detail, snapshot, in: columns[1], on: &surface, theme: theme)
    } else if area == .log || detail.checkpoints.isEmpty {
      drawLog(detail, snapshot, in: parts[1], on: &surface, theme: theme)
    } else {
      drawCheckpoints(detail, snapshot, in: parts[1], on: &surface, theme: theme)
    }
  }

  private mutating func drawCheckpoints(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let title = "Checkpoints"
    let inner = panels.frame(
      .checkpoints, title,
      label: detail.checkpoints.isEmpty
        ? [] : [Span("\(detail.checkpoints.count)\(isNarrow ? " · log →" : "")", theme[.textDim])], in: rect,
      on: &surface, theme: theme
    ).insetColumns
    guard !detail.checkpoints.isEmpty else {
      let text =
        !isLoaded(snapshot)
        ? "…"
        : detail.job.state.isOver
          ? "Nothing was saved."
          : "The first comes after step \(min(detail.job.settings.evaluateEvery, detail.job.steps > 0 ? detail.job.steps : .max))."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    if area != .checkpoints { checkpoints.select(detail.checkpoints.last?.id) }
    checkpoints.draw(
      detail, snapshot.behaviour(of: detail.job.id), in: inner, focused: panels.isFocused(.checkpoints), on: &surface,
      theme: theme)
  }

  private mutating func drawLog(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let isSamples = showsSamples(snapshot)
    let words =
      (isNarrow && !detail.checkpoints.isEmpty ? "← checkpoints · " : "")
      + (isSamples ? samples.label(detail) : log.follows ? "following" : "paused")
    let label = [Span(words, theme[.textDim])]
    let title = isSamples ? "Answers" : "Log"
    let inner = panels.frame(.log, title, label: label, in: rect, on: &surface, theme: theme).insetColumns
    if isSamples {
      samples.draw(detail, snapshot.workspace, in: inner, on: &surface, theme: theme)
      return
    }
    guard !detail.log.isEmpty else {
      let text =
        !isLoaded(snapshot)
        ? "…"
        : detail.job.state.isOver
          ? "The log is empty." : "The trainer writes here only what goes wrong; its progress is in the chart."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    log.draw(detail.log, in: inner, focused: panels.isFocused(.log), on: &surface, theme: theme)
  }

  // MARK: - Header and curves

  private mutating func drawJob(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    let job = detail.job
    let state = [Span("\(job.state.glyph) \(job.state.rawValue)", theme[job.state.style])]
    let title = "Job \(job.id) · \(job.base) + \(job.data)"
    let inner = panels.frame(.chart, title, label: state, in: rect, on: &surface, theme: theme)
      .inset(dx: rect.width > 24 ? 1 : 0, dy: 0)
    let figures = JobFigures(detail: detail, time: snapshot.time.timeIntervalSince1970)
    var rest = inner
    func next(keeping rows: Int) -> Rect? {
      guard rest.height > rows else { return nil }
      defer { rest = Rect(x: rest.x, y: rest.y + 1, width: rest.width, height: rest.height - 1) }
      return rest.row(0)
    }
    if let row = next(keeping: 0) {
      ProgressBar(fraction: figures.fraction, label: figures.progress).draw(in: row, on: &surface, theme: theme)
    }
    for text in JobFigures.flow(figures.line, width: rest.width) {
      if let row = next(keeping: 4) { surface.write([Span(text, theme[.textStrong])], in: row) }
    }
    let hasLoss = !detail.curves[.loss].isEmpty || !detail.curves[.validationLoss].isEmpty
    for (text, style) in figures.remarks {
      // Without a curve of the loss there is room for a whole reason.
      for line in TextWidth.wrap(text, to: max(1, rest.width)).prefix(hasLoss ? 3 : 12) {
        if let row = next(keeping: hasLoss ? 7 : 1) {
          surface.write([Span(line, theme[style])], in: row)
        }
      }
    }
    for text in JobFigures.flow(figures.settings, width: rest.width) {
      if let row = next(keeping: 9) { surface.write([Span(text, theme[.textDim])], in: row) }
    }
    guard isLoaded(snapshot) else {
      let text = selected(snapshot).flatMap { snapshot[JobDetailQuery($0.id)].problem } ?? "Reading the job's files …"
      EmptyState(text).draw(in: rest, on: &surface, theme: theme)
      return
    }
    drawCurves(detail, snapshot, in: rest, on: &surface, theme: theme)
  }

  private mutating func drawCurves(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, on surface: inout Surface, theme: Theme
  ) {
    guard !detail.curves.isEmpty else {
      let text = detail.job.state.isOver ? "No loss was reported." : "The curves begin with the first report."
      EmptyState(text).draw(in: rect, on: &surface, theme: theme)
      return
    }
    charts.draw(detail, over: overlays(snapshot), in: rect, on: &surface, theme: theme)
  }
}
