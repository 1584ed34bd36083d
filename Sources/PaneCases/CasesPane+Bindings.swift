import Domain
import Drawing
import WorkbenchCore

extension CasesPane {
  /// What the keys mean.
  package enum Action: Hashable, Sendable {
    case open, back, previousPanel, nextPanel
    case search, nextMatch, previousMatch, filter, nextSet, nextVariant
    case add, edit, duplicate, delete
    case evaluate, pause
    case save, takeFile, drop, leave, accept, refuse
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
    if draft != nil { return editorBindings }
    // In the order in which a narrow footer leaves them out, the last ones first.
    return openBindings(snapshot) + runBindings(snapshot) + findBindings(snapshot) + caseBindings(snapshot)
      + editorBindings
  }

  func bindings(for question: Question) -> [Binding<Action>] {
    let group = "Question"
    let refuse = Binding(Key.escape, title: "Cancel", group: group, action: Action.refuse, footer: "cancel")
    let keep = Binding("n", .escape, title: "No", group: group, action: Action.refuse, footer: "no")
    switch question {
    case .part:
      return [Binding(.enter, title: "Show this part", group: group, action: .accept, footer: "show"), refuse]
    case .delete:
      return [Binding("y", title: "Yes, delete it", group: group, action: .accept, footer: "delete"), keep]
    case .discard:
      return [
        Binding("y", title: "Yes, drop the changes", group: group, action: .accept, footer: "drop"), keep,
        Binding(.control("s"), title: "Save them", group: group, action: .save, footer: "save"),
      ]
    case .restore:
      return [
        Binding(.enter, title: "Restore the text", group: group, action: .accept, footer: "restore"),
        Binding("d", title: "Drop the text", group: group, action: .drop, footer: "drop"),
        Binding(.escape, title: "Decide later", group: group, action: .refuse, footer: "later"),
      ]
    }
  }

  private func noCase(_ snapshot: Snapshot) -> String? {
    noSet(snapshot) ?? (set(snapshot)?.cases.isEmpty == true ? "There is no case yet: press a." : nil)
  }

  private func openBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Cases"
    let none = noCase(snapshot)
    return [
      Binding(.enter, title: "Open the case", group: group, action: .open, unavailable: none, footer: "open"),
      Binding("e", title: "Edit the case", group: group, action: .edit, unavailable: none, footer: "edit"),
    ]
  }

  private func caseBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Cases"
    let none = noCase(snapshot)
    return [
      Binding("a", title: "Add a case", group: group, action: .add, unavailable: noSet(snapshot), footer: "add"),
      Binding(
        "d", title: "Duplicate the case", group: group, action: .duplicate, unavailable: none, footer: "duplicate"),
      Binding("D", title: "Delete the case", group: group, action: .delete, unavailable: none),
      Binding(.left, "h", title: "To the table", group: group, action: .previousPanel),
      Binding(.right, "l", title: "To the case", group: group, action: .nextPanel),
      Binding(.escape, title: "Back; then take filters away", group: group, action: .back),
    ]
  }

  private func findBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Find"
    let none = noSet(snapshot)
    let noSearch = search.isEmpty ? "Search first: press /." : nil
    let noParts = filter.hasParts ? nil : "No case of this set has a tag or an answer."
    let noOther = snapshot.workspace.evalSets.count < 2 ? "There is no other eval set in assay.yaml." : nil
    return [
      Binding(
        "/", title: "Search in id, input and expected", group: group, action: .search, unavailable: none,
        footer: "search"),
      Binding("n", title: "Next case found", group: group, action: .nextMatch, unavailable: noSearch),
      Binding("N", title: "Previous case found", group: group, action: .previousMatch, unavailable: noSearch),
      Binding(
        "f", title: "Filter by tag, or by what became of the answer", group: group, action: .filter,
        unavailable: none ?? noParts, footer: "filter"),
      Binding("s", title: "Next eval set", group: group, action: .nextSet, unavailable: none ?? noOther, footer: "set"),
    ]
  }

  private func runBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Run"
    let active = activeRun(snapshot)
    let none =
      noSet(snapshot) ?? (variant(snapshot) == nil ? "Add a variant to assay.yaml first." : nil) ?? noCase(snapshot)
    return [
      Binding(
        "r", title: "Run the variant on this set", group: group, action: .evaluate,
        unavailable: none ?? (active == nil ? nil : "It is running; p pauses it."), footer: active == nil ? "run" : nil),
      Binding(
        "p", title: "Pause the run", group: group, action: .pause,
        unavailable: active == nil ? "This variant is not running; r runs it." : nil,
        footer: active == nil ? nil : "pause"),
      Binding(
        "V", title: "Next variant to run and to read", group: group, action: .nextVariant,
        unavailable: snapshot.workspace.variants.count < 2 ? "There is no other variant in assay.yaml." : nil),
    ]
  }

  private var editorBindings: [Binding<Action>] {
    let group = "Editor"
    let isOpen = draft != nil
    let save = Binding(
      .control("s"), title: "Save the case", group: group, action: Action.save,
      unavailable: isOpen ? nil : "Press e to edit the case first.", footer: isOpen ? "save" : nil)
    let isBlocked = draft?.warning != nil
    let take = Binding(
      .control("r"), title: "Reload from disk, discard my edit", group: group, action: Action.takeFile,
      unavailable: isBlocked ? nil : "The file has not changed.", footer: isBlocked ? "take the file's" : nil)
    guard isOpen else { return [save, take] }
    return [save, take, Binding(.escape, title: "Leave the editor", group: group, action: .leave, footer: "done")]
  }

  private func noSet(_ snapshot: Snapshot) -> String? {
    set(snapshot) == nil ? "Add an eval set to assay.yaml first." : nil
  }
}
