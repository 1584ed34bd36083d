import Drawing
import PaneKit
import WorkbenchCore

/// Evaluations as they go: all runs, and of the selected one how far it is, why requests failed, and what is under way.
public struct RunsPane: Pane {
  /// What the bindings mean.
  public enum Action: Sendable, Hashable {
    case compare, readAnswer, evaluate, evaluateAfresh, pause
    case back, left, right, shorter, longer, follow
    case search, endSearch, clearSearch
    case copy, copyPart(Part), closeMenu
  }

  /// What the pane asks.
  public typealias Query = AnyQuery

  /// What can be copied.
  public enum Part: Sendable, Hashable { case number, failures, caseID, text }

  /// The part that keys go to.
  public enum Area: Int, Sendable, Hashable, CaseIterable {
    case runs, run, requests, text
  }

  /// What went wrong and what took long in a run that was seen under way.
  struct Remembered: Sendable, Hashable {
    var failures: [String: Int]
    var slowest: [RunProgress.SlowCase]
  }

  /// Its name.
  public let id = PaneID.runs
  /// Its title.
  public let title = "Runs"

  var area = Area.runs
  var query = ""
  var field: LineField?  // while the text to look for is being typed
  var menu: Menu<Action>?  // while a person is asked what to copy
  var table = TableView<RunID>()
  var requests = TableView<String>()
  var summary = TextView()
  var text = TextView(follows: true)
  /// The share of the rows that the list may take.
  var listShare = 0.36
  var places: [Area: Rect] = [:]
  var filter = FilteredRuns()
  var present = PresentVariants()
  /// The store keeps both by case; this is what was seen here, for as long as the program runs.
  var remembered: [RunID: Remembered] = [:]
  /// The run and the request that were drawn last: another one is read from its beginning, or its end.
  var shownRun: RunID?
  var shownRequest: String?

  /// The run that a person selected; nil follows the one under way, or else the newest.
  private var chosen: RunID?
  /// Where the shown run was in the list of all when it was looked for last: there may be thousands.
  private var place = 0
  /// The newest run when a new one was asked for: the first one after it is shown as soon as it is there.
  private var newestBefore: RunID?

  /// A pane that shows the run under way, or else the newest.
  public init() {}

  /// True while a text to look for is typed, or a question is open.
  public var capturesText: Bool { field != nil || menu != nil }

  /// The run to show.
  func selected(_ snapshot: Snapshot) -> Run? {
    if let chosen, let run = run(chosen, snapshot) { return run }
    if let active = snapshot.progress.keys.max(), let run = run(active, snapshot) { return run }
    return snapshot.runs.first
  }

  private func run(_ id: RunID, _ snapshot: Snapshot) -> Run? {
    if snapshot.runs.indices.contains(place), snapshot.runs[place].id == id { return snapshot.runs[place] }
    return snapshot.runs.first { $0.id == id }
  }

  /// The runs in the list.
  mutating func rows(_ snapshot: Snapshot) -> [Run] { filter.rows(snapshot.runs, query) }

  /// Requests of the shown run that are under way; nil while it isn't under way in this process.
  func running(_ snapshot: Snapshot) -> [RunProgress.RunningCase]? {
    selected(snapshot).flatMap { snapshot.progress[$0.id]?.running }
  }

  /// The request whose answer is read.
  func request(_ snapshot: Snapshot) -> RunProgress.RunningCase? {
    running(snapshot).flatMap { requests.list.selected(in: $0) }
  }

  /// Brings what is remembered up to date with a newer snapshot.
  mutating func sync(_ snapshot: Snapshot) {
    for (id, progress) in snapshot.progress where !progress.failures.isEmpty || !progress.slowest.isEmpty {
      remembered[id] = Remembered(failures: progress.failures, slowest: progress.slowest)
    }
    if let before = newestBefore, let first = snapshot.runs.first, first.id > before {
      newestBefore = nil
      chosen = first.id
    }
    if area.rawValue > Area.run.rawValue, running(snapshot) == nil { area = .run }
    let id = selected(snapshot)?.id
    if !snapshot.runs.indices.contains(place) || snapshot.runs[place].id != id {
      place = snapshot.runs.firstIndex { $0.id == id } ?? 0
    }
    if id != shownRun {
      shownRun = id
      summary.scrollToTop()
      requests = TableView()
    }
    let request = request(snapshot)?.id
    if request != shownRequest {
      shownRequest = request
      text.scrollToEnd()
    }
  }

  // MARK: - Actions

  /// Does what a binding stands for.
  public mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    menu = nil
    switch action {
    case .compare: return compare(snapshot)
    case .readAnswer: area = .text
    case .evaluate: return evaluate(snapshot)
    case .evaluateAfresh: return evaluate(snapshot, isFresh: true)
    case .pause: return selected(snapshot).map { .command(.pauseRun($0.id)) } ?? .handled
    case .back: return goBack()
    case .left: area = Area(rawValue: area.rawValue - 1) ?? area
    case .right: goRight(snapshot)
    case .shorter: listShare = max(0.15, listShare - 0.07)
    case .longer: listShare = min(0.71, listShare + 0.07)
    case .follow: text.scrollToEnd()
    case .search: startSearch()
    case .endSearch: field = nil
    case .clearSearch:
      field = nil
      query = ""
    case .copy: menu = copyMenu
    case .copyPart(let part): return copy(part, snapshot)
    case .closeMenu: break
    }
    return .handled
  }

  private mutating func goBack() -> Reaction<Command> {
    if area != .runs {
      area = .runs
    } else if !query.isEmpty {
      query = ""
    } else {
      return .ignored
    }
    return .handled
  }

  private mutating func goRight(_ snapshot: Snapshot) {
    let last: Area = snapshot.runs.isEmpty ? .runs : running(snapshot) == nil ? .run : .text
    area = Area(rawValue: min(last.rawValue, area.rawValue + 1)) ?? area
  }

  private mutating func startSearch() {
    var field = LineField(prompt: "/", placeholder: "variant, model, set, state or number")
    field.setText(query)
    self.field = field
    area = .runs
  }

  private func compare(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let run = selected(snapshot), let pair = RunPair(run, snapshot) else { return .handled }
    return .show(.compare, subject: pair.subject)
  }

  // MARK: Evaluating

  /// Goes on with the shown run.
  private mutating func evaluate(_ snapshot: Snapshot, isFresh: Bool = false) -> Reaction<Command> {
    guard let run = selected(snapshot) else { return .handled }
    let request = EvaluateRequest(
      variant: run.variant.name, set: run.set, repeats: run.repeats, isFresh: isFresh)
    newestBefore = snapshot.runs.first?.id
    return .command(.evaluate(request))
  }

  // MARK: Copying

  private mutating func copy(_ part: Part, _ snapshot: Snapshot) -> Reaction<Command> {
    guard let run = selected(snapshot) else { return .handled }
    switch part {
    case .number: return .copy("\(run.id)", what: "the run's number")
    case .failures:
      let failures = RunFigures.sorted(failures(of: run, snapshot))
      guard !failures.isEmpty else { return .notice("No request of this run has failed while it was watched here.") }
      let lines = failures.map { "\($0.count) × \($0.reason)" }
      return .copy(lines.joined(separator: "\n"), what: "why requests failed")
    case .caseID:
      guard let request = request(snapshot) else { return .notice("No request is under way.") }
      return .copy(request.caseID, what: "the case's id")
    case .text:
      guard let text = request(snapshot)?.text, !text.isEmpty else { return .notice("No answer is coming in yet.") }
      return .copy(text, what: "what has come of the answer")
    }
  }

  /// Why requests of a run failed: those under way, or as last seen.
  func failures(of run: Run, _ snapshot: Snapshot) -> [String: Int] {
    snapshot.progress[run.id]?.failures ?? remembered[run.id]?.failures ?? [:]
  }

  // MARK: - Other events

  /// Takes typing, moving about and the mouse.
  public mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    if field != nil { return type(event) }
    if menu != nil { return swallow(event, snapshot) }
    var target = area
    if case .mouse(let mouse) = event {
      guard let place = places.first(where: { $0.value.contains(mouse.point) }) else { return .ignored }
      target = place.key
      if case .press = mouse.action { area = target }
    }
    let isUsed: Bool
    switch target {
    case .runs:
      isUsed = table.handle(event, rows(snapshot))
      if isUsed { takeSelection(snapshot) }
    case .run: isUsed = summary.handle(event)
    case .requests:
      isUsed = requests.handle(event, running(snapshot) ?? [])
      sync(snapshot)
    case .text: isUsed = text.handle(event)
    }
    return isUsed ? .handled : .ignored
  }

  /// The run under the selection is the one that is shown. Scrolling alone selects nothing.
  private mutating func takeSelection(_ snapshot: Snapshot) {
    guard let id = table.selection, id != selected(snapshot)?.id else { return }
    chosen = id
    sync(snapshot)
  }

  private mutating func type(_ event: Event) -> Reaction<Command> {
    guard var field else { return .ignored }
    switch field.handle(event) {
    case .ignored: return event.isTyping ? .handled : .ignored
    case .handled: self.field = field
    case .changed:
      self.field = field
      query = field.text
    case .submitted(let text):
      query = text
      self.field = nil
    case .canceled:
      query = ""
      self.field = nil
    }
    return .handled
  }

  /// Shows a run because the one that was shown isn't in the list any more.
  mutating func choose(_ id: RunID) { chosen = id }
}
