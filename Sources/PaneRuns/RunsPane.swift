import Domain
import Drawing
import PaneKit
import WorkbenchCore

/// Evaluations as they go: all runs, and of the selected one how far it is, why requests failed, and what is under way.
package struct RunsPane: Pane {
  /// What the bindings mean.
  package enum Action: Sendable, Hashable {
    case readCases, compare, readAnswer, evaluate, evaluateAfresh, pause
    case back, left, right, shorter, longer, follow
    case search, endSearch, clearSearch
    case copy, copyPart(Part), closeMenu
    case editLabels, saveLabels, closeLabels
    case delete, confirmDeletion, refuseDeletion
  }

  /// What can be copied.
  package enum Part: Sendable, Hashable { case number, failures, caseID, text }

  /// The part that keys go to.
  package enum Area: Int, Sendable, Hashable, CaseIterable {
    case runs, run, requests, text
  }

  /// What went wrong and what took long in a run that was seen under way.
  struct Remembered: Sendable, Hashable {
    var failures: [String: Int]
    var slowest: [RunProgress.SlowCase]
  }

  /// Its name.
  package let id = PaneID.runs
  /// Its title.
  package let title = "Runs"

  var panels = PanelSet(focus: Area.runs)
  var search = SearchField(placeholder: "variant, model, set, state or number")
  var menu: Menu<Action>?  // while a person is asked what to copy
  var labels: RunLabelForm?  // while a name and a note are written
  var deletion: RunID?  // while a person is asked whether to delete a run
  var table = TableView<RunID>()
  var requests = TableView<String>()
  var summary = TextView()
  var text = TextView(follows: true)
  /// The share of the rows that the list may take.
  var listShare = 0.36
  var filter = FilteredRuns()
  var present = PresentVariants()
  /// What was seen here of runs under way, for as long as the program runs.
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
  package init() {}

  /// The panel that keys go to.
  var area: Area {
    get { panels.focus }
    set { panels.focus = newValue }
  }

  /// True while a text to look for is typed, or a menu is open.
  package var capturesText: Bool { search.isTyping || menu != nil || labels != nil || deletion != nil }

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
  mutating func rows(_ snapshot: Snapshot) -> [Run] { filter.rows(snapshot.runs, search.query) }

  /// Requests of the shown run that are under way; nil while it isn't under way in this process.
  func running(_ snapshot: Snapshot) -> [RunProgress.RunningCase]? {
    selected(snapshot).flatMap { snapshot.progress[$0.id]?.running }
  }

  /// Why answers of the shown run are missing, unless it is under way.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> {
    let size = deletion.map { [AnyQuery(RunSizeQuery($0))] } ?? []
    guard let run = selected(snapshot), snapshot.progress[run.id] == nil else { return Set(size) }
    return Set([AnyQuery(FailuresQuery(run.id))] + size)
  }

  /// Turns to a run.
  package mutating func reveal(_ subject: any Sendable, _ snapshot: Snapshot) {
    if case .run(let id)? = subject as? Subject, run(id, snapshot) != nil { chosen = id }
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
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    menu = nil
    switch action {
    case .readCases: return readCases(snapshot)
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
    case .search:
      search.begin()
      area = .runs
    case .endSearch: search.end()
    case .clearSearch: search.clear()
    case .copy: menu = copyMenu
    case .copyPart(let part): return copy(part, snapshot)
    case .closeMenu: break
    case .editLabels: return editLabels(snapshot)
    case .saveLabels: return saveLabels()
    case .closeLabels: labels = nil
    case .delete: deletion = selected(snapshot)?.id
    case .refuseDeletion: deletion = nil
    case .confirmDeletion:
      guard let id = deletion else { break }
      deletion = nil
      return .command(.deleteRun(id))
    }
    return .handled
  }

  private mutating func goBack() -> Reaction<Command> {
    if area != .runs {
      area = .runs
    } else if search.isShown {
      search.clear()
    } else {
      return .ignored
    }
    return .handled
  }

  private mutating func goRight(_ snapshot: Snapshot) {
    let last: Area = snapshot.runs.isEmpty ? .runs : running(snapshot) == nil ? .run : .text
    area = Area(rawValue: min(last.rawValue, area.rawValue + 1)) ?? area
  }

  private func readCases(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let run = selected(snapshot) else { return .handled }
    guard snapshot.workspace.evalSet(run.set) != nil else {
      return .notice("The eval set \(run.set) is gone from assay.yaml.")
    }
    return .show(.cases, subject: Subject.run(run.id))
  }

  private func compare(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let run = selected(snapshot), let pair = RunPair(run, snapshot) else { return .handled }
    return .show(.compare, subject: pair.subject)
  }

  // MARK: Evaluating

  /// Resumes the shown run.
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
      guard !failures.isEmpty else { return .notice("Every request of this run has an answer with a score.") }
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
    snapshot.progress[run.id]?.failures ?? snapshot[FailuresQuery(run.id)].answer ?? remembered[run.id]?.failures ?? [:]
  }

  // MARK: - Other events

  /// Takes typing, moving about and the mouse.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    if search.isTyping { return search.handle(event) == .ignored ? .ignored : .handled }
    if labels != nil { return labels?.handle(event) == true ? .handled : .ignored }
    if menu != nil || deletion != nil { return swallow(event, snapshot) }
    guard let target = panels.target(of: event) else { return .ignored }
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

  /// Shows a run because the one that was shown isn't in the list any more.
  mutating func choose(_ id: RunID) { chosen = id }
}
