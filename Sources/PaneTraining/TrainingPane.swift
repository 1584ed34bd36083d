import Domain
import Drawing
import PaneKit
import WorkbenchCore

/// Training jobs: the list of them, and the opened one's curves, figures, checkpoints and log.
package struct TrainingPane: Pane {
  /// What the bindings mean.
  package enum Action: Sendable, Hashable {
    case open, back, left, right, show(Area)
    case newJob, collect, cancelJob, pause, resume, sooner, useAdapter, addVariant, evaluateCheckpoints, keepCheckpoint
    case start, startCollecting, confirmCancel, close
    case toggleScale, nextSmoothing, nextLarge, nextSmall, overlay
    case zoomIn, zoomOut, zoomAll, earlier, later, nextMark, previousMark
    case toggleFollow
    case search, endSearch, clearSearch, nextHit, previousHit
    case narrower, wider, copyLine
    case toggleSamples, nextSample, previousSample
    case showSweep, openTrial
  }

  /// The part that keys go to.
  package enum Area: Int, Sendable, Hashable, CaseIterable {
    case jobs, chart, checkpoints, log
  }

  /// What lies over the pane and has all keys.
  enum Overlay: Sendable {
    case form(TrainingForm)
    case collect(CollectForm)
    case cancel(JobID)
    /// The adapter's folder, relative to the workspace.
    case adapter(JobID, String)
    case sweep(SweepView)
  }

  /// Its name.
  package let id = PaneID.training
  /// Its title.
  package let title = "Training"

  var panels = PanelSet(focus: Area.jobs)
  var overlay: Overlay?
  var jobs = JobList()
  var charts = JobCharts()
  var checkpoints = CheckpointList()
  var log = LogView()
  var samples = SamplesView()
  /// Whether the log is shown although there are samples.
  var prefersLog = false
  var splitter = Splitter(ratio: 0.37)
  var isNarrow = false  // checkpoints and log share a place

  /// The job that a person selected; nil follows the newest.
  private var chosen: JobID?
  /// The newest job when a new one was asked for: the first one after it is shown as soon as it is there.
  private var newestBefore: JobID?

  /// A pane that shows the newest job.
  package init() {}

  /// The panel that keys go to.
  var area: Area {
    get { panels.focus }
    set { panels.focus = newValue }
  }

  /// True while something is typed, or a form or question is open.
  package var capturesText: Bool { overlay != nil || log.isSearching }

  /// The job to show.
  func selected(_ snapshot: Snapshot) -> TrainingJob? {
    snapshot.jobs.first { $0.id == chosen } ?? snapshot.jobs.first
  }

  /// The shown job with all that is loaded of it.
  func detail(_ snapshot: Snapshot) -> JobDetail? {
    guard let job = selected(snapshot) else { return nil }
    return snapshot[JobDetailQuery(job.id)].answer ?? JobDetail(job: job)
  }

  /// Whether the shown job's events and log are there.
  func isLoaded(_ snapshot: Snapshot) -> Bool {
    selected(snapshot).map { snapshot[JobDetailQuery($0.id)].answer != nil } ?? false
  }

  /// Turns to a job that was started here, once it is there.
  package mutating func update(_ snapshot: Snapshot) -> [Command] {
    takeNewJob(snapshot)
    return []
  }

  /// The shown job, those laid over it, and what the job in the form would take.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> {
    var queries = Set(jobs.overlaid.map { AnyQuery(JobDetailQuery($0)) })
    if let job = selected(snapshot) { queries.insert(JobDetailQuery(job.id)) }
    if case .form(let form) = overlay, let request = form.current { queries.insert(TrainingEstimateQuery(request)) }
    return queries
  }

  /// Turns to a job.
  package mutating func reveal(_ subject: any Sendable, _ snapshot: Snapshot) {
    if case .job(let id)? = subject as? Subject { select(id) }
  }

  /// Turns to a job that was started here, once it is there.
  mutating func takeNewJob(_ snapshot: Snapshot) {
    guard let before = newestBefore, let first = snapshot.jobs.first, first.id > before else { return }
    newestBefore = nil
    select(first.id)
    area = .chart
  }

  private mutating func select(_ id: JobID) {
    guard chosen != id else { return }
    chosen = id
    jobs.select(id)
    charts.cursor = nil
    log = LogView()
    samples = SamplesView()
  }

  /// Whether the place of the log shows what the model answers.
  func showsSamples(_ snapshot: Snapshot) -> Bool {
    !prefersLog && detail(snapshot)?.samples.isEmpty == false
  }

  // MARK: - Actions

  /// Does what a binding stands for.
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    switch action {
    case .open: return open(snapshot)
    case .back: return goBack()
    case .left: area = Area(rawValue: area.rawValue - 1) ?? area
    case .right: area = snapshot.jobs.isEmpty ? area : Area(rawValue: area.rawValue + 1) ?? area
    case .show(let wanted): area = wanted
    case .newJob: overlay = .form(TrainingForm(snapshot, detail: detail(snapshot)))
    case .collect: overlay = .collect(CollectForm(snapshot))
    case .cancelJob: overlay = selected(snapshot).map { .cancel($0.id) }
    case .useAdapter: useAdapter(snapshot)
    case .addVariant: return addVariant(snapshot)
    case .start: return start(snapshot)
    case .startCollecting: return startCollecting(snapshot)
    case .confirmCancel: return confirmCancel()
    case .evaluateCheckpoints:
      return selected(snapshot).map { .command(.evaluateCheckpoints($0.id, limit: 50)) } ?? .handled
    case .keepCheckpoint: return keepCheckpoint(snapshot)
    case .pause: return selected(snapshot).map { .command(.pauseJob($0.id)) } ?? .handled
    case .resume: return selected(snapshot).map { .command(.resumeJob($0.id)) } ?? .handled
    case .sooner: return sooner(snapshot)
    case .toggleSamples:
      if area == .log { prefersLog.toggle() } else { prefersLog = false }
      area = .log
    case .nextSample: detail(snapshot).map { samples.turn(by: 1, $0) }
    case .previousSample: detail(snapshot).map { samples.turn(by: -1, $0) }
    case .showSweep: overlay = selected(snapshot)?.sweep.map { .sweep(SweepView(name: $0)) }
    case .openTrial: return openTrial(snapshot)
    case .close: overlay = nil
    case .toggleScale: charts.isLogarithmic.toggle()
    case .nextSmoothing: charts.smoothing = charts.smoothing.next
    case .nextLarge: if let detail = detail(snapshot) { charts.showNextLarge(detail) }
    case .nextSmall: if let detail = detail(snapshot) { charts.showNextSmall(detail) }
    case .overlay: return overlaySelected(snapshot)
    case .zoomIn, .zoomOut, .zoomAll, .earlier, .later, .nextMark, .previousMark: return moveView(action, snapshot)
    case .toggleFollow: log.follows.toggle()
    case .search:
      area = .log
      prefersLog = true
      log.startSearch()
    case .endSearch: log.endSearch(keeping: true)
    case .clearSearch: log.endSearch(keeping: false)
    case .nextHit: return jump(by: 1)
    case .previousHit: return jump(by: -1)
    case .narrower: splitter.grow(by: -0.05)
    case .wider: splitter.grow(by: 0.05)
    case .copyLine: return copyLine(snapshot)
    }
    return .handled
  }

  /// The selected checkpoint where the focus is on them, or else the best.
  private mutating func useAdapter(_ snapshot: Snapshot) {
    guard let job = selected(snapshot), let best = job.adapter else { return }
    let saved = detail(snapshot)?.checkpoints ?? []
    let path = area == .checkpoints ? checkpoints.selected(in: saved).map(job.adapter) : nil
    overlay = .adapter(job.id, path ?? best)
  }

  private func sooner(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let job = selected(snapshot) else { return .handled }
    return .command(.prioritizeJob(job.id, 1000))
  }

  private mutating func openTrial(_ snapshot: Snapshot) -> Reaction<Command> {
    guard case .sweep(let view) = overlay, let id = view.selected(snapshot) else { return .handled }
    overlay = nil
    select(id)
    return .handled
  }

  private func keepCheckpoint(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let job = selected(snapshot),
      let checkpoint = checkpoints.selected(in: detail(snapshot)?.checkpoints ?? [])
    else { return .handled }
    return .command(.keepCheckpoint(job.id, step: checkpoint.step))
  }

  private func copyLine(_ snapshot: Snapshot) -> Reaction<Command> {
    guard case .adapter(let id, let path) = overlay, let line = adapterLine(id, path, snapshot) else {
      return .notice("The workspace has this variant already.")
    }
    return .copy("  \(line.line)", what: "the line")
  }

  /// Has the line written, unless it is there.
  private mutating func addVariant(_ snapshot: Snapshot) -> Reaction<Command> {
    guard case .adapter(let id, let path) = overlay else { return .ignored }
    overlay = nil
    guard adapterLine(id, path, snapshot) != nil else { return .handled }
    return .command(.useAdapter(id, adapter: path, name: nil))
  }

  private mutating func open(_ snapshot: Snapshot) -> Reaction<Command> {
    if !snapshot.jobs.isEmpty { area = .chart }
    return .handled
  }

  private mutating func goBack() -> Reaction<Command> {
    if area == .chart, charts.cursor != nil {
      charts.cursor = nil
    } else if area == .log, !log.query.isEmpty {
      log.endSearch(keeping: false)
    } else if area != .jobs {
      area = .jobs
    } else {
      return .ignored
    }
    return .handled
  }

  private mutating func start(_ snapshot: Snapshot) -> Reaction<Command> {
    guard case .form(var form) = overlay else { return .ignored }
    guard let request = form.request() else {
      overlay = .form(form)
      return .notice(form.fields.problem ?? "Something in the form can't be used.")
    }
    // What is known to fail is said while the form is there to be corrected.
    if let problem = snapshot[TrainingEstimateQuery(request)].answer?.problem {
      overlay = .form(form)
      return .notice(problem)
    }
    overlay = nil
    newestBefore = snapshot.jobs.first?.id ?? JobID(0)
    if let sweep = form.sweep(request, snapshot) { return .command(.sweep(sweep)) }
    return .command(.train(request))
  }

  private mutating func startCollecting(_ snapshot: Snapshot) -> Reaction<Command> {
    guard case .collect(var form) = overlay else { return .ignored }
    guard let request = form.submit(snapshot) else {
      overlay = .collect(form)
      return form.fields.problem.map { .notice($0) } ?? .handled
    }
    overlay = nil
    return .command(.collect(request))
  }

  private mutating func confirmCancel() -> Reaction<Command> {
    guard case .cancel(let id) = overlay else { return .ignored }
    overlay = nil
    return .command(.cancelJob(id))
  }

  private mutating func jump(by step: Int) -> Reaction<Command> {
    guard !log.query.isEmpty else { return .notice("Press / first and type what to look for in the log.") }
    area = .log
    return log.jump(by: step) ? .handled : .notice("“\(log.query)” isn't in the log.")
  }

  // MARK: - Other events

  /// Takes typing, moving about and the mouse.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    if overlay != nil { return handleInOverlay(event, snapshot) }
    if log.isSearching { return log.type(event) ? .handled : .ignored }
    if splitter.handle(event) { return .handled }
    guard let target = panels.target(of: event) else { return .ignored }
    switch target {
    case .jobs:
      guard jobs.handle(event, snapshot.jobs) else { return .ignored }
      return takeSelection(snapshot)
    case .chart:
      return charts.handle(event, detail(snapshot), over: overlays(snapshot)) ? .handled : .ignored
    case .checkpoints:
      return checkpoints.handle(event, detail(snapshot)?.checkpoints ?? []) ? .handled : .ignored
    case .log:
      if showsSamples(snapshot) { return samples.handle(event) ? .handled : .ignored }
      return log.handle(event) ? .handled : .ignored
    }
  }

  /// The job under the selection is the one that is shown.
  private mutating func takeSelection(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let id = jobs.selection, id != selected(snapshot)?.id else { return .handled }
    select(id)
    return .handled
  }

  private mutating func handleInOverlay(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch overlay {
    case .form(var form):
      let isUsed = form.fields.handle(event)
      overlay = .form(form)
      return isUsed ? .handled : .ignored
    case .collect(var form):
      let isUsed = form.handle(event, snapshot)
      overlay = .collect(form)
      return isUsed ? .handled : .ignored
    case .sweep(var view):
      let isUsed = view.handle(event, snapshot)
      overlay = .sweep(view)
      return isUsed ? .handled : .ignored
    case .cancel, .adapter, nil:
      return swallow(event, snapshot)
    }
  }
}
