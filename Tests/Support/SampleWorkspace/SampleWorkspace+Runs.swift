import Content
import Domain
import Evidence
import Foundation
import Grading
import WorkbenchCore

extension SampleWorkspace {
  /// `prompted` is right where the number isn't a multiple of 3, `tuned` where it isn't one of 8; `task-only` was paused.
  static let outputs = (
    prompted: cases.enumerated().map { output($1, passed: ($0 + 1) % 3 != 0, tokens: 412) },
    tuned: cases.enumerated().map { output($1, passed: ($0 + 1) % 8 != 0, tokens: 96) },
    taskOnly: cases.prefix(5).enumerated().map { output($1, passed: $0 == 0, tokens: 120) }
  )

  static let runs = (
    prompted: run(2, prompted, outputs.prompted, age: 7_200), tuned: run(3, tuned, outputs.tuned, age: 300),
    taskOnly: run(1, taskOnly, outputs.taskOnly, age: 200_000, state: .paused)
  )

  private static func output(_ evalCase: EvalCase, passed: Bool, tokens: Int) -> Output {
    let right = evalCase.expected?.text() ?? ""
    let score = Score(
      grader: "json-equal", value: passed ? 1 : 0, passed: passed,
      reason: passed ? "both fields are equal" : "urgent is true, expected false")
    return Output(
      caseID: evalCase.id, requestKey: hash("request"),
      answer: Answer(
        text: passed ? right : #"{"category":"other","urgent":true}"#, finishReason: "stop",
        usage: TokenUsage(prompt: tokens, completion: 23), latency: tokens > 200 ? 0.312 : 0.118),
      scores: [score], value: score.value, passed: passed, formatValid: true)
  }

  private static func run(
    _ number: Int64, _ variant: Variant, _ outputs: [Output], age: Double, state: Run.State = .finished
  ) -> Run {
    var summary = RunSummary()
    let passed = outputs.count { $0.passed == true }
    let proportion = Proportion(successes: passed, of: outputs.count)
    (summary.done, summary.passed, summary.formatValid) = (outputs.count, passed, outputs.count)
    summary.mean = proportion.rate ?? 0
    (summary.low, summary.high) = (proportion.interval().low, proportion.interval().high)
    summary.counted = outputs.count
    summary.promptTokens = outputs.reduce(0) { $0 + ($1.answer?.usage.prompt ?? 0) }
    summary.completionTokens = outputs.reduce(0) { $0 + ($1.answer?.usage.completion ?? 0) }
    summary.latencyMedian = outputs.first?.answer?.latency ?? 0
    summary.latency95 = summary.latencyMedian * 2
    let prompt = workspace.prompts.first { $0.name == variant.prompt }
    let version = prompt.map { PromptVersion(freezing: $0, variant.choice).hash }
    return Run(
      id: RunID(number), identity: hash("run \(number)"), variant: variant, promptVersion: version ?? hash("none"),
      set: "main", setHash: set.hash, state: state, started: time.addingTimeInterval(-age), seconds: 30,
      cases: cases.count, summary: summary)
  }

  static let comparison = Comparison(
    a: runs.prompted, b: runs.tuned, cases: cases, outputsA: outputs.prompted, outputsB: outputs.tuned)

  static let verdict: VerdictReport = {
    func score(_ run: Run) -> Estimate? { Proportion(successes: run.summary.passed, of: run.summary.done).estimate }
    var facts = Facts()
    facts.prompted = VariantFacts(name: "prompted", score: score(runs.prompted))
    facts.tuned = VariantFacts(name: "tuned", score: score(runs.tuned))
    facts.comparison = comparison.paired
    return VerdictReport(
      set: "main", runs: [runs.tuned, runs.prompted, runs.taskOnly], prompted: runs.prompted, tuned: runs.tuned,
      comparison: comparison.paired, cost: nil, advice: Advice(facts))
  }()
}
