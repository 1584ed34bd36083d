import Domain
import Drawing
import Evidence
import Foundation
import PaneDriver
import Testing
import WorkbenchCore

@testable import PaneVerdict

/// Lines of the advice that are selected and opened.
@Suite struct VerdictLineTests {
  private let measure = MeasureRequest(["tuned"], on: "general")

  private func run(_ number: Int64, _ name: String, tuned: Bool, passed: Int) -> Run {
    var summary = RunSummary()
    (summary.done, summary.passed, summary.mean) = (100, passed, Double(passed) / 100)
    return Run(
      id: RunID(number), identity: ContentHash(hex: "\(number)"),
      variant: Variant(name: name, model: "tiny", prompt: "p", adapter: tuned ? "a" : nil),
      promptVersion: ContentHash(hex: "v"), set: "main", setHash: ContentHash(hex: "s"), state: .finished,
      started: Date(timeIntervalSince1970: 0), seconds: 9, cases: 100, summary: summary)
  }

  /// Seven variants, of which the tuned one comes last, and a line for each kind of source.
  private func snapshot() -> Snapshot {
    var workspace = Workspace(folder: "/nowhere", name: "sample")
    let prompted = (1...6).map { run(Int64($0), "prompt-\($0)", tuned: false, passed: 80 - $0) }
    let tuned = run(7, "tuned", tuned: true, passed: 90)
    workspace.variants = (prompted + [tuned]).map(\.variant)
    workspace.facts.project.hasJargon = true
    workspace.facts.lines = ["domain_jargon": 54]
    var snapshot = Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 0))
    snapshot.runs = prompted + [tuned]
    var advice = Advice(Facts())
    advice.lines = [
      Reason(.adapter, .unknown, "one run"), Reason(.quality, .forTuning, "two runs"),
      Reason(.leak, .against, "two cases"), Reason(.plateau, .unknown, "three versions"),
      Reason(.heldOut, .unknown, "a file"),
      Reason(.jargon, .forTuning, "a fact", stated: .init(key: "facts.domain_jargon", line: 54)),
      Reason(.combination, .neutral, "nothing behind it"),
    ]
    (advice.headline, advice.decidedBy) = ("Fine-tune: because", .quality)
    advice.missing = [
      MissingEvidence(.forgetting, "run tuned on general", command: measure.command),
      MissingEvidence(
        .forgetting, "add general tasks", command: "assay cases general --write evals/general-tasks.jsonl"),
      MissingEvidence(.cost, "state queries_per_month"),
    ]
    var report = VerdictReport(
      set: "main", runs: prompted + [tuned], prompted: prompted[0], tuned: tuned, comparison: nil, cost: nil,
      advice: advice)
    report.sources = [
      .run(RunID(7)), .runs(RunID(1), RunID(7), set: "main"), .cases(["c3", "c9"], set: "main"),
      .versions([RunID(4), RunID(2), RunID(1)], set: "main"), .file("assay.yaml", key: "eval_sets", line: 12),
      .file("assay.yaml", key: "facts.domain_jargon", line: 54), nil,
    ]
    report.measures = [measure.command: measure]
    report.generalSetPath = "evals/general-tasks.jsonl"
    report.letters = Dictionary(
      uniqueKeysWithValues: report.runs.map { ($0.variant.name, $0.id == RunID(7) ? "a" : "b") })
    snapshot[VerdictQuery()] = .ready(report)
    return snapshot
  }

  /// A pane with the line that says `text` selected.
  private func driver(at text: String, _ size: Size = Size(width: 100, height: 40)) throws -> PaneDriver<VerdictPane> {
    var driver = PaneDriver(VerdictPane(), snapshot(), size: size)
    driver.press("l")
    for _ in 0..<20 where driver.pane.line(driver.snapshot)?.text.contains(text) != true { driver.press("j") }
    try #require(driver.pane.line(driver.snapshot)?.text.contains(text) == true)
    return driver
  }

  @Test(arguments: [
    ("one run", Subject.run(RunID(7))), ("two runs", .runs(RunID(1), RunID(7), set: "main")),
    ("two cases", .evalCase("c3", set: "main")), ("three versions", .runs(RunID(2), RunID(1), set: "main")),
    ("Fine-tune: because", .runs(RunID(1), RunID(7), set: "main")),
  ])
  func enterOpensWhatIsBehindALine(_ text: String, _ subject: Subject) throws {
    var driver = try driver(at: text)
    driver.press("Enter")
    #expect(driver.revealed == [subject])
  }

  @Test(arguments: ["Enter", "r"]) func generalTasksAreAddedByOneKey(_ key: String) throws {
    var driver = try driver(at: "add general tasks")
    #expect(driver.pane.line(driver.snapshot)?.footer == "add general tasks")
    driver.press(key)
    #expect(driver.commands == [.addGeneralSet(at: "evals/general-tasks.jsonl")])
  }

  @Test func aLineOfAFileIsNamedAndALineWithNothingSaysSo() throws {
    var file = try driver(at: "a file")
    file.press("Enter")
    #expect(file.notices == ["It stands in assay.yaml:12 (eval_sets)."])
    var nothing = try driver(at: "nothing behind it")
    nothing.press("Enter")
    #expect(nothing.notices == ["There is nothing to open behind this line."])
  }

  @Test(arguments: ["Enter", "r"]) func oneKeyMeasuresWhatIsMissing(_ key: String) throws {
    var driver = try driver(at: "run tuned on general")
    driver.press(key)
    #expect(driver.commands == [.measure(measure)])
  }

  @Test func theMouseSelectsALine() throws {
    var driver = PaneDriver(VerdictPane(), snapshot(), size: Size(width: 100, height: 40))
    let row = try #require(
      driver.text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("one run.") })
    driver.send(.mouse(MouseEvent(.press(.left), at: Point(x: 20, y: row))))
    driver.press("Enter")
    #expect(driver.revealed == [.run(RunID(7))])
  }

  @Test(arguments: [Size(width: 80, height: 22), Size(width: 60, height: 14), Size(width: 200, height: 48)])
  func theBestOfBothKindsAreInSight(_ size: Size) {
    var driver = PaneDriver(VerdictPane(), snapshot(), size: size)
    for keys in ["", "G", "k"] {
      driver.press(keys)
      #expect(driver.text.contains("prompt-1 ") && driver.text.contains("tuned "), "after \(keys)")
    }
  }

  @Test func variantsThatCantBeToldApartShareALetter() {
    let text = PaneDriver(VerdictPane(), snapshot(), size: Size(width: 120, height: 40)).text
    #expect(text.contains("alike"))
    #expect(text.split(separator: "\n").contains { $0.contains("tuned ") && $0.contains(" a ") })
  }

  // MARK: Facts

  @Test func factsAreAskedForAndStated() throws {
    var driver = try driver(at: "a fact")
    driver.press("Enter")
    #expect(driver.text.contains("domain_jargon") && driver.text.contains("assay.yaml:54"))
    driver.press("Right")  // from yes to no
    driver.press("Enter")
    #expect(driver.commands == [.stateFacts([FactStatement(key: "domain_jargon", value: .bool(false))])])
    #expect(!driver.pane.capturesText)
  }

  @Test func unknownNumbersComeFirstAndAreChecked() {
    var driver = PaneDriver(VerdictPane(), snapshot())
    driver.press("e")
    driver.type("many")
    driver.press("Enter")
    #expect(driver.commands.isEmpty && driver.text.contains("A number from 0"))
    for _ in 0..<4 { driver.press("Backspace") }
    driver.type("412,000")
    driver.press("Ctrl-s")
    #expect(driver.commands == [.stateFacts([FactStatement(key: "queries_per_month", value: 412_000)])])
  }

  @Test func leavingTheFormStatesNothing() {
    var driver = PaneDriver(VerdictPane(), snapshot())
    driver.press("e")
    driver.type("5q")
    driver.press("Esc")
    #expect(driver.commands.isEmpty && !driver.pane.capturesText)
    driver.press("e Enter")
    #expect(driver.commands.isEmpty && driver.notices == ["No fact was changed."])
  }
}
