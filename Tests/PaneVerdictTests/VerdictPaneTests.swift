import Domain
import Drawing
import Evidence
import Foundation
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneVerdict

@Suite struct VerdictPaneTests {
  private func run(_ number: Int64, _ name: String, tuned: Bool, passed: Int, of done: Int) -> Run {
    var summary = RunSummary()
    let proportion = Proportion(successes: passed, of: done)
    summary.done = done
    summary.passed = passed
    summary.formatValid = done
    summary.mean = proportion.rate ?? 0
    summary.low = proportion.interval().low
    summary.high = proportion.interval().high
    summary.counted = done
    summary.promptTokens = done * 400
    summary.completionTokens = done * 20
    summary.latencyMedian = 0.25
    return Run(
      id: RunID(number), identity: ContentHash(hex: "\(number)"),
      variant: Variant(name: name, model: "tiny", prompt: "p", adapter: tuned ? "a" : nil),
      promptVersion: ContentHash(hex: "v"), set: "main", setHash: ContentHash(hex: "s"), state: .finished,
      started: Date(timeIntervalSince1970: 0), seconds: 9, cases: done, summary: summary)
  }

  private func snapshot(measured: Bool) -> Snapshot {
    var workspace = Workspace(folder: "/nowhere", name: "sample")
    workspace.variants = [
      Variant(name: "prompted", model: "tiny", prompt: "p"), Variant(name: "tuned", model: "tiny", prompt: "p"),
      Variant(name: "not measured 作", model: "tiny", prompt: "p"),
    ]
    var snapshot = Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 0))
    let runs =
      measured
      ? [run(1, "prompted", tuned: false, passed: 70, of: 100), run(2, "tuned", tuned: true, passed: 95, of: 100)] : []
    var facts = Facts()
    if measured {
      facts.prompted = VariantFacts(name: "prompted", score: Proportion(successes: 70, of: 100).estimate)
      facts.tuned = VariantFacts(name: "tuned", score: Proportion(successes: 95, of: 100).estimate)
      facts.comparison = PairedComparison(PairedOutcomes(both: 69, onlyA: 26, onlyB: 1, neither: 4))
    }
    snapshot.verdict = VerdictReport(
      set: "main", runs: runs, prompted: runs.first, tuned: runs.last, comparison: nil, cost: nil,
      advice: Advice(facts))
    return snapshot
  }

  private func text(_ pane: inout VerdictPane, _ snapshot: Snapshot, _ width: Int, _ height: Int) -> String {
    var surface = Surface(width: width, height: height)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    return surface.text()
  }

  @Test(arguments: [(80, 22), (120, 34), (44, 20)]) func looksAsRecorded(_ width: Int, _ height: Int) throws {
    var pane = VerdictPane()
    var surface = Surface(width: width, height: height)
    pane.draw(snapshot(measured: true), in: surface.bounds, focused: true, on: &surface, theme: .dark)
    try surface.match(snapshot: "verdict-\(width)x\(height)")
  }

  @Test func showsVariantsWithIntervalsAndTheAdvice() {
    var pane = VerdictPane()
    let shown = text(&pane, snapshot(measured: true), 120, 34)
    #expect(shown.contains("70 %"))
    #expect(shown.contains("[60, 78]"))
    #expect(shown.contains("95 %"))
    #expect(shown.contains("Fine-tune"))
    #expect(shown.contains("not measured 作"))
  }

  @Test func saysWhatToDoWhileNothingIsMeasured() {
    var pane = VerdictPane()
    let shown = text(&pane, snapshot(measured: false), 80, 22)
    #expect(shown.contains("Nothing is measured on main yet"))
    #expect(pane.bindings(snapshot(measured: false)).first { $0.keys.contains(.enter) }?.unavailable != nil)
  }

  @Test func whatIsNotMeasuredHasNoConfidenceAndNothingIsSaidTwice() {
    var pane = VerdictPane()
    let snapshot = snapshot(measured: false)
    let shown = text(&pane, snapshot, 160, 30)
    #expect(!shown.contains("Confidence"))
    let lines = shown.split(separator: "\n")
    for reason in snapshot.verdict?.advice.lines ?? [] {
      #expect(lines.count { $0.contains(reason.statement) } == 1)
    }
  }

  @Test(arguments: [80, 120]) func namesAreWholeWhileAnythingElseCanGo(width: Int) {
    let long = ["task+format+constraints", "task+format+constraints+context"]
    var snapshot = snapshot(measured: true)
    snapshot.workspace.variants = long.map { Variant(name: $0, model: "tiny", prompt: "p") }
    snapshot.verdict?.runs = long.enumerated().map { run(Int64($0 + 1), $1, tuned: false, passed: 70 - $0, of: 100) }
    var pane = VerdictPane()
    let shown = text(&pane, snapshot, width, 22)
    for name in long { #expect(shown.contains(name + " ")) }
    #expect(shown.contains("[60, 78]"))
    #expect(width < 120 || shown.contains("tok in  tok out    median"))
  }

  @Test func furtherRowsStandUnderTheStatementAndTablesClearOfTheBorder() {
    var pane = VerdictPane()
    let shown = text(&pane, snapshot(measured: true), 60, 40).split(separator: "\n")
    let indent = "│" + String(repeating: " ", count: 12)
    let further = shown.filter { $0.hasPrefix(indent) && $0.dropFirst(13).first != " " }
    #expect(!further.isEmpty)
    #expect(shown.contains { $0.hasPrefix("│ prompted ") })
  }

  @Test func saysSoWithoutAnyVariantOrSet() {
    var pane = VerdictPane()
    var empty = Snapshot(workspace: Workspace(folder: "/", name: "x"), time: Date(timeIntervalSince1970: 0))
    #expect(text(&pane, empty, 80, 22).contains("Reading the runs …"))
    empty[VerdictQuery()] = .failed("The database is locked.")
    #expect(text(&pane, empty, 80, 22).contains("The database is locked."))
    empty[VerdictQuery()] = .ready(nil)
    let shown = text(&pane, empty, 80, 22)
    #expect(shown.contains("no variants yet"))
    #expect(shown.contains("no eval set"))
  }

  @Test func keysEvaluateAndCompare() throws {
    var pane = VerdictPane()
    let snapshot = snapshot(measured: true)
    _ = text(&pane, snapshot, 120, 34)
    guard case .command(let command) = pane.react(to: .key("r"), snapshot) else {
      Issue.record("r evaluates")
      return
    }
    let request = try #require(command.work(as: EvaluateRequest.self))
    #expect(request.variant == "prompted")
    guard case .all(let all) = pane.react(to: .key("M"), snapshot) else {
      Issue.record("M evaluates all")
      return
    }
    #expect(all.count == 1)
    guard case .show(.compare, let subject) = pane.react(to: .key("c"), snapshot) else {
      Issue.record("c compares")
      return
    }
    let verdict = try #require(snapshot.verdict)
    let (a, b) = (try #require(verdict.prompted), try #require(verdict.tuned))
    #expect(subject as? Subject == .runs(a.id, b.id, set: "main"))
    guard case .show(.cases, let read) = pane.react(to: .key(.enter), snapshot) else {
      Issue.record("Enter reads the cases of the selected variant")
      return
    }
    #expect(read as? Subject == .run(a.id))
  }

  @Test(arguments: [(1, 1), (40, 8), (80, 22), (200, 48), (3, 30)]) func everySizeIsDrawn(width: Int, height: Int) {
    var pane = VerdictPane()
    for measured in [true, false] { _ = text(&pane, snapshot(measured: measured), width, height) }
  }
}

extension Snapshot {
  /// The answer that the pane shows.
  var verdict: VerdictReport? {
    get { self[VerdictQuery()].answer ?? nil }
    set { self[VerdictQuery()] = newValue.map { .ready($0) } ?? .loading }
  }
}
