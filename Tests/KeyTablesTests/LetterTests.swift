import Content
import Domain
import Drawing
import Foundation
import Grading
import Panes
import Testing
import WorkbenchCore

/// One letter has one meaning in all panes.
@Suite struct LetterTests {
  /// What a key means in every pane that knows it: how the titles of its bindings begin.
  static let meanings: [Key: [String]] = [
    "a": ["Add "], "c": ["Compare "], "e": ["Edit "], "f": ["Filter "], "n": ["Next "], "p": ["Pause "],
    "r": ["Run ", "Evaluate the selected ", "Go on with "], "s": ["Next eval set"], "t": ["Try "], "w": ["Show "],
    "x": ["Stop ", "Close the trial", "Cancel "], "y": ["Copy "], "/": ["Search "],
    "B": ["Bring back "], "D": ["Delete "], "E": ["Evaluate the checkpoints"], "F": ["Follow "], "N": ["Previous "],
    "R": ["Ask everything afresh"], "V": ["Next variant"], .control("o"): ["Open "],
    "h": ["To the ", "Previous panel", "Move between "], "l": ["To the ", "Next panel", "Move between "],
    "<": ["Narrower ", "Shorter "], ">": ["Wider ", "Longer "], "[": ["Previous "], "]": ["Next "],
    .control("s"): ["Save ", "Keep "], .control("r"): ["Reload from disk"],
  ]

  private struct Use: Hashable, CustomStringConvertible {
    var pane: PaneID
    var title: String
    var description: String { "\(pane): \(title)" }
  }

  /// An empty workspace, and one in which there is something of each kind.
  private func snapshots() -> [Snapshot] {
    let time = Date(timeIntervalSince1970: 0)
    let hash = ContentHash(hex: String(repeating: "a", count: 64))
    let evalCase = EvalCase(id: "c1", input: ["text": "a case"], expected: "a", tags: ["easy"])
    let workspace = Workspace(
      folder: "/w", name: "full", models: [ModelSpec(name: "tiny", api: .mlx(path: "model"))],
      prompts: [
        Prompt(
          name: "main", path: "prompts/main",
          sections: [Section(id: "10-task.md", title: "task", role: .system, body: "Sort.")])
      ],
      evalSets: [
        EvalSet(name: "main", path: "evals/main.jsonl", cases: [evalCase], graders: GraderSet(), hash: hash)
      ],
      variants: [
        Variant(name: "prompted", model: "tiny", prompt: "main"),
        Variant(name: "tuned", model: "tiny", prompt: "main", adapter: ".assay/jobs/1/best"),
      ])
    var full = Snapshot(workspace: workspace, time: time)
    full.runs = workspace.variants.enumerated().map { index, variant in
      var summary = RunSummary()
      (summary.done, summary.passed, summary.mean) = (1, 1, 1)
      return Run(
        id: RunID(Int64(2 - index)), identity: hash, variant: variant, promptVersion: hash, set: "main", setHash: hash,
        state: .paused, started: time, seconds: 1, cases: 2, summary: summary)
    }
    full.jobs = [TrainingJob.State.running, .paused, .queued].enumerated().map { index, state in
      TrainingJob(
        id: JobID(Int64(3 - index)), backend: "mlx", base: "tiny", data: "train/main.jsonl",
        settings: TrainingSettings(), state: state, created: time)
    }
    return [Snapshot(workspace: Workspace(folder: "/w", name: "empty"), time: time), full]
  }

  /// Every binding of every pane with the focus on each of its panels and rows, while nothing is typed or asked.
  private func uses() -> [Key: Set<Use>] {
    var uses: [Key: Set<Use>] = [:]
    for entry in Panes.all {
      for snapshot in snapshots() {
        for path in ["", "l", "l l", "l l l", "j", "j j"] {
          var pane = entry.make()
          var surface = Surface(width: 120, height: 34)
          pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
          for key in path.split(separator: " ").compactMap({ Key(String($0)) }) {
            _ = pane.react(to: .key(key), snapshot)
            pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
          }
          for hint in pane.hints(snapshot) where !pane.capturesText {
            for key in hint.keys { uses[key, default: []].insert(Use(pane: entry.id, title: hint.title)) }
          }
        }
      }
    }
    return uses
  }

  @Test func aLetterMeansTheSameInAllPanes() throws {
    let uses = uses()
    try #require(uses["p"]?.count ?? 0 >= 5 && uses["r"]?.count ?? 0 >= 6)
    for (key, uses) in uses {
      if let meanings = Self.meanings[key] {
        for use in uses {
          #expect(meanings.contains { use.title.hasPrefix($0) }, "\(key) means \(meanings) and not “\(use)”")
        }
      } else if key.text?.isLetter == true || key.modifiers == .control {
        #expect(Set(uses.map(\.pane)).count == 1, "\(key) means several things: \(uses)")
      }
    }
  }
}
