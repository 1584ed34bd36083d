import Domain
import Drawing
import WorkbenchCore

extension PromptPane {
  /// Takes typing, moving about in the panels, the mouse and pasted text.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    if question != nil { return settled(handleQuestion(event, snapshot), snapshot) }
    if finder.isTyping { return settled(typeSearch(event, snapshot), snapshot) }
    if case .mouse(let mouse) = event { return settled(handle(mouse, event, snapshot), snapshot) }
    if isTyping { return settled(type(event, snapshot), snapshot) }
    return settled(move(event, snapshot), snapshot)
  }

  private mutating func type(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    let before = draft?.editor.revision
    // These are asked for in the last row, and copying goes to the clipboard as everywhere.
    if [.key(.control("f")), .key(.alt("r")), .key(.control("g"))].contains(event) { return .ignored }
    if event == .key(.control("c")) || event == .key(.control("x")), let draft, draft.editor.selection != nil {
      let text = draft.editor.selectedText
      if let open, event == .key(.control("x")) { _ = drafts[open]?.editor.handle(event) }
      let copy = Reaction<Command>.copy(text, what: "the selection")
      return event == .key(.control("x")) ? .all([copy, keep(snapshot)]) : copy
    }
    guard let open, drafts[open]?.editor.handle(event) == true else { return .ignored }
    return draft?.editor.revision == before ? .handled : keep(snapshot)
  }

  private mutating func move(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch panel {
    case .sections:
      let sections = subject(snapshot)?.prompt.sections ?? []
      return list.handle(event, sections) ? .handled : .ignored
    case .text: return moveInText(event)
    case .model: return modelView.handle(event) ? .handled : .ignored
    case .trial: return trialView.handle(event) ? .handled : .ignored
    case .versions: return versionTable.handle(event, versions(snapshot)?.entries ?? []) ? .handled : .ignored
    case .variants: return moveInVariants(event, snapshot) ? .handled : .ignored
    case .ablation: return ablationTable.handle(event, ablation(snapshot).answer?.rows ?? []) ? .handled : .ignored
    }
  }

  /// In the text panel without typing, only keys that move are the editor's.
  private mutating func moveInText(_ event: Event) -> Reaction<Command> {
    let moves: [Key: Key] = [
      "j": .down, "k": .up, "g": Key(.home, .control), "G": Key(.end, .control), .control("d"): .pageDown,
      .control("u"): .pageUp, .up: .up, .down: .down, .pageUp: .pageUp, .pageDown: .pageDown, .home: .home, .end: .end,
    ]
    guard case .key(let key) = event, let target = moves[key], let open else { return .ignored }
    return drafts[open]?.editor.handle(.key(target)) == true ? .handled : .ignored
  }

  // MARK: Mouse

  private mutating func handle(_ mouse: MouseEvent, _ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    if layout.isWide, splitter.handle(event) { return .handled }
    if layout.hasTrialSplit, trialSplitter.handle(event) { return .handled }
    guard let target = panels.panel(at: mouse.point) else { return .ignored }
    if case .press(.left) = mouse.action, target != panel {
      if isTyping, target != .text {
        _ = leaveEditor(for: target)
        if question != nil { return .handled }
      }
      panel = target
      if target != .sections { detail = target }
    }
    switch target {
    case .sections:
      let sections = subject(snapshot)?.prompt.sections ?? []
      return list.handle(event, sections) ? .handled : .ignored
    case .text:
      guard let open, drafts[open]?.editor.handle(event) == true else { return .ignored }
      if case .press(.left) = mouse.action {
        if !isTyping { typedFrom = .sections }
        if let kept = kept(snapshot) { question = .restore(kept) } else { isTyping = true }
      }
      return .handled
    case .model: _ = modelView.handle(event)
    case .trial: _ = trialView.handle(event)
    case .versions:
      let rows = versions(snapshot)?.entries ?? []
      if !versionTable.handle(event, rows) { _ = changeView.handle(event) }
    case .variants: _ = moveInVariants(event, snapshot)
    case .ablation:
      let rows = ablation(snapshot).answer?.rows ?? []
      if !ablationTable.handle(event, rows) { _ = ablationView.handle(event) }
    }
    return .handled
  }

  // MARK: Questions

  private mutating func handleQuestion(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch question {
    case .title(var field, _):
      switch field.handle(event) {
      case .submitted(let text): return addSection(text.trimmingSpaces, field, snapshot)
      case .canceled: question = nil
      case .ignored, .handled, .changed: question = .title(field, problem: nil)
      }
    case .editor(let kind, var field, _):
      switch field.handle(event) {
      case .submitted(let text): return answer(kind, text, field, snapshot)
      case .canceled: question = nil
      case .ignored, .handled, .changed: question = .editor(kind, field, problem: nil)
      }
    case .copy(let variant, var field, _):
      switch field.handle(event) {
      case .submitted(let text): return copy(variant, as: text.trimmingSpaces, field, snapshot)
      case .canceled: question = nil
      case .ignored, .handled, .changed: question = .copy(of: variant, field, problem: nil)
      }
    case .restore, .delete, .unsaved: return hasBinding(for: event, snapshot) ? .ignored : .handled
    case nil: break
    }
    return .handled
  }

  /// Carries out or drops what was asked.
  mutating func answer(_ isYes: Bool, _ snapshot: Snapshot) -> Reaction<Command> {
    if finder.isTyping { return typeSearch(.key(isYes ? .enter : .escape), snapshot) }
    let asked = question
    guard isYes else {
      question = nil
      return .handled
    }
    switch asked {
    case .unsaved(_, let next):
      question = nil
      let saving = save()
      close(to: next)
      return saving
    case .title, .editor, .copy: return handleQuestion(.key(.enter), snapshot)
    case .delete(let id, let title):
      question = nil
      drafts[id] = nil
      return .all([.command(.deleteSection(prompt: id.prompt, id: id.section)), .notice("Deleting \"\(title)\".")])
    case .restore(let kept):
      question = nil
      edit()
      if let open {
        drafts[open]?.buffer.restore(kept.text)
      }
    case nil: break
    }
    return .handled
  }

  private mutating func addSection(
    _ title: String, _ field: LineField, _ snapshot: Snapshot
  ) -> Reaction<Command> {
    guard let prompt = subject(snapshot)?.prompt else { return .handled }
    if let problem = SectionNaming.problem(with: title, among: prompt.sections) {
      question = .title(field, problem: problem)
      return .handled
    }
    question = nil
    let id = SectionNaming.id(for: title, among: prompt.sections)
    pendingSelection = id
    return .command(.saveSection(prompt: prompt.name, Section(id: id, title: title, role: .system, body: "")))
  }

  // MARK: Search

  /// Goes to the nearest place with what is typed into the line.
  private mutating func typeSearch(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    switch finder.handle(event) {
    case .ignored, .handled: return .handled
    case .changed, .submitted:
      modelMatch = nil
      return search.isEmpty ? .handled : findMatch(by: 0, snapshot)
    }
  }

  /// Goes to the next (1), the previous (-1) or the nearest (0) match.
  mutating func findMatch(by step: Int, _ snapshot: Snapshot) -> Reaction<Command> {
    if panel == .model { return findInModel(by: step) }
    guard let prompt = subject(snapshot)?.prompt else { return .handled }
    let here = open.map { PromptMatch(section: $0.section, position: draft?.editor.cursor ?? .start) }
    let order = prompt.sections.map(\.id)
    let matches = prompt.sections.flatMap { section in
      PromptMatch.all(
        of: search, in: drafts[SectionID(prompt: prompt.name, section: section.id)]?.text ?? section.body,
        id: section.id)
    }
    guard !matches.isEmpty else {
      return step == 0 ? .handled : .notice("No section has \"\(search.query)\".")
    }
    let target =
      if step < 0 {
        matches.last { match in here.map { match.isBefore($0, order) } ?? true } ?? matches[matches.count - 1]
      } else {
        matches.first { match in
          here.map { $0.isBefore(match, order) || (step == 0 && match == $0) } ?? true
        } ?? matches[0]
      }
    list.select(target.section)
    sync(snapshot)
    if let open { drafts[open]?.editor.move(to: target.position) }
    if detail != .text, panel == .sections { detail = .text }
    return .handled
  }
}

extension PromptPane {
  /// Scrolls what the model sees to the next (1), the previous (-1) or the first (0) line with a match.
  private mutating func findInModel(by step: Int) -> Reaction<Command> {
    let matches = modelLines.lines.indices.filter { index in
      search.matches(modelLines.lines[index].map(\.text).joined())
    }
    guard let first = matches.first, let last = matches.last else {
      return step == 0 ? .handled : .notice("What the model sees has no \"\(search.query)\".")
    }
    let here = modelMatch ?? -1
    let line = step < 0 ? matches.last { $0 < here } ?? last : matches.first { $0 > here } ?? first
    modelMatch = line
    modelView.show(line: line)
    return .handled
  }
}

/// A place in a prompt where a search found something.
struct PromptMatch: Hashable {
  var section: String
  var position: TextPosition

  static func all(of search: TextSearch, in text: String, id: String) -> [PromptMatch] {
    guard search.matches(text) else { return [] }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    return lines.enumerated().flatMap { number, line in
      search.ranges(in: Array(line)).map { range in
        PromptMatch(section: id, position: TextPosition(line: number, column: range.lowerBound))
      }
    }
  }

  /// Whether this comes earlier, sections being in `order`.
  func isBefore(_ other: PromptMatch, _ order: [String]) -> Bool {
    let (own, its) = (order.firstIndex(of: section) ?? -1, order.firstIndex(of: other.section) ?? -1)
    return own == its ? position < other.position : own < its
  }
}

extension TextPosition {
  static let start = TextPosition(line: 0, column: 0)
}

extension String {
  /// Without spaces at either end.
  var trimmingSpaces: String {
    var text = Substring(self)
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
