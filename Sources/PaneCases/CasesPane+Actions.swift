import Content
import Domain
import Drawing
import Foundation
import WorkbenchCore

extension CasesPane {
  /// Does what a key stands for.
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    saved = nil
    switch action {
    case .open, .nextPanel: panel = .detail
    case .previousPanel: panel = .table
    case .back: return back()
    case .search: finder.begin()
    case .nextMatch: return moveMatch(by: 1, snapshot)
    case .previousMatch: return moveMatch(by: -1, snapshot)
    case .filter: question = .part(ListView(selection: tag.map { "#\($0)" } ?? standing?.mark ?? ""))
    case .nextSet: nextSet(snapshot)
    case .nextVariant: return nextVariant(snapshot)
    case .add: add(snapshot)
    case .edit: edit(snapshot)
    case .duplicate: duplicate(snapshot)
    case .delete: question = selected(snapshot).map(Question.delete)
    case .evaluate: return evaluate(snapshot)
    case .pause: return activeRun(snapshot).map { .command(.pauseRun($0.run.id)) } ?? .handled
    case .save: return save(snapshot)
    case .takeFile: return takeFile(snapshot)
    case .drop: return restore(false, snapshot)
    case .leave: leaveEditor()
    case .accept: return answer(true, snapshot)
    case .refuse: return answer(false, snapshot)
    }
    return .handled
  }

  private mutating func back() -> Reaction<Command> {
    if panel == .detail {
      panel = .table
    } else if !search.isEmpty {
      finder.clear()
    } else if tag != nil || standing != nil {
      (tag, standing) = (nil, nil)
    } else if readRun != nil {
      readRun = nil
    } else {
      return .ignored
    }
    return .handled
  }

  private mutating func moveMatch(by step: Int, _ snapshot: Snapshot) -> Reaction<Command> {
    let rows = rows(snapshot)
    guard !rows.isEmpty else { return .notice("No case has \"\(search.query)\".") }
    let index = table.list.selectedIndex(in: rows) ?? 0
    table.select(rows[(index + step + rows.count) % rows.count].id)
    detailView.scrollToTop()
    return .handled
  }

  private mutating func nextSet(_ snapshot: Snapshot) {
    let sets = snapshot.workspace.evalSets
    let index = set(snapshot).flatMap { set in sets.firstIndex { $0.name == set.name } } ?? 0
    setName = sets[(index + 1) % sets.count].name
    (tag, standing, readRun, table) = (nil, nil, nil, TableView())
    finder.clear()
    detailView.scrollToTop()
  }

  private mutating func nextVariant(_ snapshot: Snapshot) -> Reaction<Command> {
    let variants = snapshot.workspace.variants
    let index = variant(snapshot).flatMap { variant in variants.firstIndex { $0.name == variant.name } } ?? 0
    variantName = variants[(index + 1) % variants.count].name
    readRun = nil
    return .notice("The marks are those of \(variants[(index + 1) % variants.count].name), and r runs it.")
  }

  // MARK: Editing

  private mutating func add(_ snapshot: Snapshot) {
    guard let set = set(snapshot) else { return }
    let model = selected(snapshot) ?? set.cases.last
    let keys = model?.input.object?.keys ?? slots(snapshot)
    let input = JSONObject(keys.map { (key: $0, value: JSONValue.string("")) })
    let blank = EvalCase(
      id: freshID(after: set.cases.last?.id, set), input: .object(input),
      expected: model?.expected.map(Self.blank) ?? .string(""))
    open(CaseDraft(.insert(after: nil), of: set.name, from: blank), snapshot)
  }

  private mutating func edit(_ snapshot: Snapshot) {
    guard let set = set(snapshot), let evalCase = selected(snapshot) else { return }
    open(CaseDraft(.replace(evalCase), of: set.name, from: evalCase), snapshot)
  }

  private mutating func duplicate(_ snapshot: Snapshot) {
    guard let set = set(snapshot), let evalCase = selected(snapshot) else { return }
    var copy = evalCase
    copy.id = freshID(after: evalCase.id, set)
    open(CaseDraft(.insert(after: evalCase.id), of: set.name, from: copy), snapshot)
  }

  /// Opens the editor; asks first when there is a text that was never saved.
  private mutating func open(_ new: CaseDraft, _ snapshot: Snapshot) {
    if let path = new.path(snapshot.workspace), let kept = snapshot.drafts[path], kept.text != new.buffer.text {
      question = .restore(new, kept)
    } else {
      draft = new
      panel = .detail
    }
  }

  /// Answers whether the text that was never saved is wanted.
  private mutating func restore(_ isWanted: Bool, _ snapshot: Snapshot) -> Reaction<Command> {
    guard case .restore(var new, let kept) = question else { return .handled }
    question = nil
    panel = .detail
    if isWanted { new.buffer.restore(kept.text) }
    draft = new
    return keep(snapshot)
  }

  /// Asks for the text to be kept as long as it is unsaved.
  func keep(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let draft, let path = draft.path(snapshot.workspace) else { return .handled }
    return .command(.keepDraft(path, draft.buffer.isUnsaved ? draft.buffer.text : nil))
  }

  /// Closes the editor and drops its text.
  private mutating func close(_ snapshot: Snapshot) -> Reaction<Command> {
    defer { (draft, panel) = (nil, .table) }
    guard let draft, let path = draft.path(snapshot.workspace) else { return .handled }
    return .command(.keepDraft(path, nil))
  }

  private func freshID(after last: String?, _ set: EvalSet) -> String {
    let taken = Set(set.cases.map(\.id))
    return CaseNaming.next(after: last) { taken.contains($0) }
  }

  /// Slots of the chosen variant's prompt: what a first case needs.
  private func slots(_ snapshot: Snapshot) -> [String] {
    let name = set(snapshot)?.prompt ?? variant(snapshot)?.prompt
    guard let prompt = name.flatMap({ snapshot.workspace.prompt($0) }) else { return ["input"] }
    return PromptVersion(freezing: prompt).slots
  }

  /// The same shape without content.
  private static func blank(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string: .string("")
    case .object(let object): .object(JSONObject(object.map { (key: $0.key, value: blank($0.value)) }))
    case .array: .array([])
    case .null, .bool, .number: value
    }
  }

  mutating func save(_ snapshot: Snapshot) -> Reaction<Command> {
    question = nil
    guard var draft, let set = snapshot.workspace.evalSet(draft.set) else {
      return .notice("The eval set is gone from assay.yaml; your text is kept.")
    }
    guard draft.submission == nil else { return .handled }
    defer { if self.draft != nil { self.draft = draft } }
    var original: String?
    if case .replace(let old) = draft.purpose { original = old.id }
    let evalCase: EvalCase
    do {
      evalCase = try CaseDraft.read(draft.buffer.text) { id in id != original && set.cases.contains { $0.id == id } }
    } catch {
      draft.flaw = error
      draft.editor.move(to: TextPosition(line: error.line - 1, column: error.column - 1))
      return .handled
    }
    draft.flaw = nil
    if case .replace(let old) = draft.purpose, draft.isInFile, Self.same(old, evalCase) {
      return .all([close(snapshot), .notice("\"\(old.id)\" says this already.")])
    }
    guard let command = draft.submit(evalCase) else { return .handled }
    pendingSelection = evalCase.id
    return .command(command)
  }

  /// Drops the typed text for what the file says.
  private mutating func takeFile(_ snapshot: Snapshot) -> Reaction<Command> {
    guard draft?.isInFile == true else { return close(snapshot) }
    draft?.buffer.takeFile()
    draft?.flaw = nil
    return keep(snapshot)
  }

  private mutating func leaveEditor() {
    if draft?.buffer.state == .saving { return }  // it closes by itself
    if draft?.buffer.isUnsaved == true {
      question = .discard
    } else {
      draft = nil
      panel = .table
    }
  }

  // MARK: Answers and runs

  /// Carries out or drops what was asked.
  mutating func answer(_ isYes: Bool, _ snapshot: Snapshot) -> Reaction<Command> {
    if finder.isTyping {
      typeSearch(.key(isYes ? .enter : .escape), snapshot)
      return .handled
    }
    let asked = question
    if isYes, case .restore = asked { return restore(true, snapshot) }
    if isYes, case .part = asked { return handleQuestion(.key(.enter), snapshot) }
    question = nil
    guard isYes else { return .handled }
    switch asked {
    case .delete(let evalCase):
      guard let set = set(snapshot) else { return .handled }
      return .command(.editCase(set: set.name, .delete(id: evalCase.id)))
    case .discard: return close(snapshot)
    case .part, .restore, nil: break
    }
    return .handled
  }

  private func evaluate(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let set = set(snapshot), let variant = variant(snapshot) else { return .handled }
    return .command(.evaluate(EvaluateRequest(variant: variant.name, set: set.name)))
  }
}
