import Content
import Domain
import Drawing
import Evidence
import Foundation
import PaneDriver
import Testing
import WorkbenchCore

@testable import PaneCompare

/// Further columns, what each side is asked with, differences, typed inputs, names of failures and the blind desk.
@Suite struct ColumnTests {
  private func driver(
    _ snapshot: Snapshot = Sample.compared(24), _ size: Size = Size(width: 140, height: 40)
  ) -> PaneDriver<ComparePane> {
    PaneDriver(ComparePane(), snapshot, size: size)
  }

  // MARK: Columns

  /// With a third run, of `task-only`, over all cases.
  private func withThird() -> Snapshot {
    var snapshot = Sample.compared(24)
    let cases = snapshot.workspace.evalSets[0].cases
    let outputs = cases.map { Sample.output($0, passed: false, text: "third answer to \($0.id)") }
    let run = Sample.run(4, Sample.taskOnly, outputs: outputs, cases: cases.count)
    snapshot.runs.insert(run, at: 0)
    snapshot[OutputsQuery(run: run.id, set: "main")] = .ready(RunOutputs(run: run, outputs: outputs))
    return snapshot
  }

  @Test func aThirdColumnShowsAnotherVariant() {
    var driver = driver(withThird())
    #expect(!driver.text.contains("third answer"))
    driver.press("a g Enter")
    #expect(driver.queries(OutputsQuery.self) == [OutputsQuery(run: RunID(4), set: "main")])
    #expect(driver.text.contains("third answer to hl-001"))
    #expect(driver.text.contains("C task-only"))
    driver.press("-")
    #expect(!driver.text.contains("third answer") && driver.queries(OutputsQuery.self).isEmpty)
  }

  /// Three variants are a family: each against A, adjusted for both that are compared with it.
  @Test func furtherColumnsAreComparedWithTheFirst() throws {
    var driver = driver(withThird())
    #expect(driver.queries(VariantFamilyQuery.self).isEmpty)
    driver.press("a g Enter")
    let query = try #require(driver.queries(VariantFamilyQuery.self).first)
    #expect(query.others.count == 2 && query.others[1] == RunID(4) && !query.others.contains(query.baseline))
    let worse = PairedComparison(PairedOutcomes(both: 10, onlyA: 0, onlyB: 14, neither: 0)).adjusted(
      pValue: 0.004, family: 2)
    let same = PairedComparison(PairedOutcomes(both: 12, onlyA: 5, onlyB: 4, neither: 3)).adjusted(
      pValue: 1, family: 2)
    driver.snapshot[query] = .ready(
      VariantFamily(
        method: .maxT,
        members: [
          .init(run: query.others[0], comparison: same, isClaimable: true),
          .init(run: query.others[1], comparison: worse, isClaimable: true),
        ]))
    driver.press("j")
    #expect(driver.text.contains("B − A  +4 points") && driver.text.contains("C − A  -58 points"))
    #expect(driver.text.contains("max-t p = 0.004, 2 compared · worse"))
    driver.press("-")
    #expect(driver.queries(VariantFamilyQuery.self).isEmpty)
  }

  @Test func thereAreAtMostFourColumns() {
    var driver = driver(withThird())
    driver.press("a g Enter a g Enter")
    #expect(driver.pane.extras.count == 2)
    driver.press("a")
    #expect(driver.pane.chooser == nil && driver.notices.last?.contains("4 columns") == true)
  }

  @Test(arguments: [(40, 10), (64, 20), (80, 22), (200, 48), (3, 3)])
  func everySizeIsDrawn(_ width: Int, _ height: Int) {
    for keys in ["a g Enter", "w", "t", "P", "X", "P Right"] {
      var driver = driver(withThird(), Size(width: width, height: height))
      driver.press(keys)
    }
  }

  // MARK: What the sides are asked with

  private func withVersions() -> Snapshot {
    var snapshot = Sample.compared(24)
    for (place, text) in ["Sort the ticket kindly.", "Sort the ticket."].enumerated() {
      let prompt = Prompt(
        name: "p\(place)", path: "p", sections: [Section(id: "1.md", title: "task", role: .system, body: text)])
      let version = PromptVersion(freezing: prompt)
      snapshot.versions.append(StoredVersion(version: version, created: Sample.time))
      let number = RunID(place == 0 ? 2 : 3)
      for run in snapshot.runs.indices where snapshot.runs[run].id == number {
        snapshot.runs[run].promptVersion = version.hash
      }
    }
    return snapshot
  }

  @Test func promptsAndParametersStandBesideEachOther() {
    var driver = driver(withVersions())
    driver.press("w")
    #expect(driver.text.contains("Sort the ticket kindly.") && driver.text.contains("≠ adapter .assay/jobs/1/best"))
    #expect(!driver.text.contains("≠ model"), "what is the same is not marked")
    driver.press("Esc")
    #expect(!driver.text.contains("Sort the ticket kindly.") && !driver.pane.capturesText)
  }

  // MARK: Differences

  @Test func differencesAreMarkedByWordsByLinesOrNotAtAll() {
    let evalCase = Sample.cases(1)[0]
    let a = Sample.output(evalCase, passed: true, text: "one two\nthree")
    let b = Sample.output(evalCase, passed: false, text: "one four\nthree")
    var driver = driver(Sample.snapshot(cases: [evalCase], a: [a], b: [b]))
    func marked() -> String {
      driver.pane.answers.rows.joined().filter { $0.style.attributes.contains(.underline) }.map(\.text).joined(
        separator: "|")
    }
    #expect(marked() == "two|four")
    driver.press("=")
    #expect(marked() == "one two|one four")
    driver.press("=")
    #expect(marked().isEmpty)
    driver.press("=")
    #expect(marked() == "two|four")
  }

  // MARK: Typed inputs

  @Test func aTypedInputGoesToBothSides() throws {
    var driver = driver()
    driver.press("t")
    driver.type("Where is my lagoon?")
    driver.press("Ctrl-s")
    let request = DuelRequest(variants: ["prompted", "tuned"], set: "main", text: "Where is my lagoon?")
    #expect(driver.commands == [.duel(request)])
    var duel = Duel(request)
    (duel.sides[0].text, duel.sides[0].isRunning) = ("in the harbour", false)
    duel.sides[1].failure = "The server is gone."
    driver.snapshot.duel = duel
    driver.draw()
    #expect(driver.text.contains("in the harbour") && driver.text.contains("The server is gone."))
    driver.press("Esc")
    #expect(driver.commands.last == .endDuel && !driver.pane.capturesText)
  }

  @Test func anEmptyInputIsNotSent() {
    var driver = driver()
    driver.press("t Ctrl-s")
    #expect(driver.commands.isEmpty && driver.notices == ["Type an input first."])
    driver.press("Esc")
    #expect(!driver.pane.capturesText && driver.commands.isEmpty)
  }

  // MARK: Names of failures

  private func mark(_ id: String, _ run: Int64, _ mode: String) -> Command {
    .review(
      ReviewRequest(
        caseID: id, output: OutputPlace(run: RunID(run)), finding: .failure(mode: mode, isMarked: true)))
  }

  @Test func aNewNameMarksTheWrongAnswer() {
    var driver = driver()
    driver.press("j j X")  // hl-003: only the tuned one is right
    #expect(driver.text.contains("How A fails on hl-003"))
    driver.press("n")
    driver.type("wrong  tone")
    driver.press("Enter")
    #expect(driver.commands == [mark("hl-003", 2, "wrong tone")])
    #expect(!driver.pane.capturesText)
  }

  @Test func aKnownNameIsChosenByItsDigitAndTakenBack() throws {
    var snapshot = Sample.compared(24)
    let cases = snapshot.workspace.evalSets[0].cases
    func failure(_ place: Int, _ run: Int64, _ mode: String) -> FailureMark {
      FailureMark(
        set: "main", caseID: cases[place].id, input: cases[place].inputHash, place: OutputPlace(run: RunID(run)),
        mode: mode, time: Sample.time)
    }
    snapshot.reviews = Reviews(failures: [
      failure(2, 2, "wrong tone"), failure(5, 2, "wrong tone"), failure(7, 3, "rude"),
    ])
    var driver = driver(snapshot)
    #expect(snapshot.reviews.failureModes(of: [RunID(2), RunID(3)], on: "main").map(\.counts) == [[2, 0], [0, 1]])
    driver.press("j j")
    #expect(driver.text.contains("wrong tone"), "the answer says how it fails")
    driver.press("X")
    #expect(driver.text.contains("1 ✓ wrong tone  A 2 · B 0") && driver.text.contains("2   rude  A 0 · B 1"))
    driver.press("1")
    #expect(
      driver.take() == [
        .review(
          ReviewRequest(
            caseID: "hl-003", output: OutputPlace(run: RunID(2)), finding: .failure(mode: "wrong tone", isMarked: false)
          ))
      ])
    driver.press("X 2")
    #expect(driver.take() == [mark("hl-003", 2, "rude")])
    driver.press("X 9 Esc")
    #expect(driver.commands.isEmpty && !driver.pane.capturesText)
  }

  // MARK: Blind desk

  @Test func theDeskHidesWhoseAnswersTheyAre() throws {
    var driver = driver()
    driver.press("P")
    let text = driver.text
    for word in ["prompted", "tuned", "json-equal", "tokens", "0.31", "✓", "✗"] {
      #expect(!text.contains(word), "\(word) tells whose answer it is")
    }
    #expect(text.contains("Left") && text.contains("Right") && text.contains("0 of"))
  }

  @Test func sidesAreShuffledByCaseAndStayTheSame() throws {
    let comparison = try #require(Sample.compared(24).comparison)
    let desk = BlindDesk(comparison)
    let lefts = desk.order.map(desk.isALeft)
    #expect(Set(lefts).count == 2, "both sides occur on the left")
    #expect(BlindDesk(comparison).order == desk.order && BlindDesk(comparison).order.map(desk.isALeft) == lefts)
    #expect(desk.order != desk.order.sorted(), "cases come in random order")
  }

  @Test(arguments: [
    ("h", Preference.Better.a), ("Left", .a), ("l", .b), ("Right", .b), ("t", .both), ("=", .both), ("b", .neither),
  ])
  func eachKeyIsKeptForTheRightAnswer(_ key: String, _ side: Preference.Better) throws {
    var driver = driver()
    driver.press("P")
    let desk = try #require(driver.pane.desk)
    let id = try #require(desk.caseID)
    driver.press(key)
    let better = desk.isALeft(id) ? side : side.turned
    #expect(
      driver.commands == [
        .review(
          ReviewRequest(
            caseID: id, output: OutputPlace(run: RunID(2)),
            finding: .better(than: OutputPlace(run: RunID(3)), better)))
      ])
    #expect(driver.pane.desk?.caseID != id, "the next case follows")
  }

  @Test func judgedCasesAreNotAskedAgainAndPreferencesStandAbove() throws {
    var snapshot = Sample.compared(24)
    let desk = BlindDesk(try #require(snapshot.comparison))
    let set = snapshot.workspace.evalSets[0]
    snapshot.reviews = Reviews(
      preferences: desk.order.dropLast().enumerated().map { place, id in
        let evalCase = set.cases.first { $0.id == id }
        return Preference(
          set: "main", caseID: id, input: evalCase?.inputHash ?? Sample.setHash, a: OutputPlace(run: RunID(2)),
          b: OutputPlace(run: RunID(3)), better: place == 0 ? .both : .b, time: Sample.time)
      })
    var driver = driver(snapshot)
    let count = desk.order.count
    #expect(driver.text.contains("preferred  A 0 · B \(count - 2) · neither 1 · sign test"))
    driver.press("P")
    #expect(driver.pane.desk?.caseID == desk.order.last)
    #expect(driver.text.contains("\(count - 1) of \(count) judged"))
    driver.press("s")
    #expect(driver.text.contains("Every case is judged") == (driver.pane.desk?.caseID == nil))
    driver.press("Esc")
    #expect(driver.pane.desk == nil && driver.text.contains("prompted"))
  }

  @Test func theChosenCaseTravels() {
    var driver = driver()
    driver.press("j j")
    #expect(driver.pane.chosen(driver.snapshot) as? Subject == .evalCase("hl-003", set: "main"))
    driver.pane.follow(Subject.evalCase("hl-007", set: "main"), driver.snapshot)
    driver.draw()
    #expect(driver.text.contains("case hl-007"))
    driver.pane.follow(Subject.evalCase("x", set: "general"), driver.snapshot)
    #expect(driver.pane.chosen(driver.snapshot) as? Subject == .evalCase("hl-007", set: "main"))
  }
}
