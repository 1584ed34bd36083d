import Content
import Domain
import Foundation
import Grading
import WorkbenchCore

/// Runs and answers that look like those of a ticket classifier.
enum Sample {
  static let time = Date(timeIntervalSince1970: 1_750_000_000)
  static let setHash = ContentHash(hex: String(repeating: "a", count: 64))

  static let prompted = Variant(name: "prompted", model: "tiny", prompt: "best")
  static let taskOnly = Variant(name: "task-only", model: "tiny", prompt: "best", sections: ["task"])
  static let tuned = Variant(name: "tuned", model: "tiny", prompt: "short", adapter: ".assay/jobs/1/best")

  static func workspace(cases: [EvalCase] = Sample.cases(12), price: TokenPrice? = nil) -> Workspace {
    Workspace(
      folder: "/w", name: "support-triage",
      models: [ModelSpec(name: "tiny", api: .mlx(path: "model"), price: price)],
      prompts: [
        Prompt(name: "best", path: "prompts/best", sections: []),
        Prompt(name: "short", path: "prompts/short", sections: []),
      ],
      evalSets: [
        EvalSet(name: "main", path: "evals/main.jsonl", cases: cases, graders: GraderSet(), hash: setHash),
        EvalSet(name: "general", path: "evals/general.jsonl", cases: [], graders: GraderSet(), hash: setHash),
      ],
      variants: [taskOnly, prompted, tuned])
  }

  static let tickets = [
    "hello Harborlight plase check my lagoon, it was fne last week",
    "Hi, changes from Saturday are missing on the other computer. I use it on my phone. Whenever you have time.",
    "Invoice 4411 was charged twice — please refund one of them, café Zoë 作業 📦",
    "The buoy keeps blinking and nobody can open the shared harbour since 9:40. This blocks the whole team.",
  ]

  static func cases(_ count: Int) -> [EvalCase] {
    (1...max(1, count)).map { number in
      let id = "hl-" + String(repeating: "0", count: max(0, 3 - "\(number)".count)) + "\(number)"
      let expected: JSONValue = .object([
        "category": number % 2 == 0 ? "sync" : "billing", "priority": number % 3 == 0 ? "urgent" : "low",
        "needs_human": .bool(number % 4 == 0),
      ])
      return EvalCase(
        id: id, line: number, input: .object(["ticket": .string(tickets[number % tickets.count] + " (\(number))")]),
        expected: expected,
        tags: [["easy"], ["jargon"], ["noisy", "policy"]][number % 3])
    }
  }

  static func output(_ evalCase: EvalCase, passed: Bool, text: String? = nil, tokens: Int = 412) -> Output {
    let right = evalCase.expected?.text() ?? ""
    let wrong = right.replacingOccurrences(of: "low", with: "normal").replacingOccurrences(of: "urgent", with: "normal")
    let score = Score(
      grader: "json-equal", value: passed ? 1 : 0, passed: passed,
      reason: passed ? "all 3 fields are equal" : "priority is \"normal\", expected \"low\"")
    return Output(
      caseID: evalCase.id, requestKey: setHash,
      answer: Answer(
        text: text ?? (passed ? right : wrong), finishReason: "stop",
        usage: TokenUsage(prompt: tokens, completion: 23), latency: tokens > 200 ? 0.312 : 0.118),
      scores: [score], value: score.value, passed: passed, formatValid: true)
  }

  static func run(
    _ number: Int64, _ variant: Variant, outputs: [Output], cases: Int, set: String = "main", age: Double = 300,
    state: Run.State = .finished
  ) -> Run {
    var summary = RunSummary()
    summary.done = outputs.count
    summary.passed = outputs.count { $0.passed == true }
    summary.formatValid = outputs.count(where: \.formatValid)
    summary.errors = outputs.count { $0.answer == nil }
    summary.mean = outputs.isEmpty ? 0 : outputs.reduce(0) { $0 + ($1.value ?? 0) } / Double(outputs.count)
    summary.low = max(0, summary.mean - 0.09)
    summary.high = min(1, summary.mean + 0.08)
    summary.counted = outputs.count { $0.answer?.usage.isWhole == true }
    summary.promptTokens = outputs.reduce(0) { $0 + ($1.answer?.usage.prompt ?? 0) }
    summary.completionTokens = outputs.reduce(0) { $0 + ($1.answer?.usage.completion ?? 0) }
    summary.latencyMedian = outputs.first?.answer?.latency ?? 0
    return Run(
      id: RunID(number), identity: ContentHash(hex: "run\(number)\(outputs.count)"), variant: variant,
      promptVersion: setHash, set: set, setHash: setHash, state: state,
      started: time.addingTimeInterval(-age), seconds: 30, cases: cases, summary: summary)
  }

  /// `prompted` is right where the number isn't a multiple of 3, `tuned` where it isn't one of 8.
  static func compared(_ count: Int = 12) -> Snapshot {
    let cases = cases(count)
    let a = cases.enumerated().map { output($1, passed: ($0 + 1) % 3 != 0) }
    let b = cases.enumerated().map { output($1, passed: ($0 + 1) % 8 != 0, tokens: 96) }
    return snapshot(cases: cases, a: a, b: b)
  }

  /// What lines up the sample's two runs.
  static let query = ComparisonQuery(a: RunID(2), b: RunID(3), set: "main")

  /// Without a run of `tuned`, and without the job that makes its adapter.
  static func untested(_ count: Int) -> Snapshot {
    var snapshot = compared(count)
    snapshot.runs.removeFirst()
    snapshot.comparison = nil
    return snapshot
  }

  /// The job that made the adapter of `tuned`.
  static let job = TrainingJob(
    id: JobID(1), backend: "mlx", base: "tiny", data: "train/main.jsonl", settings: TrainingSettings(),
    state: .finished, created: time, adapter: ".assay/jobs/1/best")

  static func snapshot(cases: [EvalCase], a: [Output], b: [Output]) -> Snapshot {
    var snapshot = Snapshot(workspace: workspace(cases: cases), time: time)
    let left = run(2, prompted, outputs: a, cases: cases.count, age: 7_200)
    let right = run(3, tuned, outputs: b, cases: cases.count)
    let weak = run(1, taskOnly, outputs: [output(cases[0], passed: false)], cases: 1, age: 200_000)
    snapshot.runs = [right, left, weak]
    snapshot.comparison = Comparison(a: left, b: right, cases: cases, outputsA: a, outputsB: b)
    return snapshot
  }
}

extension Snapshot {
  /// The comparison of the sample's two runs.
  var comparison: Comparison? {
    get { self[Sample.query].answer }
    set { self[Sample.query] = newValue.map { .ready($0) } ?? .loading }
  }
}
