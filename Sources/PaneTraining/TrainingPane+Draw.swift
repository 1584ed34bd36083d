import Drawing
import NumberFormat
import WorkbenchCore

extension TrainingPane {
  /// Fewer columns than this show either the jobs or the opened one.
  private static let twoPanelWidth = 64

  /// Draws the jobs, the opened one, and what lies over them.
  public mutating func draw(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    takeNewJob(snapshot)
    surface.fill(rect, style: theme[.text])
    places = [:]
    guard !rect.isEmpty else { return }
    let focused = focused && overlay == nil
    if rect.width < Self.twoPanelWidth {
      if area == .jobs {
        drawJobs(snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      } else {
        drawDetail(snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      }
    } else {
      let parts = splitter.split(rect)
      drawJobs(snapshot, in: parts.first, focused: focused, on: &surface, theme: theme)
      drawDetail(snapshot, in: parts.second, focused: focused, on: &surface, theme: theme)
    }
    drawOverlay(snapshot, over: rect, on: &surface, theme: theme)
  }

  /// A framed panel; remembers its place for the mouse and returns the space within.
  private mutating func panel(
    _ area: Area, _ title: String, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme,
    label: [Span] = []
  ) -> Rect {
    places[area] = rect
    let hasFocus = focused && self.area == area
    let inner = surface.frame(
      rect, title: title, style: theme[hasFocus ? .borderFocused : .border],
      titleStyle: theme[hasFocus ? .titleFocused : .title])
    surface.label(label, on: .top, of: rect, titleColumns: TextWidth.columns(of: title))
    return inner
  }

  // MARK: - Jobs

  private mutating func drawJobs(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let running = snapshot.jobs.count { $0.state == .running }
    let label = running > 0 ? [Span("\(running) running", theme[.badgeRunning])] : []
    let inner = panel(.jobs, "Jobs", in: rect, focused: focused, on: &surface, theme: theme, label: label)
      .insetColumns
    guard !snapshot.jobs.isEmpty else {
      let text = "Nothing was trained here yet.\na adds a job, C collects data for one."
      EmptyState(text).draw(in: inner, on: &surface, theme: theme)
      return
    }
    if let id = selected(snapshot)?.id, table.selection != id { table.select(id) }
    table.draw(
      snapshot.jobs, columns: jobColumns(snapshot, theme), in: inner, focused: focused && area == .jobs, on: &surface,
      theme: theme)
  }

  /// The validation loss of the job's best checkpoint; where none is known, or the loss is no number any more, what it
  /// reported last, unless that can only be the untrained model's.
  private func bestLoss(of job: TrainingJob) -> Double? {
    if let known = job.best?.validationLoss { return known }
    let isValidated = job.state == .finished || job.step >= max(1, job.settings.evaluateEvery)
    return isValidated ? job.validationLoss : nil
  }

  private func jobColumns(_ snapshot: Snapshot, _ theme: Theme) -> [TableColumn<TrainingJob>] {
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

  // MARK: - The opened job

  private mutating func drawDetail(
    _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    guard let detail = detail(snapshot) else {
      let inner = panel(.chart, "Job", in: rect, focused: focused, on: &surface, theme: theme)
      let text = [
        "A job's curves, checkpoints and log are shown here while it runs.",
        "a adds one with the settings of assay.yaml.",
      ]
      EmptyState(text.joined(separator: "\n")).draw(in: inner, on: &surface, theme: theme)
      return
    }
    if rect.height < 14 {
      switch area {
      case .checkpoints: drawCheckpoints(detail, snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      case .log: drawLog(detail, snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      case .jobs, .chart: drawJob(detail, snapshot, in: rect, focused: focused, on: &surface, theme: theme)
      }
      return
    }
    let below = rect.height >= 28 ? max(9, rect.height / 3) : 6
    let parts = rect.rows([.rest, .fixed(below)])
    drawJob(detail, snapshot, in: parts[0], focused: focused, on: &surface, theme: theme)
    isNarrow = rect.width < 74
    if !isNarrow {
      // Scores need room for two more columns.
      let isEvaluated = !snapshot.behaviour(of: detail.job.id).isEmpty && parts[1].width >= 66
      let columns = parts[1].columns(isEvaluated ? [.fixed(42), .rest] : [.share(2), .share(3)], gap: 1)
      drawCheckpoints(detail, snapshot, in: columns[0], focused: focused, on: &surface, theme: theme)
      drawLog(detail, snapshot, in: columns[1], focused: focused, on: &surface, theme: theme)
    } else if area == .log || detail.checkpoints.isEmpty {
      drawLog(detail, snapshot, in: parts[1], focused: focused, on: &surface, theme: theme)
    } else {
      drawCheckpoints(detail, snapshot, in: parts[1], focused: focused, on: &surface, theme: theme)
    }
  }

  private mutating func drawCheckpoints(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let title = "Checkpoints"
    let inner = panel(
      .checkpoints, title, in: rect, focused: focused, on: &surface, theme: theme,
      label: detail.checkpoints.isEmpty
        ? [] : [Span("\(detail.checkpoints.count)\(isNarrow ? " · log →" : "")", theme[.textDim])]
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
    let best = JobFigures(detail: detail, time: 0).best?.step
    let last = best == nil ? detail.checkpoints.last?.step : nil
    let isWide = inner.width >= 37
    let path = min(40, detail.checkpoints.map { TextWidth.columns(of: $0.path) }.max() ?? 0)
    let behaviour = snapshot.behaviour(of: detail.job.id)
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
    checkpoints.draw(
      detail.checkpoints, columns: columns, in: inner, focused: focused && area == .checkpoints, on: &surface,
      theme: theme)
  }

  private mutating func drawLog(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let isSamples = showsSamples(snapshot)
    let words =
      (isNarrow && !detail.checkpoints.isEmpty ? "← checkpoints · " : "")
      + (isSamples ? samples.label(detail) : log.follows ? "following" : "paused")
    let label = [Span(words, theme[.textDim])]
    let title = isSamples ? "Answers" : "Log"
    let inner = panel(.log, title, in: rect, focused: focused, on: &surface, theme: theme, label: label).insetColumns
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
    log.draw(detail.log, in: inner, focused: focused && area == .log, on: &surface, theme: theme)
  }

  // MARK: - Header and curves

  private mutating func drawJob(
    _ detail: JobDetail, _ snapshot: Snapshot, in rect: Rect, focused: Bool, on surface: inout Surface, theme: Theme
  ) {
    let job = detail.job
    let state = [Span("\(job.state.glyph) \(job.state.rawValue)", theme[job.state.style])]
    let title = "Job \(job.id) · \(job.base) + \(job.data)"
    let inner = panel(.chart, title, in: rect, focused: focused, on: &surface, theme: theme, label: state)
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
