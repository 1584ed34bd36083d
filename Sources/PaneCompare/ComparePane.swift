import Domain
import Drawing
import PaneKit
import WorkbenchCore

/// Two runs side by side: which cases each got right, and what both answered to the selected one.
package struct ComparePane: Pane {
  /// What the bindings mean.
  package enum Action: Sendable, Hashable {
    case open, back, left, right, nextCase, previousCase
    case chooseFilter, filter(CompareFilter)
    case search, endSearch, clearSearch
    case chooseRuns, otherSide, choose, closeChooser
    case nextSet, evaluate, pause
    case narrower, wider
    case copy, copyPart(Part), closeMenu
    case mark, found(Preference.Better?), edit, editFrom(Part), forgetAnswer, keepAnswer, leaveAnswer
    case addSide, dropSide, showSetup, closeSetup, differences
    case tryInput, sendInput, changeInput, leaveDuel
    case nameFailure, failure(String), newFailure, closeFailures
    case openDesk, judge(Preference.Better), skipBlind, closeDesk
  }

  /// A part of a case that can be copied.
  package enum Part: Sendable, Hashable { case a, b, expected, input }

  /// The part that keys go to.
  enum Area: Hashable, Sendable { case list, detail }

  /// Its name.
  package let id = PaneID.compare
  /// Its title.
  package let title = "Compare"

  var panels = PanelSet(focus: Area.list)
  var filter = CompareFilter.all
  var search = SearchField(placeholder: "id, tag, input or answer")
  var chooser: RunChooser?
  var menu: Menu<Action>?  // while a person is asked what to show, to copy, to mark or to edit
  var draft: AnswerDraft?  // while the right answer is being written

  var choiceA: RunChoice?
  var choiceB: RunChoice?
  /// Further variants, in columns of their own.
  var extras: [RunChoice] = []
  var set: String?
  var unit = DifferenceUnit.words
  var setup: SetupView?  // while what the sides are asked with is shown
  var duel: DuelView?  // while an input is typed for all sides
  var failureMenu: FailureMenu?  // while a person is asked how an answer fails
  var desk: BlindDesk?  // while answers are compared blindly
  var blindAnswers = AnswerLines()

  /// The case that a person selected: it stays so while a filter hides it.
  var caseID: String?
  var list = ListView<String>()
  var detail = TextView()
  var shownCase: String?
  var splitter = Splitter(ratio: 0.3)
  var rows = FilteredRows()
  var figures = ComparisonFigures()
  var answers = AnswerLines()

  /// A pane that compares the best prompted run with the newest tuned one.
  package init() {}

  /// The panel that keys go to.
  var area: Area {
    get { panels.focus }
    set { panels.focus = newValue }
  }

  /// True while a text to look for is typed, or a menu or editor is open.
  package var capturesText: Bool {
    search.isTyping || chooser != nil || menu != nil || draft != nil || setup != nil || duel != nil
      || failureMenu != nil || desk != nil
  }

  /// What should be read now.
  func pair(_ snapshot: Snapshot) -> ComparePair { ComparePair(snapshot, a: choiceA, b: choiceB, set: set) }

  /// The comparison of the two sides, once it is there.
  func comparison(_ snapshot: Snapshot, _ pair: ComparePair) -> Comparison? {
    pair.query.flatMap { snapshot[$0].answer }
  }

  /// The comparison of the two sides.
  package func queries(_ snapshot: Snapshot) -> Set<AnyQuery> {
    let pair = pair(snapshot)
    return Set(extraQueries(snapshot, pair).map { AnyQuery($0) }).union(pair.query.map { [AnyQuery($0)] } ?? [])
      .union(familyQuery(snapshot, pair).map { [AnyQuery($0)] } ?? [])
  }

  /// Turns to two runs.
  package mutating func reveal(_ subject: any Sendable, _ snapshot: Snapshot) {
    guard case .runs(let a, let b, let set)? = subject as? Subject,
      let a = snapshot.runs.first(where: { $0.id == a }), let b = snapshot.runs.first(where: { $0.id == b })
    else { return }
    self.set = set
    choiceA = RunChoice(a, snapshot)
    choiceB = RunChoice(b, snapshot)
  }

  /// The case that is selected.
  package func chosen(_ snapshot: Snapshot) -> (any Sendable)? {
    guard let set = pair(snapshot).set, let id = caseID ?? list.selection else { return nil }
    return Subject.evalCase(id, set: set)
  }

  /// Selects a case of the same set that was chosen in another pane.
  package mutating func follow(_ chosen: any Sendable, _ snapshot: Snapshot) {
    guard case .evalCase(let id, let set)? = chosen as? Subject, set == pair(snapshot).set else { return }
    caseID = id
    list.select(id)
  }

  /// Brings what was computed from rows up to date, and the selected case back into the list where it can be.
  mutating func refresh(_ comparison: Comparison?) {
    let source = comparison?.rows ?? []
    if let comparison, !figures.isCurrent(source) { figures = ComparisonFigures(comparison) }
    if comparison == nil { figures = ComparisonFigures() }
    guard !rows.isCurrent(source, filter: filter, query: search.query) else { return }
    rows = FilteredRows(source, filter: filter, query: search.query)
    if let caseID, list.selection != caseID, rows.contains(where: { $0.id == caseID }) { list.select(caseID) }
  }

  /// Runs of the pair that are under way in this process.
  func running(_ pair: ComparePair, _ snapshot: Snapshot) -> [RunID] {
    [pair.a?.run?.id, pair.b?.run?.id].compactMap { $0 }.filter { snapshot.progress[$0] != nil }
  }

  // MARK: - Actions

  /// Does what a binding stands for.
  package mutating func perform(_ action: Action, _ snapshot: Snapshot) -> Reaction<Command> {
    menu = nil
    switch action {
    case .open, .right: area = .detail
    case .back: return goBack()
    case .left: area = .list
    case .nextCase: return step(.down, snapshot)
    case .previousCase: return step(.up, snapshot)
    case .filter(let wanted): filter = wanted
    case .chooseFilter: menu = filterMenu(pair(snapshot).names)
    case .search: search.begin()
    case .endSearch: search.end()
    case .clearSearch: search.clear()
    case .chooseRuns: chooser = RunChooser(.a, snapshot, pair(snapshot))
    case .otherSide:
      guard let side = chooser?.side, side != .extra else { break }
      chooser = RunChooser(side == .a ? .b : .a, snapshot, pair(snapshot))
    case .choose: return choose(snapshot)
    case .closeChooser: chooser = nil
    case .nextSet: return takeNextSet(snapshot)
    case .evaluate: return evaluate(snapshot)
    case .pause: return .all(running(pair(snapshot), snapshot).map { .command(.pauseRun($0)) })
    case .narrower: splitter.grow(by: -0.05)
    case .wider: splitter.grow(by: 0.05)
    case .copy: menu = copyMenu
    case .copyPart(let part): return copy(part, snapshot)
    case .closeMenu: break
    case .mark: return askWhichIsBetter(snapshot)
    case .found(let better): return find(better, snapshot)
    case .edit: return askWhatToEdit(snapshot)
    case .editFrom(let part): return edit(part, snapshot)
    case .forgetAnswer: return forgetAnswer(snapshot)
    case .keepAnswer: return keepAnswer()
    case .leaveAnswer: return leaveAnswer()
    case .addSide: return addSide(snapshot)
    case .dropSide: _ = extras.popLast()
    case .showSetup: setup = SetupView()
    case .closeSetup: setup = nil
    case .differences: unit = unit.next
    case .tryInput: duel = DuelView()
    case .sendInput: return sendDuel(snapshot)
    case .changeInput: duel?.isTyping = true
    case .leaveDuel: return leaveDuel(snapshot)
    case .nameFailure: return nameFailure(snapshot)
    case .failure(let mode): return markFailure(mode)
    case .newFailure: failureMenu?.field = LineField(prompt: "name ", placeholder: "such as wrong tone")
    case .closeFailures: failureMenu = nil
    case .openDesk: return openDesk(snapshot)
    case .judge(let side): return judge(side, snapshot)
    case .skipBlind: skipBlind(snapshot)
    case .closeDesk: desk = nil
    }
    return .handled
  }

  private mutating func copy(_ part: Part, _ snapshot: Snapshot) -> Reaction<Command> {
    refresh(comparison(snapshot, pair(snapshot)))
    guard let row = list.selected(in: rows) else { return .handled }
    switch part {
    case .a, .b:
      let (output, name) = part == .a ? (row.a, "A") : (row.b, "B")
      guard let answer = output.answer else { return .notice("\(name) has no answer.") }
      return .copy(answer.text, what: "the answer of \(name)")
    case .expected:
      guard let expected = row.evalCase.expected else { return .notice("This case expects nothing.") }
      return .copy(expected.string ?? expected.text(.pretty), what: "what is expected")
    case .input:
      let input = row.evalCase.input
      let only = input.object.flatMap { $0.count == 1 ? $0.values.first : nil } ?? input
      return .copy(only.string ?? only.text(.pretty), what: "the input")
    }
  }

  private mutating func goBack() -> Reaction<Command> {
    if area == .detail {
      area = .list
    } else if search.isShown {
      search.clear()
    } else if filter != .all {
      filter = .all
    } else {
      return .ignored
    }
    return .handled
  }

  private mutating func step(_ key: Key, _ snapshot: Snapshot) -> Reaction<Command> {
    refresh(comparison(snapshot, pair(snapshot)))
    if list.handle(.key(key), rows) { caseID = list.selection }
    return .handled
  }

  private mutating func choose(_ snapshot: Snapshot) -> Reaction<Command> {
    guard let item = chooser?.selected(snapshot, pair(snapshot)) else { return .handled }
    let side = chooser?.side
    chooser = nil
    if item.set != pair(snapshot).set {
      set = item.set
      choiceA?.run = nil
      choiceB?.run = nil
      for place in extras.indices { extras[place].run = nil }
    }
    switch side {
    case .a: choiceA = item.choice
    case .b: choiceB = item.choice
    case .extra, nil: extras.append(item.choice)
    }
    return .handled
  }

  private mutating func takeNextSet(_ snapshot: Snapshot) -> Reaction<Command> {
    let names = snapshot.workspace.evalSets.map(\.name)
    guard let current = pair(snapshot).set, names.count > 1 else {
      return .notice("There is only one eval set.")
    }
    set = names[((names.firstIndex(of: current) ?? -1) + 1) % names.count]
    choiceA?.run = nil
    choiceB?.run = nil
    return .handled
  }

  // MARK: - Other events

  /// Takes typing, moving about and the mouse.
  package mutating func handle(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    if search.isTyping { return search.handle(event) == .ignored ? .ignored : .handled }
    if draft != nil {
      guard draft?.editor.handle(event) == true else { return .ignored }
      draft?.isLeaving = false
      return .handled
    }
    if chooser != nil { return handleInChooser(event, snapshot) }
    if failureMenu != nil { return handleFailure(event, snapshot) }
    if duel != nil { return handleDuel(event) }
    if setup != nil { return setup?.text.handle(event) == true ? .handled : swallow(event, snapshot) }
    if desk != nil { return handleDesk(event, snapshot) }
    if menu != nil { return swallow(event, snapshot) }
    if splitter.handle(event) { return .handled }
    refresh(comparison(snapshot, pair(snapshot)))
    guard let target = panels.target(of: event) else { return .ignored }
    if target == .detail { return detail.handle(event) ? .handled : .ignored }
    guard list.handle(event, rows) else { return .ignored }
    caseID = list.selection
    return .handled
  }

  private mutating func handleInChooser(_ event: Event, _ snapshot: Snapshot) -> Reaction<Command> {
    let pair = pair(snapshot)
    if chooser?.handle(event, snapshot, pair) == true { return .handled }
    return swallow(event, snapshot)
  }
}
