import Content
import Domain
import Foundation
import Grading
import WorkbenchCore

/// A small workspace that has something of each kind: prompts, cases, variants, runs, answers, and jobs with curves.
package enum SampleWorkspace {
  /// When all of it is looked at.
  package static let time = Date(timeIntervalSince1970: 1_750_000_000)

  static func hash(_ text: String) -> ContentHash { ContentHash(hex: SHA256.hex(text)) }

  static let sections = [
    Section(
      id: "10-role.md", title: "role", role: .system,
      body: "You sort the tickets of Harborlight, a café app for sailors."),
    Section(
      id: "30-task.md", title: "task", role: .system,
      body: "Answer with JSON: category (sync, billing or other) and urgent (true or false)."),
    Section(id: "40-tone.md", title: "tone", role: .system, isEnabled: false, body: "Be kind. 作"),
    Section(id: "80-query.md", title: "query", role: .user, body: "{{ ticket }}"),
  ]

  static let prompted = Variant(name: "prompted", model: "tiny", prompt: "main")
  static let taskOnly = Variant(name: "task-only", model: "tiny", prompt: "main", sections: ["task"])
  static let tuned = Variant(name: "tuned", model: "tiny", prompt: "short", adapter: ".assay/jobs/1/best")

  private static let tickets = [
    "My lagoon does not sync since Tuesday, please check.",
    "Invoice 4411 was charged twice — please refund one of them, café Zoë 作業 📦",
    "The buoy keeps blinking and nobody can open the shared harbour. This blocks the whole team.",
  ]

  static let cases: [EvalCase] = (1...12).map { number in
    EvalCase(
      id: "hl-" + (number < 10 ? "00" : "0") + "\(number)", line: number,
      input: ["ticket": .string(tickets[number % tickets.count])],
      expected: ["category": number % 3 == 1 ? "billing" : "sync", "urgent": .bool(number % 3 == 2)],
      tags: [["easy"], ["jargon"], ["noisy", "policy"]][number % 3])
  }

  static let set = EvalSet(
    name: "main", path: "evals/main.jsonl", cases: cases, graders: GraderSet(), hash: hash("main"))

  /// Its files.
  package static let workspace: Workspace = {
    var training = TrainingDefaults(base: "tiny", data: "train/main.jsonl", prompt: "short")
    training.settings.steps = 400
    training.settings.evaluateEvery = 50
    return Workspace(
      folder: "/w", name: "support-triage", models: [ModelSpec(name: "tiny", api: .mlx(path: "model"))],
      prompts: [
        Prompt(name: "main", path: "prompts/main", sections: sections),
        Prompt(name: "short", path: "prompts/short", sections: [sections[1], sections[3]]),
      ], evalSets: [set], variants: [taskOnly, prompted, tuned], training: training)
  }()

  /// Everything that a screen shows of it without asking.
  package static let snapshot: Snapshot = {
    var snapshot = Snapshot(workspace: workspace, time: time)
    snapshot.runs = [runs.tuned, runs.prompted, runs.taskOnly]
    snapshot.jobs = [running.job, failed, finished]
    snapshot.versions = [workspace.prompts[0], workspace.prompts[1]].map { prompt in
      StoredVersion(version: PromptVersion(freezing: prompt), created: time.addingTimeInterval(-7_200))
    }
    return snapshot
  }()
}
