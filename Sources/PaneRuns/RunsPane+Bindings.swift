import Domain
import Drawing
import WorkbenchCore

extension RunsPane {
  /// The keys that mean something now.
  package func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    if labels != nil { return labelBindings }
    if deletion != nil { return deletionBindings }
    if let menu { return menu.bindings }
    if search.isTyping {
      return [
        Binding(.enter, title: "Keep what was found", group: "Search", action: .endSearch, footer: "keep"),
        Binding(.escape, title: "Show all runs again", group: "Search", action: .clearSearch, footer: "all runs"),
      ]
    }
    return runBindings(snapshot) + panelBindings(snapshot)
  }

  var copyMenu: Menu<Action> {
    Menu(
      "Copy",
      [
        ("n", "The run's number", "number", .copyPart(.number)),
        ("f", "Why requests failed", "failures", .copyPart(.failures)),
        ("c", "The case's id", "case", .copyPart(.caseID)), ("t", "The answer so far", "text", .copyPart(.text)),
      ], close: ("Nothing", "copy nothing", .closeMenu))
  }

  private func runBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Runs"
    let run = selected(snapshot)
    let isActive = run.map { snapshot.progress[$0.id] != nil } ?? false
    let (whyNot, words) = evaluating(run, snapshot)
    let compare = Binding(
      "c", title: "Compare its answers with another run's", group: group, action: Action.compare,
      unavailable: run == nil ? noRun : reading(run, snapshot), footer: "compare")
    var bindings: [Binding<Action>] = []
    if area == .requests {
      bindings.append(
        Binding(.enter, title: "Read the answer as it comes", group: group, action: .readAnswer, footer: "read"))
    } else {
      bindings.append(
        Binding(
          .enter, title: "Read its answers, case by case", group: group, action: .readCases,
          unavailable: run.map { $0.summary.done + $0.summary.errors > 0 ? nil : "It has no answer yet." } ?? noRun,
          footer: "read"))
    }
    bindings += [
      Binding(
        "r", title: "Resume the run, or evaluate its variant again", group: group, action: .evaluate,
        unavailable: whyNot, footer: words),
      Binding(
        "R", title: "Ask everything afresh, as another run", group: group, action: .evaluateAfresh,
        unavailable: evaluatingAfresh(run, snapshot)),
      Binding(
        "p", title: "Pause the run", group: group, action: .pause,
        unavailable: run == nil ? noRun : isActive ? nil : "This run isn't under way here; r resumes one.",
        footer: "pause"),
      compare,
      Binding(
        "/", title: "Search variants, models, sets and states", group: group, action: .search,
        unavailable: run == nil ? noRun : nil, footer: "search"),
      Binding(
        "e", title: "Edit the run's name and note", group: group, action: .editLabels,
        unavailable: run == nil ? noRun : nil, footer: "name"),
      Binding(
        "D", title: "Delete the run", group: group, action: .delete,
        unavailable: run == nil ? noRun : isActive ? "Pause it first: p." : nil),
      Binding(
        "y", title: "Copy its number, failures, a case's id or an answer", group: group, action: .copy,
        unavailable: run == nil ? noRun : nil, footer: "copy"),
    ]
    return bindings
  }

  private func panelBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    let group = "Panels"
    let reason = snapshot.runs.isEmpty ? noRun : nil
    return [
      Binding(
        .escape, title: "Back to the list; then show all runs", group: group, action: .back,
        footer: area == .runs ? nil : "runs"),
      Binding(.right, "l", title: "Next panel", group: group, action: .right, unavailable: reason),
      Binding(.left, "h", title: "Previous panel", group: group, action: .left),
      Binding("<", title: "Shorter list", group: group, action: .shorter),
      Binding(">", title: "Longer list", group: group, action: .longer),
      Binding(
        "F", title: "Follow the end of the answer", group: group, action: .follow,
        unavailable: reason ?? (running(snapshot) == nil ? "No answer is coming in." : nil),
        footer: area == .text && !text.isFollowing ? "follow" : nil),
    ]
  }

  private var noRun: String { "There is no run yet: r in Prompt, Cases or Verdict evaluates a variant." }

  /// Why a run can't be resumed, or else what to call it in the footer.
  private func evaluating(_ run: Run?, _ snapshot: Snapshot) -> (whyNot: String?, footer: String?) {
    guard let run else { return (noRun, nil) }
    if snapshot.progress[run.id] != nil { return ("It is running; p pauses it.", nil) }
    if run.state == .running { return ("Another Assay on this machine is working on it.", nil) }
    var present = present
    let change = present.change(of: run, snapshot)
    switch change {
    case .setIsGone: return ("The eval set \(run.set) is gone from assay.yaml.", nil)
    case .variantIsGone: return ("The variant \(run.variant.name) or its prompt is gone from assay.yaml.", nil)
    case .variant, .prompt, .set: return (nil, "evaluate")
    case nil: break
    }
    return run.state == .finished
      ? ("Complete; R asks everything afresh.", nil)
      : (nil, run.summary.errors > 0 && run.summary.errors + run.summary.done >= run.requests ? "ask again" : "go on")
  }

  /// Why a run's variant can't be asked anew.
  private func evaluatingAfresh(_ run: Run?, _ snapshot: Snapshot) -> String? {
    let whyNot = evaluating(run, snapshot).whyNot
    guard let run, run.state == .finished else { return whyNot }
    var present = present
    return present.change(of: run, snapshot) == nil ? nil : whyNot
  }

  /// Why a run's answers can't be read beside others.
  private func reading(_ run: Run?, _ snapshot: Snapshot) -> String? {
    guard let run else { return noRun }
    if run.summary.done == 0 { return "Run \(run.id) has no answer yet." }
    if snapshot.workspace.evalSet(run.set) == nil { return "The eval set \(run.set) is gone from assay.yaml." }
    return RunPair(run, snapshot) == nil ? "There is no other run on \(run.set) to read beside it." : nil
  }
}
