import Domain
import Drawing
import WorkbenchCore

extension PromptPane {
  /// What the keys mean.
  package enum Action: Hashable, Sendable {
    case edit, toggle, add, delete, moveUp, moveDown
    case save, takeFile, drop, back, editorKey, find, replace, goToLine, noInterrupt
    case nextVariant, copyVariant, closeVariants, previousVariant, nextSet, previousCase, nextCase
    case tryPrompt, stopTrial, evaluate, pause
    case versions, readVersion, compareVersion, bringBack, ablation, switchView, copy, previousPanel, nextPanel,
      narrower, wider
    case search, nextMatch, previousMatch
    case accept, refuse
  }

  /// The keys that mean something now.
  package func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    if let question { return bindings(for: question) }
    if finder.isTyping {
      return [
        Binding(.enter, title: "Search", group: "Question", action: .accept, footer: "search"),
        Binding(.escape, title: "Cancel", group: "Question", action: .refuse, footer: "cancel"),
      ]
    }
    if isTyping { return typingBindings }
    let subject = subject(snapshot)
    // In the order in which a narrow footer leaves them out, the last ones first.
    if page == .variants, panel == .variants {
      return variantBindings(subject) + runBindings(subject, snapshot) + sectionBindings(subject)
        + viewBindings(subject, snapshot) + typingBindings
    }
    if page == .versions, panel == .versions {
      return versionBindings(subject, snapshot) + runBindings(subject, snapshot)
        + sectionBindings(subject) + viewBindings(subject, snapshot) + typingBindings
    }
    return [editBinding(subject)] + runBindings(subject, snapshot) + sectionBindings(subject)
      + viewBindings(subject, snapshot) + typingBindings
  }

  func bindings(for question: Question) -> [Binding<Action>] {
    let group = "Question"
    let refuse = Binding(Key.escape, title: "Cancel", group: group, action: Action.refuse, footer: "cancel")
    switch question {
    case .title: return [Binding(.enter, title: "Add it", group: group, action: .accept, footer: "add"), refuse]
    case .delete:
      return [Binding("y", title: "Yes, delete it", group: group, action: .accept, footer: "delete"), keep]
    case .unsaved:
      return [
        Binding("s", .enter, title: "Save it", group: group, action: .accept, footer: "save"),
        Binding("d", title: "Drop what was typed", group: group, action: .drop, footer: "drop"),
        Binding(.escape, title: "Go on typing", group: group, action: .refuse, footer: "stay"),
      ]
    case .copy:
      return [Binding(.enter, title: "Write the copy", group: group, action: .accept, footer: "copy"), refuse]
    case .editor(let kind, _, _):
      return [Binding(.enter, title: kind.title, group: group, action: .accept, footer: kind.footer), refuse]
    case .restore:
      return [
        Binding(.enter, title: "Restore the text", group: group, action: .accept, footer: "restore"),
        Binding("d", title: "Drop the text", group: group, action: .drop, footer: "drop"),
        Binding(.escape, title: "Decide later", group: group, action: .refuse, footer: "later"),
      ]
    }
  }

  private var keep: Binding<Action> {
    Binding("n", .escape, title: "No", group: "Question", action: .refuse, footer: "no")
  }

  private func noPrompt(_ subject: PromptSubject?) -> String? {
    subject == nil ? "Add a prompt to assay.yaml first." : nil
  }

  private var noSection: String? { open == nil ? "Add a section first: press a." : nil }

  private func editBinding(_ subject: PromptSubject?) -> Binding<Action> {
    Binding(
      "e", .enter, title: "Edit the section", group: "Sections", action: .edit,
      unavailable: noPrompt(subject) ?? noSection, footer: "edit")
  }

  private func variantBindings(_ subject: PromptSubject?) -> [Binding<Action>] {
    let none = subject?.variant == nil ? "Choose a variant first." : nil
    return [
      Binding(.enter, title: "Choose the variant", group: "Variants", action: .closeVariants, footer: "choose"),
      Binding(
        "d", title: "Duplicate the variant", group: "Variants", action: .copyVariant, unavailable: none,
        footer: "duplicate"),
      Binding(
        "e", title: "Edit the section", group: "Sections", action: .edit, unavailable: noPrompt(subject) ?? noSection),
    ]
  }

  private func versionBindings(_ subject: PromptSubject?, _ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Versions"
    let none = selectedVersion(snapshot) == nil ? "There is no version yet: r runs the prompt." : nil
    return [
      Binding(
        "B", title: "Bring back the version", group: group, action: .bringBack, unavailable: none, footer: "bring back"),
      Binding(
        .enter, title: "Read the version whole, or what it changed", group: group, action: .readVersion,
        unavailable: none, footer: "read"),
      Binding(
        "b", title: "Show what bringing it back would change", group: group, action: .compareVersion, unavailable: none,
        footer: "compare with now"),
      Binding(
        "e", title: "Edit the section", group: "Sections", action: .edit, unavailable: noPrompt(subject) ?? noSection),
    ]
  }

  private func sectionBindings(_ subject: PromptSubject?) -> [Binding<Action>] {
    let group = "Sections"
    let none = noSection
    let nothing = noPrompt(subject)
    return [
      Binding(
        .space, title: "Switch the section on or off for this variant", group: group, action: .toggle,
        unavailable: nothing ?? none,
        footer: "on/off"),
      Binding("a", title: "Add a section", group: group, action: .add, unavailable: nothing, footer: "add"),
      Binding("D", title: "Delete the section", group: group, action: .delete, unavailable: nothing ?? none),
      Binding(
        "K", Key(.up, .alt), title: "Move the section up", group: group, action: .moveUp, unavailable: nothing ?? none),
      Binding(
        "J", Key(.down, .alt), title: "Move the section down", group: group, action: .moveDown,
        unavailable: nothing ?? none),
      Binding(
        "/", title: "Search in the sections; in what the model sees while that has the focus", group: group,
        action: .search, unavailable: nothing ?? none),
      Binding(
        "n", title: "Next match", group: group, action: .nextMatch,
        unavailable: search.isEmpty ? "Search first: press /." : nil),
      Binding(
        "N", title: "Previous match", group: group, action: .previousMatch,
        unavailable: search.isEmpty ? "Search first: press /." : nil),
    ]
  }

  private func viewBindings(_ subject: PromptSubject?, _ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "View"
    let entries = PromptChoice.entries(snapshot.workspace).count
    let noOther = entries < 2 ? "There is no other variant in assay.yaml." : nil
    let noSet = snapshot.workspace.evalSets.count < 2 ? "There is no other eval set in assay.yaml." : nil
    let noSplit = layout.isWide ? nil : "Text and what the model sees stand side by side in a wider window only."
    let noCase = (subject?.set?.cases.count ?? 0) < 2 ? "There is no other case in this eval set." : nil
    return [
      Binding(
        "V", title: "Next variant, in a list with scores", group: group, action: .nextVariant, unavailable: noOther,
        footer: "variant"),
      Binding(.alt("v"), title: "Previous variant", group: group, action: .previousVariant, unavailable: noOther),
      Binding("s", title: "Next eval set", group: group, action: .nextSet, unavailable: noSet),
      Binding("[", title: "Previous case", group: group, action: .previousCase, unavailable: noCase),
      Binding("]", title: "Next case", group: group, action: .nextCase, unavailable: noCase, footer: "case"),
      Binding("v", title: "Show versions with their scores", group: group, action: .versions, footer: "versions"),
      Binding("w", title: "Show the text, what the model sees, or versions", group: group, action: .switchView),
      Binding("y", title: "Copy the text, the answer or what the model sees", group: group, action: .copy),
      Binding(.left, "h", title: "To the panel on the left", group: group, action: .previousPanel),
      Binding(.right, "l", title: "To the panel on the right", group: group, action: .nextPanel),
      Binding("<", title: "Narrower text", group: group, action: .narrower, unavailable: noSplit),
      Binding(">", title: "Wider text", group: group, action: .wider, unavailable: noSplit),
      Binding(.escape, title: "Back", group: group, action: .back),
    ]
  }

  private func runBindings(_ subject: PromptSubject?, _ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Run"
    let active = activeRun(snapshot)
    let reason =
      subject?.variant == nil
      ? "No variant uses this prompt: add one to assay.yaml."
      : subject?.request == nil ? "Add an eval set with a case first." : nil
    let isTrying = snapshot.trial?.isRunning == true
    return [
      Binding(
        "t", title: "Try the prompt on this case", group: group, action: .tryPrompt, unavailable: reason,
        footer: "try"),
      Binding(
        "x", title: isTrying ? "Stop the trial" : "Close the trial", group: group, action: .stopTrial,
        unavailable: snapshot.trial == nil || isTrialHidden ? "There is no trial: press t." : nil,
        footer: isTrying ? "stop" : nil),
      Binding(
        "r", title: "Run the variant on the eval set", group: group, action: .evaluate,
        unavailable: reason ?? (active == nil ? nil : "It is running; p pauses it."),
        footer: active == nil ? "run" : nil),
      Binding(
        "I",
        title: page == .ablation
          ? "Ablate: measure the prompt without each section" : "Show what each section is worth",
        group: group, action: .ablation, unavailable: reason ?? (active == nil ? nil : "It is running; p pauses it."),
        footer: page == .ablation && active == nil ? "ablate" : nil),
      Binding(
        "p", title: "Pause the run", group: group, action: .pause,
        unavailable: active == nil ? "This variant is not running; r runs it." : nil,
        footer: active == nil ? nil : "pause"),
    ]
  }

  private var typingBindings: [Binding<Action>] {
    let group = "Editor"
    let state = draft?.state ?? .clean
    let isBlocked = state.isBlocked
    let hasFailed = if case .failed = state { true } else { false }
    let save = Binding(
      .control("s"), title: isBlocked ? "Save my text over the file's" : "Save the section", group: group,
      action: Action.save, unavailable: state == .clean && !isTyping ? "Nothing to save." : nil,
      footer: isTyping ? isBlocked ? "keep mine" : "save" : nil)
    let take = Binding(
      .control("r"), title: "Reload from disk, discard my edit", group: group, action: Action.takeFile,
      unavailable: isBlocked || hasFailed ? nil : "The file has not changed.",
      footer: isTyping && isBlocked ? "take the file's" : nil)
    guard isTyping else { return [save, take] }
    return [
      save, Binding(.escape, title: "Leave the editor", group: group, action: .back, footer: "done"),
      Binding(
        .control("z"), .control("y"), title: "Undo, redo", group: group, action: .editorKey, footer: "undo"),
      Binding(.control("f"), title: "Find a regular expression", group: group, action: .find, footer: "find"), take,
      Binding(.alt("r"), title: "Replace a regular expression", group: group, action: .replace, footer: "replace"),
      Binding(.control("g"), title: "Go to a line", group: group, action: .goToLine),
      Binding(.control("c"), title: "Copy the selection", group: group, action: .noInterrupt),
    ]
      + EditorKeys.hints.filter { !$0.keys.contains(.control("z")) }.map { hint in
        var binding = Binding(title: hint.title, group: group, action: Action.editorKey)
        binding.keys = hint.keys.filter { $0 != .control("c") }
        return binding
      }
  }
}
