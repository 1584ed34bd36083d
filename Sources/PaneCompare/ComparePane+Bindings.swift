import Domain
import Drawing
import WorkbenchCore

extension ComparePane {
  /// The keys that mean something now.
  package func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    if chooser != nil {
      return [
        Binding(.enter, title: "Compare this run", group: "Choose a run", action: .choose, footer: "choose"),
        Binding(
          .tab, .left, .right, title: "Choose the other side's run", group: "Choose a run", action: .otherSide,
          footer: "other side"),
        Binding(
          .escape, "q", title: "Keep the present run", group: "Choose a run", action: .closeChooser, footer: "close"),
      ]
    }
    if failureMenu != nil { return failureBindings }
    if duel != nil { return duelBindings }
    if setup != nil {
      return [
        Binding(
          "=", title: "Differences by words, by lines, or not marked", group: "What each side is asked with",
          action: .differences, footer: "differences: \(unit.rawValue)"),
        Binding(
          .escape, "w", "q", title: "Back to the cases", group: "What each side is asked with", action: .closeSetup,
          footer: "back"),
      ]
    }
    if desk != nil { return deskBindings }
    if let menu { return menu.bindings }
    if draft != nil {
      return [
        Binding(
          .control("s"), title: "Keep it as the right answer", group: "Right answer", action: .keepAnswer,
          footer: "keep"),
        Binding(.escape, title: "Leave it", group: "Right answer", action: .leaveAnswer, footer: "leave it"),
      ]
    }
    if search.isTyping {
      return [
        Binding(.enter, title: "Keep what was found", group: "Search", action: .endSearch, footer: "keep"),
        Binding(.escape, title: "Show all cases again", group: "Search", action: .clearSearch, footer: "all cases"),
      ]
    }
    return movement + [filterBinding] + readingBindings(snapshot) + sides(snapshot)
  }

  var copyMenu: Menu<Action> {
    Menu(
      "Copy",
      [
        ("a", "The answer of A", "A's answer", .copyPart(.a)), ("b", "The answer of B", "B's answer", .copyPart(.b)),
        ("e", "What is expected", "expected", .copyPart(.expected)), ("i", "The input", "input", .copyPart(.input)),
      ], close: ("Nothing", "copy nothing", .closeMenu))
  }

  var markMenu: Menu<Action> {
    Menu(
      "Which answer is better",
      [
        ("a", "A is better", "A is better", .found(.a)), ("b", "B is better", "B is better", .found(.b)),
        ("g", "Both are good", "both are good", .found(.both)), ("n", "Neither is good", "neither", .found(.neither)),
        ("x", "Forget what was found", "forget", .found(nil)),
      ], close: ("Say nothing", "close", .closeMenu))
  }

  var editMenu: Menu<Action> {
    Menu(
      "Edit the answer of",
      [
        ("a", "A's answer", "edit A's answer", .editFrom(.a)), ("b", "B's answer", "edit B's answer", .editFrom(.b)),
        ("e", "What was written before", "the edited one", .editFrom(.expected)),
        ("x", "Forget what was written", "forget it", .forgetAnswer),
      ], close: ("Edit nothing", "close", .closeMenu))
  }

  func filterMenu(_ names: SideNames) -> Menu<Action> {
    let keys: [(Key, CompareFilter)] = [
      ("a", .all), ("d", .differ), ("t", .onlyB), ("p", .onlyA), ("w", .bothWrong),
    ]
    return Menu(
      "Show",
      keys.map { key, filter in
        let title = filter.title(kinds: names)
        return (key, title + filter.legend, title, .filter(filter))
      }, close: ("Leave the filter as it is", "close", .closeMenu))
  }

  private var movement: [Binding<Action>] {
    let inList = area == .list
    return [
      Binding(
        .enter, title: "Read the case", group: "Cases", action: .open, unavailable: nothingToRead,
        footer: inList ? "read" : nil),
      Binding(
        .escape, title: "Back to the list; then show all cases", group: "Cases", action: .back,
        footer: inList ? nil : "list"),
      Binding(.right, "l", title: "To the case", group: "Cases", action: .right, unavailable: nothingToRead),
      Binding(.left, "h", title: "To the list", group: "Cases", action: .left),
      Binding(
        "n", title: "Next case, or next hit", group: "Cases", action: .nextCase, footer: inList ? nil : "next case"),
      Binding("N", title: "Previous case, or previous hit", group: "Cases", action: .previousCase),
      Binding("/", title: "Search ids, tags, inputs and answers", group: "Cases", action: .search, footer: "search"),
      Binding(
        "y", title: "Copy an answer, the input or what is expected", group: "Cases", action: .copy,
        unavailable: nothingToRead, footer: inList ? nil : "copy"),
      Binding(
        "m", title: "Mark which answer is better", group: "Cases", action: .mark, unavailable: nothingToRead,
        footer: inList ? nil : "mark"),
      Binding(
        "e", title: "Edit an answer into what it should have been", group: "Cases", action: .edit,
        unavailable: nothingToRead, footer: inList ? nil : "edit"),
      Binding("<", title: "Narrower list", group: "Cases", action: .narrower),
      Binding(">", title: "Wider list", group: "Cases", action: .wider),
    ]
  }

  private func readingBindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    [
      Binding(
        "P", title: "Prefer one of two answers, blindly", group: "Cases", action: .openDesk, unavailable: nothingToRead,
        footer: "blind"),
      Binding(
        "X", title: "Name how an answer fails", group: "Cases", action: .nameFailure, unavailable: nothingToRead),
      Binding("=", title: "Differences by words, by lines, or not marked", group: "Cases", action: .differences),
      Binding(
        "w", title: "Show what each side is asked with", group: "Cases", action: .showSetup,
        unavailable: lettered(snapshot, pair(snapshot)).isEmpty ? "There is no variant yet." : nil),
      Binding(
        "t", title: "Try a typed input on every side", group: "Cases", action: .tryInput,
        unavailable: duellists(snapshot).isEmpty ? "There is no variant yet." : nil, footer: "try"),
    ]
  }

  private var nothingToRead: String? { figures.cases == 0 ? "There is no case with both answers yet." : nil }

  private var filterBinding: Binding<Action> {
    Binding("f", title: "Filter the cases by who is right", group: "Cases", action: .chooseFilter, footer: "filter")
  }

  private func sides(_ snapshot: Snapshot) -> [Binding<Action>] {
    let pair = pair(snapshot)
    let isMissing = !missing(snapshot, pair).isEmpty
    let isRunning = !running(pair, snapshot).isEmpty
    let untrained = [pair.a, pair.b].compactMap { $0 }.first { $0.isUntrained(snapshot) }
    let idle = untrained.map { "Train \($0.variant.name) first: 5 opens Training." } ?? "Both runs are complete."
    return [
      Binding(
        "c", title: "Compare other runs", group: "Runs", action: .chooseRuns, unavailable: noRuns(snapshot),
        footer: "runs"),
      Binding(
        "a", title: "Add a variant in a further column", group: "Runs", action: .addSide,
        unavailable: noRuns(snapshot)),
      Binding(
        "-", title: "Take the last added column away", group: "Runs", action: .dropSide,
        unavailable: extras.isEmpty ? "Only the two that are compared are shown." : nil),
      Binding(
        "s", title: "Next eval set", group: "Runs", action: .nextSet,
        unavailable: snapshot.workspace.evalSets.count > 1 ? nil : "There is only one eval set."),
      Binding(
        "r", title: "Run what is missing", group: "Runs", action: .evaluate,
        unavailable: isMissing ? nil : isRunning ? "It is running; p pauses it." : idle,
        footer: isMissing ? "run" : nil),
      Binding(
        "p", title: "Pause what is running", group: "Runs", action: .pause,
        unavailable: isRunning ? nil : "Neither run is under way.", footer: isRunning ? "pause" : nil),
    ]
  }

  private func noRuns(_ snapshot: Snapshot) -> String? {
    snapshot.runs.isEmpty && snapshot.workspace.variants.isEmpty
      ? "There is no variant to choose: add one to assay.yaml." : nil
  }
}
