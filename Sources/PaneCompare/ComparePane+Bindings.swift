import Drawing
import WorkbenchCore

extension ComparePane {
  /// The keys that mean something now.
  public func bindings(_ snapshot: Snapshot) -> [Binding<Action>] {
    if chooser != nil {
      return [
        Binding(.enter, title: "Compare this run", group: "Choose a run", action: .choose, footer: "choose"),
        Binding(
          .escape, "q", title: "Keep the present run", group: "Choose a run", action: .closeChooser, footer: "close"),
      ]
    }
    if isCopying { return copyBindings }
    if let question { return question == .better ? markBindings : editBindings }
    if draft != nil {
      return [
        Binding(
          .control("s"), title: "Keep it as the right answer", group: "Right answer", action: .keepAnswer,
          footer: "keep"),
        Binding(.escape, title: "Leave it", group: "Right answer", action: .leaveAnswer, footer: "leave it"),
      ]
    }
    if field != nil {
      return [
        Binding(.enter, title: "Keep what was found", group: "Search", action: .endSearch, footer: "keep"),
        Binding(.escape, title: "Show all cases again", group: "Search", action: .clearSearch, footer: "all cases"),
      ]
    }
    return movement + filters(ComparePair(snapshot, a: choiceA, b: choiceB, set: set).names) + sides(snapshot)
  }

  private var copyBindings: [Binding<Action>] {
    let group = "Copy"
    return [
      Binding("a", title: "The answer of A", group: group, action: .copyPart(.a), footer: "A's answer"),
      Binding("b", title: "The answer of B", group: group, action: .copyPart(.b), footer: "B's answer"),
      Binding("e", title: "What is expected", group: group, action: .copyPart(.expected), footer: "expected"),
      Binding("i", title: "The input", group: group, action: .copyPart(.input), footer: "input"),
      Binding(.escape, "q", title: "Nothing", group: group, action: .copyNothing, footer: "copy nothing"),
    ]
  }

  private var markBindings: [Binding<Action>] {
    let group = "Which answer is better"
    return [
      Binding("a", title: "A is better", group: group, action: .found(.a), footer: "A is better"),
      Binding("b", title: "B is better", group: group, action: .found(.b), footer: "B is better"),
      Binding("g", title: "Both are good", group: group, action: .found(.both), footer: "both are good"),
      Binding("n", title: "Neither is good", group: group, action: .found(.neither), footer: "neither"),
      Binding("x", title: "Forget what was found", group: group, action: .found(nil), footer: "forget"),
      Binding(.escape, "q", title: "Say nothing", group: group, action: .closeQuestion, footer: "close"),
    ]
  }

  private var editBindings: [Binding<Action>] {
    let group = "Edit the answer of"
    return [
      Binding("a", title: "A's answer", group: group, action: .editFrom(.a), footer: "edit A's answer"),
      Binding("b", title: "B's answer", group: group, action: .editFrom(.b), footer: "edit B's answer"),
      Binding(
        "e", title: "What was written before", group: group, action: .editFrom(.expected), footer: "the edited one"),
      Binding("x", title: "Forget what was written", group: group, action: .forgetAnswer, footer: "forget it"),
      Binding(.escape, "q", title: "Edit nothing", group: group, action: .closeQuestion, footer: "close"),
    ]
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

  private var nothingToRead: String? { figures.cases == 0 ? "There is no case with both answers yet." : nil }

  private func filters(_ names: SideNames) -> [Binding<Action>] {
    let keys: [(Key, CompareFilter)] = [
      ("a", .all), ("d", .differ), ("t", .onlyB), ("p", .onlyA), ("w", .bothWrong),
    ]
    let cycle = [
      Binding("f", title: "Next filter", group: "Filter", action: Action.nextFilter, footer: "filter"),
      Binding("F", title: "Previous filter", group: "Filter", action: .previousFilter),
    ]
    return cycle
      + keys.map { key, filter in
        Binding(
          key, title: "Show: \(filter.title(kinds: names))\(filter.legend)", group: "Filter", action: .filter(filter))
      }
  }

  private func sides(_ snapshot: Snapshot) -> [Binding<Action>] {
    let pair = pair(snapshot)
    let isMissing = !missing(snapshot, pair).isEmpty
    let isRunning = !running(pair, snapshot).isEmpty
    let untrained = [pair.a, pair.b].compactMap { $0 }.first { $0.isUntrained(snapshot) }
    let idle = untrained.map { "Train \($0.variant.name) first: 5 opens Training." } ?? "Both runs are complete."
    return [
      Binding(
        "A", title: "Choose the run on the left", group: "Runs", action: .chooseA, unavailable: noRuns(snapshot),
        footer: "A/B runs"),
      Binding(
        "B", title: "Choose the run on the right", group: "Runs", action: .chooseB, unavailable: noRuns(snapshot)),
      Binding(
        "s", title: "Next eval set", group: "Runs", action: .nextSet,
        unavailable: snapshot.workspace.evalSets.count > 1 ? nil : "There is only one eval set."),
      Binding(
        "r", title: "Run what is missing", group: "Runs", action: .evaluate,
        unavailable: isMissing ? nil : isRunning ? "It is being run already." : idle,
        footer: isMissing ? "run" : nil),
      Binding(
        "R", title: "Pause what is running", group: "Runs", action: .pause,
        unavailable: isRunning ? nil : "Neither run is under way.", footer: isRunning ? "pause" : nil),
    ]
  }

  private func noRuns(_ snapshot: Snapshot) -> String? {
    snapshot.runs.isEmpty && snapshot.workspace.variants.isEmpty
      ? "There is no variant to choose: add one to assay.yaml." : nil
  }
}
