import Content
import Domain
import Drawing
import Foundation
import Grading
import PaneDriver
import Testing
import WorkbenchCore

@testable import PaneCases

/// A small workspace in memory, and a pane driven by keys.
enum Fixture {
  static let now = Date(timeIntervalSince1970: 1_800_000_000)

  static func hash(_ text: String) -> ContentHash { ContentHash(hex: SHA256.hex(text)) }

  static let cases: [EvalCase] = [
    EvalCase(
      id: "c-1", line: 1, input: ["ticket": "The café app lost a file."],
      expected: ["category": "sync", "urgent": true], tags: ["easy"]),
    EvalCase(
      id: "c-2", line: 2, input: ["ticket": "作品 vanished 🙂", "plan": "Skipper"],
      expected: ["category": "sync", "urgent": false], tags: ["easy", "noisy"]),
    EvalCase(
      id: "c-3", line: 4, input: ["ticket": "Refund me\nat once"], expected: ["category": "billing", "urgent": true],
      tags: ["policy"]),
    EvalCase(id: "c-4", line: 5, input: ["ticket": "Hello"]),
  ]

  static func set(_ cases: [EvalCase] = cases) -> EvalSet {
    let text = cases.map { CaseDraft.text(of: $0) }.joined()
    return EvalSet(
      name: "main", path: "evals/main.jsonl", cases: cases, graders: GraderSet(), hash: hash(text))
  }

  static func workspace(_ cases: [EvalCase] = cases, problems: [Problem] = [], price: TokenPrice? = nil) -> Workspace {
    let other = EvalSet(
      name: "other", path: "evals/other.jsonl", cases: [], graders: GraderSet(), hash: hash("other"))
    return Workspace(
      folder: "/nowhere", name: "fixture",
      models: [ModelSpec(name: "tiny", api: .mlx(path: "model"), price: price)], evalSets: [set(cases), other],
      variants: [
        Variant(name: "prompted", model: "tiny", prompt: "main"),
        Variant(name: "tuned", model: "tiny", prompt: "main", adapter: "a"),
      ], problems: problems)
  }

  static func snapshot(_ workspace: Workspace = workspace()) -> Snapshot { Snapshot(workspace: workspace, time: now) }

  /// With two runs compared: the first passes cases 1 and 2, the second all.
  static func compared(_ snapshot: Snapshot) -> Snapshot {
    var snapshot = snapshot
    let set = snapshot.workspace.evalSets[0]
    let runs = snapshot.workspace.variants.enumerated().map { index, variant in
      var summary = RunSummary()
      (summary.done, summary.mean, summary.low, summary.high) = (4, 0.5 + Double(index) / 2, 0.15, 0.85)
      return Run(
        id: RunID(Int64(index + 1)), identity: hash("\(index)"), variant: variant, promptVersion: hash("p"),
        set: "main", setHash: set.hash, state: .finished, started: now, seconds: 1, cases: 4, summary: summary)
    }
    func outputs(_ passes: (String) -> Bool) -> [Output] {
      set.cases.map { evalCase in
        let score = Score(grader: "exact", value: 0, passed: passes(evalCase.id), reason: "urgent is missing")
        return Output(
          caseID: evalCase.id, requestKey: hash("k"), answer: Answer(text: "{\"category\": \"sync\"}"), scores: [score],
          passed: passes(evalCase.id))
      }
    }
    snapshot.runs = runs
    let all = [outputs { $0 < "c-3" }, outputs { _ in true }]
    for (run, outputs) in zip(runs, all) {
      snapshot[OutputsQuery(run: run.id, set: set.name)] = .ready(RunOutputs(run: run, outputs: outputs))
    }
    return snapshot
  }
}

typealias Driver = PaneDriver<CasesPane>

extension PaneDriver where P == CasesPane {
  init(_ snapshot: Snapshot = Fixture.snapshot(), size: Size = Size(width: 80, height: 22)) {
    self.init(CasesPane(), snapshot, size: size)
  }

  /// Shows that the last edit that was asked for has ended, perhaps with another state of the cases.
  mutating func end(problem: String? = nil, _ cases: [EvalCase]? = nil) {
    let edits = snapshot.edits
    if let cases { snapshot = Fixture.snapshot(Fixture.workspace(cases)) }
    snapshot.edits = edits
    guard let edit = commands.last(where: \.isEdit) else {
      Issue.record("no edit was asked for")
      return
    }
    snapshot.edits.append(EndedEdit(id: edits.count + 1, command: edit, problem: problem))
    draw()
  }

  /// Puts a text in the place of what the editor has.
  mutating func write(_ text: String) {
    pane.draft?.editor.selectAll()
    send(.paste(text))
  }

  var selection: String? { pane.table.selection }
}
