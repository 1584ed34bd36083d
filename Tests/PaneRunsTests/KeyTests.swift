import Content
import Domain
import Drawing
import PaneDriver
import Testing
import WorkbenchCore

@testable import PaneRuns

extension PaneDriver where P == RunsPane {
  init(_ snapshot: Snapshot) { self.init(RunsPane(), snapshot) }

  var selected: Int64? { pane.selected(snapshot)?.id.number }
}

private typealias Desk = PaneDriver<RunsPane>

struct KeyTests {
  @Test func theRunUnderWayIsShownUntilAPersonSelectsAnother() {
    var desk = Desk(Sample.atRest())
    #expect(desk.selected == 9)
    desk.snapshot.progress[RunID(7)] = RunProgress(done: 37, total: 100)
    desk.draw()
    #expect(desk.selected == 7)
    desk.press("k")
    #expect(desk.selected == 8)
    desk.snapshot.runs.insert(Sample.run(10, Sample.tuned, 0.5, done: 100), at: 0)
    desk.draw()
    #expect(desk.selected == 8)
  }

  @Test func aRunIsNamedAndNoted() {
    var desk = Desk(Sample.atRest())
    desk.press("e")
    desk.type("baseline q")
    desk.press("Tab")
    desk.type("before 5")
    #expect(desk.text.contains("Name and note of run 9"))
    desk.press("Enter")
    #expect(desk.commands == [.labelRun(RunID(9), RunLabels(name: "baseline q", note: "before 5"))])
    #expect(!desk.pane.capturesText)
    desk.snapshot.runs[0].labels = RunLabels(name: "baseline q", note: "before 5")
    desk.draw()
    #expect(desk.text.contains("“baseline q”") && desk.text.contains("Note: before 5"))
    desk.press("/")
    desk.type("baseline")
    desk.press("Enter")
    #expect(desk.selected == 9 && desk.text.contains("1 of "))
  }

  @Test func aNameThatIsTooLongIsNotKeptAndAnEmptyOneIsTakenAway() {
    var desk = Desk(Sample.atRest())
    desk.press("e")
    desk.type(String(repeating: "x", count: 65))
    desk.press("Enter")
    #expect(desk.commands.isEmpty && desk.pane.capturesText)
    desk.press("Esc")
    #expect(!desk.pane.capturesText)
    desk.snapshot.runs[0].labels = RunLabels(name: "a", note: "b")
    desk.press("e Backspace Tab Backspace Enter")
    #expect(desk.commands == [.labelRun(RunID(9), RunLabels())])
  }

  @Test func deletingTellsTheSizeAndAsks() {
    var desk = Desk(Sample.atRest())
    desk.press("D")
    #expect(desk.queries(RunSizeQuery.self) == [RunSizeQuery(RunID(9))])
    desk.snapshot[RunSizeQuery(RunID(9))] = .ready(2_500_000)
    desk.draw()
    #expect(desk.text.contains("Delete run 9") && desk.text.contains("2.5 MB"))
    desk.press("x n")
    #expect(desk.commands.isEmpty && !desk.pane.capturesText)
    desk.press("D y")
    #expect(desk.commands == [.deleteRun(RunID(9))])
  }

  @Test func aRunUnderWayIsNotDeleted() {
    var desk = Desk(Sample.atRest())
    desk.snapshot.progress[RunID(9)] = RunProgress(done: 3, total: 100)
    desk.press("D")
    #expect(desk.notices == ["Pause it first: p."] && !desk.pane.capturesText)
  }

  @Test func aPausedRunIsGoneOnWith() {
    var desk = Desk(Sample.atRest())
    desk.press("j j r")
    #expect(desk.commands == [.evaluate(EvaluateRequest(variant: "task-only", set: "main"))])
    #expect(desk.surface.text().contains("Paused with 37 of 100 answered: r resumes it."))
  }

  @Test func aFinishedRunCanBeAskedAfresh() {
    var desk = Desk(Sample.atRest())
    let run = Sample.atRest().runs[0]
    desk.press("R")
    #expect(
      desk.commands.last == .evaluate(EvaluateRequest(variant: run.variant.name, set: run.set, isFresh: true)))
  }

  @Test func aRunThatWasAskedForAnewIsShownOnceItIsThere() {
    var desk = Desk(Sample.atRest())
    desk.press("j r")
    #expect(desk.commands.count == 1 && desk.selected == 8)
    desk.snapshot.runs.insert(Sample.run(10, Sample.prompted, 0, done: 0, state: .running), at: 0)
    desk.draw()
    #expect(desk.selected == 10)
  }

  @Test func whatCannotBeEvaluatedSaysWhy() {
    var desk = Desk(Sample.atRest())
    desk.press("r")
    desk.snapshot.workspace.variants = [Sample.tuned]
    desk.press("j r")
    desk.snapshot.workspace.evalSets = []
    desk.press("r")
    desk.snapshot.runs[1].state = .running
    desk.press("r p")
    desk.snapshot.progress[RunID(8)] = RunProgress(done: 1, total: 100)
    desk.press("r p")
    #expect(desk.commands == [.pauseRun(RunID(8))])
    #expect(
      desk.notices == [
        "Complete; R asks everything afresh.",
        "The variant prompted or its prompt is gone from assay.yaml.",
        "The eval set main is gone from assay.yaml.",
        "Another Assay on this machine is working on it.",
        "This run isn't under way here; r resumes one.",
        "It is running; p pauses it.",
      ])
  }

  @Test func answersAreReadBesideTheOtherKind() {
    var desk = Desk(Sample.atRest())
    desk.press("c j c")
    let subject = Subject.runs(RunID(8), RunID(9), set: "main")
    #expect(desk.commands.isEmpty && desk.revealed == [subject, subject])
  }

  @Test func answersAreReadBesideTheRunBeforeWhereThereIsNoOtherKind() {
    var desk = Desk(Sample.atRest())
    desk.snapshot.runs.removeFirst()
    desk.draw()
    desk.press("c G c")
    #expect(
      desk.revealed == [.runs(RunID(7), RunID(8), set: "main"), .runs(RunID(6), RunID(7), set: "main")])
    desk.snapshot.runs.removeFirst(2)
    desk.press("c")
    desk.snapshot.runs[0].summary.done = 0
    desk.press("c")
    #expect(
      desk.notices == ["There is no other run on main to read beside it.", "Run 6 has no answer yet."])
  }

  @Test func aRunIsReadCaseByCase() {
    var desk = Desk(Sample.atRest())
    #expect(desk.pane.queries(desk.snapshot).first?.base is FailuresQuery)
    desk.press("Enter")
    desk.pane.reveal(Subject.run(RunID(7)), desk.snapshot)
    desk.press("Enter")
    #expect(desk.revealed == [.run(RunID(9)), .run(RunID(7))])
    desk.snapshot[FailuresQuery(RunID(7))] = .ready(["The server is overloaded.": 3])
    desk.draw()
    #expect(desk.surface.text().contains("The server is overloaded."))
    desk.snapshot.workspace.evalSets = []
    desk.press("Enter")
    #expect(desk.notices.last == "The eval set main is gone from assay.yaml.")
  }

  @Test func keysGoFromPanelToPanel() {
    var desk = Desk(Sample.running())
    desk.press("l")
    #expect(desk.pane.area == .run)
    desk.press("Right j j")
    #expect(desk.pane.area == .requests)
    #expect(desk.pane.request(desk.snapshot)?.id == "hl-402")
    #expect(desk.surface.text().contains("Answer to hl-402"))
    desk.press("Enter")
    #expect(desk.pane.area == .text)
    desk.press("l l h Esc h")
    #expect(desk.pane.area == .runs)
    desk.snapshot = Sample.atRest()
    desk.press("l l l")
    #expect(desk.pane.area == .run)
  }

  @Test func thePanelOfARunThatEndedHandsItsKeysOn() {
    var desk = Desk(Sample.running())
    desk.press("l l l")
    desk.snapshot = Sample.atRest()
    desk.draw()
    #expect(desk.pane.area == .run)
  }

  @Test func anAnswerIsFollowedUntilAPersonScrolls() {
    var desk = Desk(Sample.running())
    func show(_ lines: Int) {
      let text = (1...lines).map { "line \($0)" }.joined(separator: "\n")
      desk.snapshot.progress[RunID(12)]?.running[0].text = text
      desk.draw()
    }
    show(50)
    #expect(desk.surface.text().contains("line 50") && desk.surface.text().contains("following"))
    show(60)
    #expect(desk.surface.text().contains("line 60"))
    desk.press("l l l k k")
    show(70)
    #expect(!desk.surface.text().contains("line 70") && desk.surface.text().contains("paused"))
    desk.press("F")
    show(80)
    #expect(desk.surface.text().contains("line 80"))
  }

  @Test func theNextRequestTakesThePlaceOfOneThatIsOver() {
    var desk = Desk(Sample.running())
    desk.press("l l j")
    #expect(desk.pane.request(desk.snapshot)?.id == "hl-401")
    desk.snapshot.progress[RunID(12)]?.running.remove(at: 0)
    desk.draw()
    #expect(desk.pane.request(desk.snapshot)?.id == "hl-401")
    desk.snapshot.progress[RunID(12)]?.running.remove(at: 0)
    desk.draw()
    #expect(desk.pane.request(desk.snapshot)?.id == "hl-402")
    desk.snapshot.progress[RunID(12)]?.running = []
    desk.press("j")
    #expect(desk.pane.request(desk.snapshot) == nil)
  }

  @Test func searchingFindsByWords() {
    var desk = Desk(Sample.atRest())
    desk.press("/ p r o m p t e d Space p a u s e d Enter")
    #expect(desk.pane.rows(desk.snapshot).map(\.id.number) == [6])
    #expect(desk.selected == 6)
    desk.press("Esc")
    #expect(desk.pane.rows(desk.snapshot).count == 4 && desk.selected == 6)
    desk.press("/ # 8")
    #expect(desk.pane.rows(desk.snapshot).map(\.id.number) == [8])
    desk.press("Esc")
    #expect(desk.pane.rows(desk.snapshot).count == 4 && !desk.pane.capturesText)
  }

  @Test func copiesWhatIsAskedFor() {
    var desk = Desk(Sample.running())
    desk.press("y n y f y c y t y q y Esc")
    #expect(
      desk.notices == [
        "the run's number: 12",
        "why requests failed: 37 × The server asked for less (429): the limit of 500 requests a minute is used up.\n"
          + "4 × The connection was closed before the answer was complete.",
        "the case's id: hl-400", "what has come of the answer: \(Sample.answer)",
      ])
    #expect(!desk.pane.capturesText)
  }

  @Test func withoutRunsEveryKeySaysWhy() {
    var desk = Desk(Snapshot(workspace: Sample.workspace(), time: Sample.time))
    desk.press("r p Enter c y / l F")
    #expect(Set(desk.notices) == ["There is no run yet: r in Prompt, Cases or Verdict evaluates a variant."])
    #expect(desk.notices.count == 8 && desk.commands.isEmpty)
  }
}
