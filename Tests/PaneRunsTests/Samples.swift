import Domain
import Foundation
import Grading
import WorkbenchCore

/// Runs that look like those of a ticket classifier on a hosted and on a local model.
enum Sample {
  static let time = Date(timeIntervalSince1970: 1_790_000_000)
  static let prompt = Prompt(
    name: "best", path: "prompts/best",
    sections: [Section(id: "10-task.md", title: "task", role: .system, body: "Sort this: {{ ticket }}")])
  static let sampling = Sampling(temperature: 0, maxTokens: 64)
  static let prompted = Variant(name: "prompted", model: "hosted", prompt: "best", sampling: sampling)
  static let taskOnly = Variant(name: "task-only", model: "tiny", prompt: "best", sections: ["task"])
  static let tuned = Variant(
    name: "tuned", model: "tiny", prompt: "best", adapter: ".assay/jobs/1/best", sampling: sampling)
  static let setHash = hash("a")
  static let version = PromptVersion(freezing: prompt).hash

  static func hash(_ digit: Character) -> ContentHash { ContentHash(hex: String(repeating: digit, count: 64)) }

  static func workspace() -> Workspace {
    Workspace(
      folder: "/w", name: "support-triage",
      models: [
        ModelSpec(name: "hosted", api: .replay(file: "x"), price: TokenPrice(input: 0.15, output: 0.6)),
        ModelSpec(name: "tiny", api: .mlx(path: "model")),
      ],
      prompts: [prompt],
      evalSets: [
        EvalSet(name: "main", path: "evals/main.jsonl", cases: [], graders: GraderSet(), hash: setHash),
        EvalSet(name: "general", path: "evals/general.jsonl", cases: [], graders: GraderSet(), hash: setHash),
      ],
      variants: [taskOnly, prompted, tuned])
  }

  static func run(
    _ number: Int64, _ variant: Variant, _ mean: Double, done: Int, of cases: Int = 100, errors: Int = 0,
    state: Run.State = .finished, age: Double = 7_200, set: String = "main", repeats: Int = 1
  ) -> Run {
    var summary = RunSummary()
    (summary.done, summary.errors, summary.mean) = (done, errors, mean)
    (summary.low, summary.high) = (max(0, mean - 0.09), min(1, mean + 0.08))
    (summary.passed, summary.formatValid) = (Int(mean * Double(done)), done)
    (summary.counted, summary.promptTokens, summary.completionTokens) = (done, done * 412, done * 23)
    (summary.latencyMedian, summary.latency95) = variant.isTuned ? (0.118, 0.2) : (0.82, 2.4)
    if variant.model == "hosted", done > 0 {
      summary.knownCost = Double(done) * 0.000_213
      summary.cachedPromptTokens = done * 206
    }
    return Run(
      id: RunID(number), identity: ContentHash(hex: "run\(number)"), variant: variant, promptVersion: version, set: set,
      setHash: setHash, state: state, started: time.addingTimeInterval(-age), seconds: 41, cases: cases,
      repeats: repeats, summary: summary)
  }

  /// A tuned run, one whose prompt has changed, one that was paused, and one with errors.
  static func atRest() -> Snapshot {
    var snapshot = Snapshot(workspace: workspace(), time: time)
    var older = run(8, prompted, 0.72, done: 100)
    older.promptVersion = hash("b")
    snapshot.runs = [
      run(9, tuned, 0.94, done: 100, age: 5_400), older,
      run(7, taskOnly, 0.21, done: 37, state: .paused, age: 90_000),
      run(6, prompted, 0.7, done: 97, errors: 3, state: .paused, age: 190_000),
    ]
    return snapshot
  }

  static let answer = """
    {
      "category": "sync",
      "priority": "urgent",
      "reason": "Nobody can open the shared harbour since 9:40, which blocks the whole team. Café Zoë 作業 📦"
    }
    """

  static func progress(_ done: Int = 412) -> RunProgress {
    var progress = RunProgress(done: done, total: 1_000, reused: 120, errors: 2, inFlight: 12, rate: 38.4)
    progress.width = 16
    progress.cost = 0.0621
    progress.failures = [
      "The server asked for less (429): the limit of 500 requests a minute is used up.": 37,
      "The connection was closed before the answer was complete.": 4,
    ]
    progress.slowest = [14.2, 12.9, 9.1].enumerated().map {
      RunProgress.SlowCase(caseID: "hl-0\($0 * 37 + 14)", seconds: $1)
    }
    progress.running = (0..<12).map { number in
      RunProgress.RunningCase(
        caseID: "hl-\(400 + number)", attempt: number == 1 ? 3 : 1,
        started: time.addingTimeInterval(Double(number) * 0.5 - 6.4),
        text: number == 11 ? nil : String(answer.prefix(answer.count - number * 12)))
    }
    return progress
  }

  /// A run under way, one that another process works on, and those at rest.
  static func running() -> Snapshot {
    var snapshot = atRest()
    snapshot.runs.insert(run(11, taskOnly, 0.3, done: 20, state: .running, age: 500), at: 0)
    snapshot.runs.insert(run(12, prompted, 0.71, done: 410, of: 1_000, errors: 2, state: .running, age: 45), at: 0)
    snapshot.progress[RunID(12)] = progress()
    return snapshot
  }

  static func waiting(_ words: String) -> Snapshot {
    var snapshot = running()
    snapshot.progress[RunID(12)] = RunProgress(done: 120, total: 1_000, reused: 120, waiting: words)
    return snapshot
  }

  /// One whose key is refused.
  static func failing() -> Snapshot {
    var snapshot = atRest()
    snapshot.runs.insert(run(13, prompted, 0, done: 0, of: 1_000, errors: 512, state: .running, age: 9), at: 0)
    var progress = RunProgress(done: 512, total: 1_000, errors: 512, inFlight: 1, rate: 120)
    progress.width = 1
    progress.failures = ["The key in EXAMPLE_KEY is not accepted (401). Check it, and that it may use this model.": 512]
    progress.running = [RunProgress.RunningCase(caseID: "hl-513", started: time)]
    snapshot.progress[RunID(13)] = progress
    return snapshot
  }

  static func many(_ count: Int) -> Snapshot {
    var snapshot = Snapshot(workspace: workspace(), time: time)
    let variants = [prompted, tuned, taskOnly]
    snapshot.runs = (0..<count).map { number in
      let (id, mean) = (Int64(count - number), Double(number % 97) / 100)
      return run(id, variants[number % 3], mean, done: 100, age: Double(number) * 3_600)
    }
    return snapshot
  }
}
