import Domain
import Drawing
import Foundation
import Grading
import Testing
import WorkbenchCore

@testable import PaneCases

struct KeysTests {
  @Test func movesThroughTheTableAndOpens() {
    var driver = Driver()
    driver.press("j", "j")
    #expect(driver.selection == "c-3")
    driver.press("G", "k")
    #expect(driver.selection == "c-3")
    #expect(driver.draw().text().contains("evals/main.jsonl:4"))
    driver.press("Enter")
    #expect(driver.pane.panel == .detail)
    driver.press("j")
    #expect(driver.selection == "c-3")
    driver.press("Esc")
    #expect(driver.pane.panel == .table)
  }

  @Test func turnsToACaseThatWasChosenOrAskedForElsewhere() {
    var driver = Driver()
    driver.press("j")
    #expect(driver.pane.chosen(driver.snapshot) as? Subject == .evalCase("c-2", set: "main"))
    driver.pane.follow(Subject.evalCase("c-4", set: "main"), driver.snapshot)
    #expect(driver.draw().text().contains("c-4") && driver.selection == "c-4")
    driver.pane.follow(Subject.evalCase("x", set: "nowhere"), driver.snapshot)
    #expect(driver.selection == "c-4")
    // What is filtered stays so, unless the case itself is asked for.
    driver.pane.tag = "policy"
    driver.pane.follow(Subject.evalCase("c-1", set: "main"), driver.snapshot)
    #expect(driver.pane.tag == "policy")
    driver.pane.reveal(Subject.evalCase("c-1", set: "main"), driver.snapshot)
    #expect(driver.pane.tag == nil && driver.selection == "c-1")
    // What is being edited stays in view.
    driver.press("e")
    driver.pane.follow(Subject.evalCase("c-3", set: "main"), driver.snapshot)
    driver.pane.reveal(Subject.evalCase("c-3", set: "main"), driver.snapshot)
    #expect(driver.selection == "c-1")
  }

  @Test func theMarksAreThoseOfTheChosenVariant() throws {
    var driver = Driver()
    driver.snapshot = Fixture.compared(driver.snapshot)
    let set = try #require(driver.snapshot.workspace.evalSets.first)
    #expect(driver.pane.markedRuns(driver.snapshot, set).map(\.variant.name) == ["prompted", "tuned"])
    driver.press("V")
    #expect(driver.pane.markedRuns(driver.snapshot, set).first?.variant.name == "tuned")
    #expect(driver.notices.last == "The marks are those of tuned, and r runs it.")
  }

  @Test func searchesWhileTyping() {
    var driver = Driver()
    driver.press("/")
    #expect(driver.pane.capturesText)
    driver.type("SYNC")
    #expect(driver.draw().text().contains("2 of 4"))
    driver.press("Enter")
    #expect(!driver.pane.capturesText)
    driver.press("n")
    #expect(driver.selection == "c-2")
    driver.press("n")
    #expect(driver.selection == "c-1")
    driver.press("N")
    #expect(driver.selection == "c-2")
    driver.press("/", "Backspace", "Backspace", "Backspace", "Backspace")
    driver.type("nowhere")
    #expect(driver.draw().text().contains("No case of main fits."))
    driver.press("Esc")
    #expect(driver.pane.search.isEmpty)
    #expect(driver.selection != nil)
  }

  @Test func searchesIdsAndOtherScripts() {
    var driver = Driver()
    for (query, found) in [("c-4", 1), ("作品", 1), ("CAFÉ", 1), ("true", 2), ("🙂", 1), ("[", 0)] {
      let rows = driver.pane.filter.rows(of: Fixture.set(), search: TextSearch(query))
      #expect(rows.count == found, "\(query)")
    }
  }

  @Test func marksWhatWasFound() {
    var driver = Driver()
    driver.press("/")
    driver.type("refund")
    let match = Theme.dark[.searchMatch].background
    let runs = driver.draw().styledRuns().filter { $0.style.background == match }
    #expect(runs.map(\.text) == ["Refund", "Refund"])
  }

  @Test func filtersByTag() {
    var driver = Driver()
    driver.press("f")
    let text = driver.draw().text()
    #expect(text.contains("Tags · Esc or q closes") && text.contains("noisy"))
    driver.press("j", "Enter")
    #expect(driver.pane.tag == "easy")
    #expect(driver.draw().text().contains("2 of 4"))
    driver.press("Esc")
    #expect(driver.pane.tag == nil)
  }

  @Test func filtersByWhatBecameOfTheAnswers() {
    var driver = Driver(Fixture.compared(Fixture.snapshot()))
    driver.press("f")
    #expect(driver.draw().text().contains("✓ passed"))
    driver.press("j", "j", "Enter")
    #expect(driver.pane.standing == .failed && driver.draw().text().contains("failed"))
    #expect(driver.draw().text().contains("2 of 4"))
    // Tags and answers narrow each other.
    driver.press("f", "G", "Enter")
    #expect(driver.pane.tag != nil && driver.pane.standing == .failed)
    driver.press("Esc")
    #expect(driver.pane.tag == nil && driver.pane.standing == nil)
  }

  @Test func aRunThatWasAskedForElsewhereIsRead() {
    var driver = Driver(Fixture.compared(Fixture.snapshot()))
    driver.pane.reveal(Subject.run(RunID(2)), driver.snapshot)
    #expect(driver.pane.markedRuns(driver.snapshot, Fixture.set()).map(\.id) == [RunID(2), RunID(1)])
    #expect(driver.draw().text().contains("run 2, "))
    driver.press("Esc")
    #expect(driver.pane.readRun == nil)
    driver.pane.reveal(Subject.run(RunID(99)), driver.snapshot)
    #expect(driver.pane.readRun == nil)
  }

  @Test func goesThroughSets() {
    var driver = Driver()
    driver.press("s")
    #expect(driver.draw().text().contains("evals/other.jsonl has no cases yet. Press a to add one."))
    driver.press("e")
    #expect(driver.notices == ["There is no case yet: press a."])
    driver.press("s")
    #expect(driver.selection == "c-1")
  }

  @Test func deletesOnlyAfterYes() {
    var driver = Driver()
    driver.press("j", "D", "n", "D", "q", "y")
    #expect(driver.take() == [.editCase(set: "main", .delete(id: "c-2"))])
  }

  @Test func runsTheVariant() {
    var driver = Driver()
    driver.press("r")
    #expect(driver.take() == [.evaluate(EvaluateRequest(variant: "prompted", set: "main"))])
    driver.press("V", "r")
    #expect(driver.take() == [.evaluate(EvaluateRequest(variant: "tuned", set: "main"))])
    driver.snapshot = Fixture.compared(driver.snapshot)
    driver.snapshot.progress = [RunID(2): RunProgress(done: 2, total: 4)]
    #expect(driver.draw().text().contains("50 %  2/4 tuned"))
    driver.press("p")
    #expect(driver.take() == [.pauseRun(RunID(2))])
  }

  @Test func clicksSelectAndDragsDivide() {
    var driver = Driver(size: Size(width: 120, height: 30))
    driver.send(.mouse(MouseEvent(.press(.left), at: Point(x: 5, y: 4))))
    #expect(driver.selection == "c-3")
    driver.send(.mouse(MouseEvent(.press(.left), at: Point(x: 100, y: 4))))
    #expect(driver.pane.panel == .detail)
    driver.send(.mouse(MouseEvent(.press(.left), at: Point(x: 69, y: 9))))
    driver.send(.mouse(MouseEvent(.drag(.left), at: Point(x: 40, y: 9))))
    driver.send(.mouse(MouseEvent(.release, at: Point(x: 40, y: 9))))
    #expect(driver.pane.panels.places[.table]?.width == 41)
  }

  @Test func ignoresKeysOfTheScreen() {
    var driver = Driver()
    for key in ["?", ":", "q", "1", "Tab", "Shift-Tab"] {
      let reaction = driver.pane.react(to: .key(Key(key) ?? .enter), driver.snapshot)
      #expect(reaction.isIgnored, "\(key)")
    }
    #expect(driver.pane.update(driver.snapshot).isEmpty)
  }

  @Test func everyBindingHasATitleAndNoKeyMeansTwoThings() {
    let bindings = CasesPane().bindings(Fixture.snapshot())
    #expect(bindings.allSatisfy { !$0.title.isEmpty && !$0.group.isEmpty })
    let keys = bindings.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
  }

  // Looking through all cases for each key takes longer in a debug build.
  @Test(.timeLimit(.minutes(1))) func manyCasesAreLookedThroughOnce() {
    let cases = (0..<100_000).map { number in
      EvalCase(
        id: "c-\(number)", input: ["ticket": .string("Ticket number \(number)")], tags: [number % 2 == 0 ? "a" : "b"])
    }
    let set = EvalSet(
      name: "main", path: "evals/main.jsonl", cases: cases, graders: GraderSet(), hash: Fixture.hash("many"))
    var driver = Driver(Fixture.snapshot(Workspace(folder: "/", name: "many", evalSets: [set])))
    driver.press("/")
    driver.type("9999")
    #expect(driver.pane.filter.rows(of: set, search: driver.pane.search).count == 19)
    driver.press("Enter", "f", "j", "Enter")
    #expect(driver.draw().text().contains("of 100000"))
    for _ in 0..<500 {
      driver.press("j")
      _ = driver.pane.hints(driver.snapshot)
    }
    #expect(driver.draw().text().contains("of 100000"))
  }
}

struct FooterAndFilterTests {
  private func footer(_ driver: Driver) -> [String] {
    driver.pane.bindings(driver.snapshot).filter { $0.unavailable == nil }.compactMap(\.footer)
  }

  @Test func theSelectionStaysInViewWhenTheFilterGoes() {
    let cases = (1...90).map { number in
      EvalCase(id: "c-\(number)", line: number, input: ["ticket": .string(number % 30 == 0 ? "Refund" : "Sync")])
    }
    var driver = Driver(Fixture.snapshot(Fixture.workspace(cases)))
    driver.press("/")
    driver.type("refund")
    driver.press("Enter", "j", "j")
    #expect(driver.selection == "c-90")
    driver.press("Esc")
    #expect(driver.selection == "c-90")
    let rows = driver.draw().text().split(separator: "\n").prefix(11)
    #expect(rows.contains { $0.contains("c-90") })
  }

  @Test func theFooterBeginsWithWhatMattersMost() {
    #expect(footer(Driver()).starts(with: ["open", "edit", "run", "search", "filter", "set", "add"]))
  }

  @Test func theEditorsKeysAreInTheFooter() {
    var driver = Driver()
    driver.press("e")
    #expect(footer(driver) == ["save", "done"])
  }
}
