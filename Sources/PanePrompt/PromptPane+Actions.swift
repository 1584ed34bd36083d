import Domain
import Drawing
import Foundation
import WorkbenchCore

extension PromptPane {
  /// Does what a key stands for.
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    sync(snapshot)
    let reaction = start(action, snapshot)
    return settled(reaction, snapshot)
  }

  private mutating func start(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    let workspace = snapshot.workspace
    switch action {
    case .edit:
      if let kept = kept(snapshot) { question = .restore(kept) } else { edit() }
    case .toggle: return toggle(snapshot)
    case .add: question = .title(LineField(prompt: "Title of the new section: ", placeholder: "tone"), problem: nil)
    case .delete: if let open, let draft { question = .delete(open, title: draft.section.title) }
    case .moveUp: return move(by: -1, snapshot)
    case .moveDown: return move(by: 1, snapshot)
    case .save: return save()
    case .editorKey: return .handled  // the editor has taken it
    case .find: ask(.find)
    case .replace: ask(.replace)
    case .goToLine: ask(.line)
    case .noInterrupt: return .notice("Esc leaves the editor. With a selection, Ctrl-c copies it.")
    case .takeFile: return takeFile(snapshot)
    case .drop: return drop(snapshot)
    case .back: return back(snapshot)
    case .nextVariant: nextVariant(snapshot)
    case .copyVariant: askForCopy(snapshot)
    case .closeVariants: return back(snapshot)
    case .previousVariant: change { $0.move(by: -1, workspace) }
    case .nextSet: change { $0.nextSet(workspace) }
    case .previousCase: if let subject = subject(snapshot) { change { $0.moveCase(by: -1, subject) } }
    case .nextCase: if let subject = subject(snapshot) { change { $0.moveCase(by: 1, subject) } }
    case .tryPrompt: return tryPrompt(snapshot)
    case .stopTrial:
      if snapshot.trial?.isRunning == true { return .command(.stopTrial) }
      hideTrial()
    case .evaluate: return evaluate(snapshot)
    case .pause: return activeRun(snapshot).map { .command(.pauseRun($0.run.id)) } ?? .handled
    case .versions: showVersions(snapshot)
    case .readVersion: look(.whole)
    case .compareVersion: look(.now)
    case .bringBack: return bringBack(snapshot)
    case .ablation: return ablate(snapshot)
    case .switchView: switchView()
    case .copy: return copy(snapshot)
    case .narrower: splitter.grow(by: -0.05)
    case .wider: splitter.grow(by: 0.05)
    case .previousPanel: movePanel(by: -1, snapshot)
    case .nextPanel: movePanel(by: 1, snapshot)
    case .search:
      finder.beginAnew(placeholder: panel == .model ? "text in what the model sees" : "text in any section")
    case .nextMatch: return findMatch(by: 1, snapshot)
    case .previousMatch: return findMatch(by: -1, snapshot)
    case .accept: return answer(true, snapshot)
    case .refuse: return answer(false, snapshot)
    }
    return .handled
  }

  private mutating func change(_ body: (inout PromptChoice) -> Void) {
    body(&choice)
    modelView.scrollToTop()
  }

  // MARK: Sections

  mutating func edit() {
    typedFrom = panel == .text ? .text : .sections
    panel = .text
    detail = .text
    page = nil
    isTyping = open != nil
  }

  private mutating func drop(_ snapshot: Snapshot) -> Reaction<Command> {
    if case .unsaved(_, let next) = question {
      question = nil
      if let open { drafts[open]?.buffer.takeFile() }
      close(to: next)
      return keep(snapshot)
    }
    return dropKept(snapshot)
  }

  private mutating func dropKept(_ snapshot: Snapshot) -> Reaction<Command> {
    question = nil
    edit()
    return draftPath(snapshot).map { .command(.keepDraft($0, nil)) } ?? .handled
  }

  /// Switches the section for the variant that is shown, and in its file only where no variant uses the prompt.
  private mutating func toggle(_ snapshot: Snapshot) -> Reaction<Command> {
    if panel == .model || panel == .trial { return .ignored }  // there, Space scrolls
    guard let open, let draft, let subject = subject(snapshot) else { return .handled }
    guard let variant = subject.variant else {
      if draft.state.isBlocked, let warning { return .notice(warning) }
      guard var section = drafts[open]?.submit() else { return .handled }
      section.isEnabled.toggle()
      return .command(.saveSection(prompt: open.prompt, section))
    }
    if let set = subject.set, set.prompt != nil {
      return .notice("The set \"\(set.name)\" has a prompt of its own, which is sent whole: s chooses another set.")
    }
    var choice = variant.choice
    choice.toggle(draft.section)
    return .command(.chooseSections(choice, of: variant.name))
  }

  private mutating func move(by step: Int, _ snapshot: Snapshot) -> Reaction<Command> {
    guard let open, let draft, let prompt = subject(snapshot)?.prompt else { return .handled }
    if draft.buffer.isUnsaved { return .notice("Save \(draft.section.title) before it is moved: Ctrl-S.") }
    do {
      pendingSelection = try SectionOrder.renames(moving: open.section, by: step, in: prompt)[0].to
    } catch {
      return .notice(error.description)
    }
    return .command(.moveSection(prompt: open.prompt, id: open.section, by: step))
  }

  mutating func save() -> Reaction<Command> {
    guard let open, let draft, draft.buffer.isUnsaved else { return .notice("Nothing to save.") }
    guard draft.state != .saving, let section = drafts[open]?.submit() else { return .handled }
    return .command(.saveSection(prompt: open.prompt, section))
  }

  private mutating func takeFile(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let open else { return .handled }
    drafts[open]?.buffer.takeFile()
    return .all([keep(snapshot), .notice("The editor has the file's text now.")])
  }

  /// Why the open section's text is not in its file, and which keys help; nil where it is, or can be saved as ever.
  var warning: String? {
    draft?.state.warning(gone: "The file is gone: Ctrl-S writes it again")
  }

  // MARK: Panels

  mutating func show(_ target: Panel) {
    page = [.versions, .ablation, .variants].contains(target) ? target : nil
    detail = target
    if panel != .sections || page != nil { panel = target }
  }

  private mutating func switchView() {
    let views: [Panel] = [.text, .model, .versions]
    let index = views.firstIndex(of: detail == .trial ? .model : detail) ?? 0
    let next = views[(index + 1) % views.count]
    page = next == .versions ? .versions : nil
    detail = next
    if panel != .sections { panel = next }
  }

  /// Copies what the panel with the focus shows; from the list, what the model sees.
  private func copy(_ snapshot: Snapshot) -> Reaction<Command> {
    if panel == .text, let draft { return .copy(draft.text, what: "the text of \(draft.section.title)") }
    if panel == .trial, let trial = snapshot.trial { return .copy(trial.text, what: "the answer") }
    guard let subject = subject(snapshot), let evalCase = subject.evalCase else {
      return .notice("No case fills the prompt yet: add one in the Cases pane.")
    }
    do {
      let messages = try subject.version.messages(for: evalCase.input)
      return .copy(messages.map(\.content).joined(separator: "\n\n"), what: "what the model sees")
    } catch {
      return .notice("The case doesn't fill the prompt. \(error)")
    }
  }

  private mutating func movePanel(by step: Int, _ snapshot: Snapshot) {
    var panels: [Panel] = page.map { [.sections, $0] } ?? [.sections, .text, .model]
    if page == nil, snapshot.trial != nil, !isTrialHidden { panels.append(.trial) }
    let index = panels.firstIndex(of: panel) ?? 0
    panel = panels[min(max(0, index + step), panels.count - 1)]
    if panel != .sections { detail = panel }
  }

  private mutating func back(_ snapshot: Snapshot) -> Reaction<Command> {
    if isTyping { return leaveEditor(for: typedFrom) }
    if snapshot.trial?.isRunning == true { return .command(.stopTrial) }
    if panel == .trial {
      hideTrial()
      panel = .sections
    } else if page != nil {
      page = nil
      detail = .model
      panel = .sections
    } else if panel != .sections {
      panel = .sections
    } else if !search.isEmpty {
      finder.clear()
    } else {
      return .ignored
    }
    return .handled
  }

  private mutating func hideTrial() {
    isTrialHidden = true
    if panel == .trial { panel = .model }
    if detail == .trial { detail = .model }
  }

  // MARK: Running

  private mutating func tryPrompt(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let request = subject(snapshot)?.request else { return .handled }
    isTrialHidden = false
    if let page, panel == page { panel = .model }
    page = nil
    detail = .model
    trialView.scrollToEnd()
    return .command(.tryPrompt(request))
  }

  private func evaluate(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let subject = subject(snapshot), let variant = subject.variant, let set = subject.set else { return .handled }
    return .command(.evaluate(EvaluateRequest(variant: variant.name, set: set.name)))
  }
}
