import Content
import Domain
import Drawing
import Foundation
import PaneKit
import WorkbenchCore

/// Edits a prompt by its sections, shows what the model sees, tries it on a case, and lists its versions with scores.
package struct PromptPane: Pane {
  /// The parts of the pane.
  enum Panel: Hashable, Sendable { case sections, text, model, trial, versions, ablation, variants }

  /// What is asked in the pane's last row.
  enum Question: Sendable {
    case title(LineField, problem: String?)
    case delete(SectionID, title: String)
    case restore(KeptDraft)
    /// What becomes of a text that isn't saved, and which panel gets the focus then.
    case unsaved(title: String, next: Panel)
    case editor(EditorQuestion, LineField, problem: String?)
    case copy(of: Variant, LineField, problem: String?)
  }

  /// The pane's name.
  package let id = PaneID.prompt
  /// Its title.
  package let title = "Prompt"

  var choice = PromptChoice()
  var freezer = PromptFreezer()
  var modelLines = ModelLines()
  var panels = PanelSet(focus: Panel.sections)
  /// What stands beside the sections when there is room for one thing.
  var detail = Panel.model
  /// What fills the room beside the sections: versions, the ablation or variants; nil for text and model.
  var page: Panel?
  var isTyping = false
  var typedFrom = Panel.sections
  var isTrialHidden = false
  var question: Question?
  var finder = SearchField(placeholder: "text in the sections")

  var list = ListView<String>()
  var pendingSelection: String?
  var drafts: [SectionID: SectionDraft] = [:]
  var open: SectionID?
  /// Sections that were open, the newest last.
  var recent: [SectionID] = []
  /// The pattern that was looked for last in a text.
  var lastPattern = ""
  var modelView = TextView()
  /// The line of what the model sees that a search found last.
  var modelMatch: Int?
  var trialView = TextView(follows: true)
  var versionTable = TableView<ContentHash>()
  var changeView = TextView()
  var versionDetail = VersionDetail.changes
  /// Whether the version to bring back is to be selected once the versions are known.
  var wantsOlderVersion = false
  var variantTable = TableView<PromptEntry>()
  var ablationTable = TableView<String>()
  var ablationView = TextView()
  var splitter = Splitter(.sideBySide, ratio: 0.42)
  var trialSplitter = Splitter(.stacked, ratio: 0.55)
  var layout = Layout()
  /// Whether the trial that was drawn last was under way.
  var wasTrialRunning = false

  /// A pane that shows the workspace's first whole prompt.
  package init() {}

  /// What is searched for.
  var search: TextSearch { finder.text }

  /// The panel that keys go to.
  var panel: Panel {
    get { panels.focus }
    set { panels.focus = newValue }
  }

  /// True while a section, a title or a search is being typed, or a question waits for its answer.
  package var capturesText: Bool { isTyping || question != nil || finder.isTyping }

  /// Takes note of what the files say now. Nothing is saved unasked.
  package mutating func update(_ snapshot: Snapshot) -> [Command] {
    sync(snapshot)
    return []
  }

  /// The chosen prompt as the chosen case fills it, and what its sections are worth while that is shown.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> {
    guard let subject = subject(snapshot) else { return [] }
    var queries: Set<AnyQuery> = []
    if let request = subject.request { queries.insert(RenderQuery(request)) }
    for query in rescoring(snapshot, subject) { queries.insert(AnyQuery(query)) }
    if page == .versions { queries.insert(subject.versions) }
    if page == .ablation, let request = subject.ablation { queries.insert(AblationQuery(request)) }
    return queries
  }

  /// Ends typing because the pane loses the focus or the program ends; returns what keeps the edits.
  package mutating func leave(_ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    isTyping = false
    question = nil
    finder.end()
    return flush()
  }

  /// Titles of sections with text that no file has and that is not being saved either.
  package var unsavedTitles: [String] {
    drafts.values.filter { $0.buffer.isUnsaved && $0.state != .saving }.map(\.section.title).sorted()
  }

  /// True while a section's text is on its way to its file.
  package var isSaving: Bool { drafts.values.contains { $0.state == .saving } }
}

extension PromptPane {
  /// Takes note of a new snapshot: the selection, the open draft, and what the files say now.
  mutating func sync(_ snapshot: Snapshot) {
    let workspace = snapshot.workspace
    for id in Array(drafts.keys) {
      let section = workspace.prompt(id.prompt)?.sections.first { $0.id == id.section }
      drafts[id]?.see(section, snapshot.edits, of: id)
    }
    guard let subject = subject(snapshot) else {
      open = nil
      return
    }
    freezer.remember(subject)
    let sections = subject.prompt.sections
    if let wanted = pendingSelection, sections.contains(where: { $0.id == wanted }) {
      list.select(wanted)
      pendingSelection = nil
    }
    guard !isTyping else { return }
    let selected = list.selected(in: sections)
    open = selected.map { SectionID(prompt: subject.prompt.name, section: $0.id) }
    if let open, let selected, drafts[open] == nil { drafts[open] = SectionDraft(selected, after: snapshot.edits) }
    forget()
  }

  /// Lets go of sections that are not open and hold nothing to save; the last ones that can be undone are remembered.
  private mutating func forget() {
    if let open {
      recent.removeAll { $0 == open }
      recent.append(open)
    }
    let undoable = recent.suffix(Self.mostUndoable)
    for (id, draft) in drafts where id != open && !draft.buffer.isUnsaved {
      if !draft.editor.hasHistory || !undoable.contains(id) { drafts[id] = nil }
    }
    recent.removeAll { drafts[$0] == nil }
  }

  /// The most sections whose changes can be undone after they were left.
  private static let mostUndoable = 24

  /// What the pane looks at; nil when the workspace has no prompt.
  func subject(_ snapshot: Snapshot) -> PromptSubject? { choice.subject(snapshot.workspace, freezer) }

  /// The case that fills the prompt.
  package func chosen(_ snapshot: Snapshot) -> (any Sendable)? {
    guard let subject = subject(snapshot), let set = subject.set, let evalCase = subject.evalCase else { return nil }
    return Subject.evalCase(evalCase.id, set: set.name)
  }

  /// Fills the prompt with a case that was chosen in another pane.
  package mutating func follow(_ chosen: any Sendable, _ snapshot: Snapshot) {
    guard case .evalCase(let id, let set)? = chosen as? Subject, snapshot.workspace.evalSet(set) != nil else { return }
    // Another set may have a prompt of its own: what is typed or asked here stays in view.
    guard set == subject(snapshot)?.set?.name || !isTyping && question == nil else { return }
    (choice.set, choice.caseID, choice.caseIndex) = (set, id, 0)
  }

  /// Where the open section's text is kept while it is unsaved.
  func draftPath(_ snapshot: Snapshot) -> DraftPath? {
    guard let open, let prompt = snapshot.workspace.prompt(open.prompt) else { return nil }
    return DraftPath(section: open.section, of: prompt)
  }

  /// What was typed into the open section and never saved, while its editor has nothing newer.
  func kept(_ snapshot: Snapshot) -> KeptDraft? {
    guard let draft, draft.state == .clean, let path = draftPath(snapshot), let kept = snapshot.drafts[path],
      kept.text != draft.text
    else { return nil }
    return kept
  }

  /// Asks for the open section's text to be kept as long as it is unsaved.
  func keep(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let draft, let path = draftPath(snapshot) else { return .handled }
    return .command(.keepDraft(path, draft.buffer.isUnsaved ? draft.text : nil))
  }

  /// The open section's draft.
  var draft: SectionDraft? { open.flatMap { drafts[$0] } }

  /// The next edit that can be saved without harm.
  private mutating func nextSave() -> Command? {
    for id in drafts.keys.sorted(by: { $0.section < $1.section }) {
      guard drafts[id]?.state == .edited, let section = drafts[id]?.submit() else { continue }
      return .saveSection(prompt: id.prompt, section)
    }
    return nil
  }

  /// Saves every edit that can be saved, and says so.
  mutating func flush() -> Reaction<Command> {
    var reactions: [Reaction<Command>] = []
    let titles = drafts.values.filter { $0.state == .edited }.map(\.section.title).sorted()
    while let save = nextSave() { reactions.append(.command(save)) }
    if !titles.isEmpty { reactions.append(.notice("Saving \(titles.joined(separator: ", ")).")) }
    switch reactions.count {
    case 0: return .handled
    case 1: return reactions[0]
    default: return .all(reactions)
    }
  }

  /// `reaction`, after taking note of what it changed.
  mutating func settled(_ reaction: Reaction<Command>, _ snapshot: Snapshot) -> Reaction<Command> {
    if !reaction.isIgnored { sync(snapshot) }
    return reaction
  }

  /// Whether a run is an arm of the ablation that is shown.
  private func isArm(_ run: Run, of subject: PromptSubject) -> Bool {
    run.variant.ablated != nil && run.variant.ablated == subject.variant?.name
  }

  /// The run of what is chosen that is under way, an ablation's among it.
  func activeRun(_ snapshot: Snapshot) -> (run: Run, progress: RunProgress)? {
    guard !snapshot.progress.isEmpty, let subject = subject(snapshot) else { return nil }
    for run in snapshot.runs where run.set == subject.set?.name {
      guard run.variant.name == subject.variant?.name || isArm(run, of: subject) else { continue }
      if let progress = snapshot.progress[run.id] { return (run, progress) }
    }
    return nil
  }
}
