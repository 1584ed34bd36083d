import Content
import Domain
import Drawing
import PaneKit
import WorkbenchCore

/// Shows an eval set as a table with the case opened beside it; finds, filters and edits cases.
package struct CasesPane: Pane {
  /// The parts of the pane.
  enum Panel: Hashable, Sendable { case table, detail }

  /// What is asked over the pane.
  enum Question: Sendable {
    case part(ListView<String>)
    case delete(EvalCase)
    case discard
    case restore(CaseDraft, KeptDraft)
  }

  /// The pane's name.
  package let id = PaneID.cases
  /// Its title.
  package let title = "Cases"

  var setName: String?
  var variantName: String?
  var panels = PanelSet(focus: Panel.table)
  var table = TableView<String>()
  var detailView = TextView()
  var columnsSplitter = Splitter(.sideBySide, ratio: 0.58)
  var rowsSplitter = Splitter(.stacked, ratio: 0.5)
  var isStacked = false
  var question: Question?
  var finder = SearchField(placeholder: "text in id, input or expected") {
    didSet { if finder.text != oldValue.text { revealSelection() } }
  }
  var tag: String? {
    didSet { if tag != oldValue { revealSelection() } }
  }
  /// What became of the answers that are shown, in the run that is read.
  var standing: Standing? {
    didSet { if standing != oldValue { revealSelection() } }
  }
  /// The run that was asked for elsewhere, to be read case by case.
  var readRun: RunID?
  var filter = CaseFilter()
  var widths = CaseWidths()
  /// What is being edited.
  var draft: CaseDraft?
  /// The case that was saved last, until the next key.
  var saved: String?
  /// The newest ended edit that was looked at.
  var lastEdit = 0
  var pendingSelection: String?
  var isSplit = false
  /// Which state of the set was looked through last.
  var syncedHash: ContentHash?

  /// A pane that shows the workspace's first eval set.
  package init() {}

  /// What is searched for.
  var search: TextSearch { finder.text }

  /// The panel that keys go to.
  var panel: Panel {
    get { panels.focus }
    set { panels.focus = newValue }
  }

  /// True while a case or a search is being typed, or a question waits for its answer.
  package var capturesText: Bool { draft != nil || question != nil || finder.isTyping }

  /// Takes note of what the files say now.
  package mutating func update(_ snapshot: Snapshot) -> [Command] {
    sync(snapshot)
    return []
  }

  /// The outputs of the runs whose marks stand beside the cases.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> {
    guard let set = set(snapshot) else { return [] }
    return Set(markedRuns(snapshot, set).map { AnyQuery(OutputsQuery(run: $0.id, set: set.name)) })
  }

  /// Turns to a run, to read its answers case by case, or to one case.
  package mutating func reveal(_ subject: any Sendable, _ snapshot: Snapshot) {
    if case .evalCase(let id, let set)? = subject as? Subject, draft == nil, snapshot.workspace.evalSet(set) != nil {
      if set != self.set(snapshot)?.name { (setName, readRun, table) = (set, nil, TableView()) }
      (tag, standing) = (nil, nil)
      finder.clear()
      table.select(id)
      detailView.scrollToTop()
      return
    }
    guard case .run(let id)? = subject as? Subject, let run = snapshot.runs.first(where: { $0.id == id }) else {
      return
    }
    if run.set != set(snapshot)?.name {
      (tag, table) = (nil, TableView())
      finder.clear()
    }
    (setName, readRun, standing) = (run.set, id, nil)
    variantName = snapshot.workspace.variant(run.variant.name)?.name ?? variantName
  }

  /// The case that is selected.
  package func chosen(_ snapshot: Snapshot) -> (any Sendable)? {
    guard let set = set(snapshot), let id = table.selection else { return nil }
    return Subject.evalCase(id, set: set.name)
  }

  /// Selects a case that was chosen in another pane, unless one is being edited.
  package mutating func follow(_ chosen: any Sendable, _ snapshot: Snapshot) {
    guard case .evalCase(let id, let set)? = chosen as? Subject, draft == nil,
      snapshot.workspace.evalSet(set) != nil, id != table.selection || set != self.set(snapshot)?.name
    else { return }
    if set != self.set(snapshot)?.name {
      (setName, readRun, tag, standing, table) = (set, nil, nil, nil, TableView())
      finder.clear()
    }
    table.select(id)
    detailView.scrollToTop()
  }

  /// The run whose answers are read, or else that of the chosen variant, and the best one of the other kind; the best of both
  /// kinds where the chosen variant has no answers: none, one or two.
  func markedRuns(_ snapshot: Snapshot, _ set: EvalSet) -> [Run] {
    let sides = snapshot.sides(on: set.name)
    let chosen =
      snapshot.runs.first { $0.id == readRun && $0.set == set.name }
      ?? variant(snapshot).flatMap { snapshot.meantRun(of: $0.name, on: set.name)?.run }
    guard let chosen, chosen.summary.done + chosen.summary.errors > 0 else { return sides }
    let other = sides.first { $0.variant.isTuned != chosen.variant.isTuned && $0.id != chosen.id }
    return [chosen] + (other.map { [$0] } ?? [])
  }

  /// What these runs answered, as far as that is read.
  func marks(_ snapshot: Snapshot, _ set: EvalSet) -> [RunOutputs] {
    markedRuns(snapshot, set).compactMap { snapshot[OutputsQuery(run: $0.id, set: set.name)].answer }
  }

  /// Saves the case being edited if it reads well and its file has not changed; otherwise the editor keeps its text.
  package mutating func leave(_ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    question = nil
    finder.end()
    guard let draft else { return .handled }
    if draft.buffer.isUnsaved { return draft.isSavable ? save(snapshot) : .handled }
    self.draft = nil
    panel = .table
    return .handled
  }

  /// Names of cases with text that no file has and that is not being saved either.
  package var unsavedTitles: [String] {
    draft.map { $0.buffer.isUnsaved && $0.buffer.state != .saving ? [$0.title] : [] } ?? []
  }

  /// True while a case is on its way to its file.
  package var isSaving: Bool { draft?.submission != nil }
}

extension CasesPane {
  /// The set that is shown.
  func set(_ snapshot: Snapshot) -> EvalSet? {
    setName.flatMap { snapshot.workspace.evalSet($0) } ?? snapshot.workspace.evalSets.first
  }

  /// The variant that `r` runs: the chosen one, or the first that sends a whole prompt without an adapter.
  func variant(_ snapshot: Snapshot) -> Variant? {
    let variants = snapshot.workspace.variants
    return variantName.flatMap { snapshot.workspace.variant($0) }
      ?? variants.first { $0.sections == nil && !$0.isTuned } ?? variants.first
  }

  /// The cases that are shown.
  mutating func rows(_ snapshot: Snapshot) -> CaseRows {
    guard let set = set(snapshot) else { return CaseRows() }
    let outputs = standing == nil ? nil : marks(snapshot, set).first
    return filter.rows(
      of: set, search: search, tag: tag, standing: outputs == nil ? nil : standing, in: outputs)
  }

  /// Keeps the selected case in view where other rows are shown than before.
  private mutating func revealSelection() { table.select(table.selection) }

  /// The selected case.
  mutating func selected(_ snapshot: Snapshot) -> EvalCase? { table.list.selected(in: rows(snapshot)) }

  /// Takes note of another state of the set: what was saved, and what is to be selected. All that looks through all
  /// cases happens here, once.
  mutating func sync(_ snapshot: Snapshot) {
    for edit in snapshot.edits where edit.id > lastEdit {
      lastEdit = edit.id
      if let submission = draft?.submission, edit.command == submission.command { end(submission, edit.problem) }
    }
    if let name = draft?.set, let set = snapshot.workspace.evalSet(name) { draft?.see(set) }
    guard let set = set(snapshot), set.hash != syncedHash else { return }
    syncedHash = set.hash
    _ = filter.parts(of: set, in: marks(snapshot, set).first)
    if let wanted = pendingSelection, set.cases.contains(where: { $0.id == wanted }) {
      table.select(wanted)
      pendingSelection = nil
    }
  }

  /// What was handed in is in the file, and the editor closes unless more was typed; or the editor says why not.
  private mutating func end(_ submission: CaseDraft.Submission, _ problem: String?) {
    draft?.end(submission, problem)
    if problem != nil {
      pendingSelection = nil
    } else if draft?.buffer.isUnsaved == false {
      draft = nil
      panel = .table
      saved = submission.evalCase.id
    }
  }

  /// Whether two cases say the same, wherever they stand.
  static func same(_ left: EvalCase, _ right: EvalCase) -> Bool {
    left.id == right.id && left.tags == right.tags && left.input == right.input && left.expected == right.expected
  }

  /// What is wrong with the set's file.
  func problems(_ snapshot: Snapshot) -> [Problem] {
    guard let set = set(snapshot) else { return snapshot.workspace.problems }
    return snapshot.workspace.problems.filter { $0.file == set.path }
  }

  /// The run of the variant on this set that is under way.
  func activeRun(_ snapshot: Snapshot) -> (run: Run, progress: RunProgress)? {
    guard !snapshot.progress.isEmpty, let name = variant(snapshot)?.name, let set = set(snapshot) else { return nil }
    for run in snapshot.runs where run.variant.name == name && run.set == set.name {
      if let progress = snapshot.progress[run.id] { return (run, progress) }
    }
    return nil
  }
}
