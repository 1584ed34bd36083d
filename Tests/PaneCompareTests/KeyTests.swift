import Content
import Domain
import Drawing
import PaneDriver
import Testing
import WorkbenchCore

@testable import PaneCompare

extension PaneDriver where P == ComparePane {
  init(_ snapshot: Snapshot) { self.init(ComparePane(), snapshot) }

  /// The cases in the list.
  var shown: [String] { pane.rows.map(\.id) }

  /// What the pane lines up.
  var asked: [ComparisonQuery] { queries(ComparisonQuery.self) }

  var a: OutputPlace { OutputPlace(run: snapshot.comparison?.a.id ?? RunID(0)) }
  var b: OutputPlace { OutputPlace(run: snapshot.comparison?.b.id ?? RunID(0)) }
}

typealias Desk = PaneDriver<ComparePane>

struct KeyTests {
  @Test func copiesAPartOfTheCase() throws {
    var desk = Desk(Sample.compared(24))
    let row = try #require(desk.snapshot.comparison?.rows.first)
    let (a, b) = (row.a.answer?.text ?? "", row.b.answer?.text ?? "")
    desk.press("y 2 a y b")
    #expect(desk.notices == ["the answer of A: \(a)", "the answer of B: \(b)"])
    #expect(!desk.pane.capturesText)
    desk.press("y q")
    #expect(desk.notices.count == 2 && !desk.pane.capturesText)
    desk.press("y e")
    #expect(desk.notices.last?.hasPrefix("what is expected: ") == true)
  }

  @Test func whatLiesOverItClosesWithEscapeAndQ() {
    for key in ["q", "Esc"] {
      var desk = Desk(Sample.compared(24))
      desk.press("c \(key)")
      #expect(!desk.pane.capturesText)
    }
  }

  @Test func filtersShowWhatTheySay() {
    var desk = Desk(Sample.compared(24))
    #expect(desk.shown.count == 24)
    desk.press("f t")
    #expect(desk.shown == ["hl-003", "hl-006", "hl-009", "hl-012", "hl-015", "hl-018", "hl-021"])
    #expect(desk.surface.text().contains("tuned wins"))
    desk.press("f p")
    #expect(desk.shown == ["hl-008", "hl-016"])
    desk.press("f w")
    #expect(desk.shown == ["hl-024"])
    desk.press("f d")
    #expect(desk.shown.count == 9)
    desk.press("f a")
    #expect(desk.shown.count == 24)
    desk.press("f t f Esc")
    #expect(desk.pane.filter == .onlyB && !desk.pane.capturesText)
  }

  @Test func theSelectedCaseSurvivesFiltersAndNewSnapshots() {
    var desk = Desk(Sample.compared(24))
    desk.press("j j j j")
    #expect(desk.pane.list.selection == "hl-005")
    desk.press("f w")
    #expect(desk.pane.list.selection == "hl-024")
    desk.press("f a")
    #expect(desk.pane.list.selection == "hl-005")
    desk.snapshot = Sample.compared(24)
    desk.snapshot.comparison?.rows.removeFirst(2)
    desk.draw()
    #expect(desk.pane.list.selection == "hl-005")
  }

  @Test func searchFindsIdsTagsInputsAndAnswers() {
    var desk = Desk(Sample.compared(24))
    desk.press("/ L A G O O N Enter")
    #expect(desk.shown == ["hl-004", "hl-008", "hl-012", "hl-016", "hl-020", "hl-024"])
    #expect(!desk.pane.capturesText)
    desk.press("n")
    #expect(desk.pane.list.selection == "hl-008")
    desk.press("N")
    #expect(desk.pane.list.selection == "hl-004")
    desk.press("Esc")
    #expect(desk.shown.count == 24)
    desk.press("/ j a r g o n Esc")
    #expect(desk.shown.count == 24)
    desk.press("/ z z z")
    #expect(desk.shown.isEmpty)
    #expect(desk.surface.text().contains("No case holds “zzz”"))
  }

  @Test func enterReadsAndEscapeGoesBack() {
    var desk = Desk(Sample.compared(24))
    desk.press("Enter")
    #expect(desk.pane.area == .detail)
    desk.press("n")
    #expect(desk.pane.list.selection == "hl-002")
    desk.press("Esc")
    #expect(desk.pane.area == .list)
    desk.press("l h")
    #expect(desk.pane.area == .list)
  }

  @Test func aRunIsChosenFromTheList() {
    var desk = Desk(Sample.compared(24))
    desk.press("c")
    #expect(desk.pane.capturesText)
    desk.press("j Enter")
    #expect(!desk.pane.capturesText)
    #expect(desk.asked == [ComparisonQuery(a: RunID(1), b: RunID(3), set: "main")])
    desk.press("c Tab g j Enter")
    #expect(desk.asked == [ComparisonQuery(a: RunID(1), b: RunID(2), set: "main")])
  }

  @Test func anOlderRunIsChosenByItsNumber() {
    var snapshot = Sample.compared(24)
    let old = Sample.run(0, Sample.tuned, outputs: [Sample.output(Sample.cases(1)[0], passed: true)], cases: 24)
    snapshot.runs.append(old)
    var desk = Desk(snapshot)
    desk.press("c Right G Enter")
    #expect(desk.asked == [ComparisonQuery(a: RunID(2), b: RunID(0), set: "main")])
  }

  @Test func whatIsMissingIsEvaluated() {
    var snapshot = Sample.untested(24)
    snapshot.jobs = [Sample.job]
    var desk = Desk(snapshot)
    desk.pane.choiceB = RunChoice(variant: "tuned")
    desk.press("r")
    #expect(desk.commands == [.evaluate(EvaluateRequest(variant: "tuned", set: "main"))])
    var complete = Desk(Sample.compared(24))
    complete.press("r")
    #expect(complete.commands.isEmpty)
    #expect(complete.notices == ["Both runs are complete."])
  }

  @Test func twoWithRunsAreReadBeforeOneWithout() {
    var snapshot = Sample.untested(24)
    let pair = ComparePair(snapshot, a: nil, b: nil, set: nil)
    #expect([pair.a?.variant.name, pair.b?.variant.name] == ["prompted", "task-only"])
    snapshot.runs.removeLast()
    #expect(ComparePair(snapshot, a: nil, b: nil, set: nil).b?.variant.name == "tuned")
  }

  @Test func whatIsNotTrainedIsNotEvaluated() {
    var snapshot = Sample.untested(24)
    snapshot.runs.removeLast()
    var desk = Desk(snapshot)
    #expect(desk.surface.text().contains("“tuned” has no adapter yet. Train it first: 5 opens Training."))
    desk.press("r")
    #expect(desk.commands.isEmpty)
    #expect(desk.notices == ["Train tuned first: 5 opens Training."])
    desk.snapshot.jobs = [Sample.job]
    desk.press("r")
    #expect(desk.commands == [.evaluate(EvaluateRequest(variant: "tuned", set: "main"))])
  }

  @Test func aRunUnderWayIsPaused() {
    var snapshot = Sample.compared(24)
    snapshot.progress[RunID(3)] = RunProgress(done: 4, total: 24)
    var desk = Desk(snapshot)
    desk.press("r p")
    #expect(desk.notices == ["It is running; p pauses it."])
    #expect(desk.commands == [.pauseRun(RunID(3))])
    desk.snapshot.progress = [:]
    desk.press("p")
    #expect(desk.notices.last == "Neither run is under way.")
  }

  @Test func setsAreCycled() {
    var desk = Desk(Sample.compared(24))
    desk.press("s")
    #expect(desk.surface.text().contains("general · 0 cases"))
    desk.press("s")
    #expect(desk.surface.text().contains("main · 24 cases"))
  }

  @Test func theMouseSelectsAndScrolls() {
    var desk = Desk(Sample.compared(24))
    let place = desk.pane.panels.places[.list] ?? .empty
    desk.send(.mouse(MouseEvent(.press(.left), at: Point(x: place.x + 3, y: place.y + 4))))
    #expect(desk.pane.list.selection == "hl-004")
    let detail = desk.pane.panels.places[.detail] ?? .empty
    desk.send(.mouse(MouseEvent(.press(.left), at: Point(x: detail.x + 3, y: detail.y + 4))))
    #expect(desk.pane.area == .detail)
  }

  @Test func everyBindingHasATitleAndReasonsAreSentences() {
    for snapshot in [Sample.compared(), Snapshot(workspace: Workspace(folder: "/", name: "w"), time: Sample.time)] {
      let desk = Desk(snapshot)
      for hint in desk.pane.hints(snapshot) {
        #expect(!hint.title.isEmpty && !hint.group.isEmpty && !hint.keys.isEmpty)
        #expect(hint.unavailable?.hasSuffix(".") ?? true)
      }
    }
  }
}

struct QueryTests {
  private func asked(_ snapshot: Snapshot, _ pane: ComparePane = ComparePane()) -> Set<AnyQuery> {
    pane.queries(snapshot)
  }

  private func query(_ a: Int64, _ b: Int64) -> Set<AnyQuery> {
    [AnyQuery(ComparisonQuery(a: RunID(a), b: RunID(b), set: "main"))]
  }

  @Test func twoRunsThatWereAskedForElsewhereAreTurnedTo() throws {
    var pane = ComparePane()
    var snapshot = Sample.compared()
    #expect(asked(snapshot, pane) == query(2, 3))
    // Older of two runs of `prompted`, beside `task-only`.
    let newer = Sample.run(
      4, Sample.prompted, outputs: Sample.cases(12).map { Sample.output($0, passed: true) }, cases: 12)
    snapshot.runs.insert(newer, at: 0)
    pane.reveal(Subject.runs(RunID(2), RunID(1), set: "main"), snapshot)
    let pair = pane.pair(snapshot)
    #expect([pair.a?.run?.id, pair.b?.run?.id] == [RunID(2), RunID(1)])
    #expect(pair.a?.isPinned == true && pair.b?.isPinned == false)
    #expect(asked(snapshot, pane) == query(2, 1))
    // Runs that are gone, and other subjects, change nothing.
    pane.reveal(Subject.runs(RunID(2), RunID(77), set: "main"), snapshot)
    pane.reveal(Subject.job(JobID(1)), snapshot)
    #expect(asked(snapshot, pane) == query(2, 1))
  }

  @Test func theBestPromptedRunIsTheDefault() {
    var snapshot = Sample.compared(24)
    var better = Sample.run(9, Sample.taskOnly, outputs: [], cases: 24)
    better.summary.done = 24
    better.summary.mean = 0.99
    snapshot.runs.insert(better, at: 0)
    #expect(asked(snapshot) == query(9, 3))
  }

  @Test func nothingIsAskedWithoutRuns() {
    #expect(asked(Snapshot(workspace: Sample.workspace(), time: Sample.time)).isEmpty)
    #expect(asked(Snapshot(workspace: Workspace(folder: "/", name: "w"), time: Sample.time)).isEmpty)
  }

  @Test func twoPromptedRunsAreComparedWhereNothingIsTuned() {
    var snapshot = Sample.compared(24)
    snapshot.workspace.variants.removeAll(where: \.isTuned)
    snapshot.runs.removeAll(where: \.variant.isTuned)
    let pane = ComparePane()
    #expect(asked(snapshot, pane) == query(2, 1))
    snapshot.runs = []
    let missing = pane.missing(snapshot, pane.pair(snapshot)).map(\.variant)
    #expect(missing == ["prompted", "task-only"])
  }

  @Test func whyThereIsNoComparisonIsSaid() {
    var snapshot = Sample.compared()
    snapshot[Sample.query] = .failed("The database is locked.")
    var desk = Desk(snapshot)
    desk.draw()
    #expect(desk.surface.text().contains("The database is locked."))
  }
}
