import Content
import Domain
import Evidence
import Foundation
import NumberFormat
import WorkbenchCore

/// Domain values as the JSON that scripts read. Member names are part of the interface: they only ever grow.
enum Report {
  static func run(_ run: Run) -> JSONValue {
    let summary = run.summary
    func known(_ value: Double, of count: Int) -> JSONValue { count > 0 ? rounded(value, 4) : .null }
    func counted(_ tokens: Int) -> JSONValue { summary.counted > 0 ? JSONValue(tokens) : .null }
    let writes = summary.cacheWriteTokens + summary.longCacheWriteTokens
    return [
      "run": JSONValue(Int(run.id.number)), "variant": .string(run.variant.name),
      "prompt_version": .string(run.promptVersion.short), "set": .string(run.set), "state": .string(run.state.rawValue),
      "cases": JSONValue(run.casesAsked), "answered": JSONValue(summary.done),
      "cases_in_set": JSONValue(run.cases),
      "repeats": JSONValue(run.repeats),
      "scored": JSONValue(summary.scored), "unscored": JSONValue(summary.unscored),
      "passed": JSONValue(summary.passed),
      "score": [
        "mean": known(summary.mean, of: summary.scored),
        "ci95": summary.scored > 0 ? [rounded(summary.low, 4), rounded(summary.high, 4)] : .null,
      ],
      "format_valid": known(Double(summary.formatValid) / Double(max(1, summary.done)), of: summary.done),
      "score_no_answers_wrong": [
        "mean": known(summary.strict.mean, of: summary.scored + summary.leftOut),
        "ci95": summary.scored + summary.leftOut > 0
          ? [rounded(summary.strict.low, 4), rounded(summary.strict.high, 4)] : .null,
      ],
      "errors": JSONValue(summary.errors), "no_answers": noAnswers(summary),
      "tokens": [
        "counted": JSONValue(summary.counted),
        "prompt": counted(summary.promptTokens),
        "cached_prompt": summary.cachedPromptTokens.map { JSONValue($0) } ?? .null,
        "cache_writes": writes > 0 ? JSONValue(writes) : .null,
        "completion": counted(summary.completionTokens),
      ],
      "latency_ms": [
        "p50": summary.latencyMedian > 0 ? rounded(summary.latencyMedian * 1000, 1) : .null,
        "p95": summary.latency95 > 0 ? rounded(summary.latency95 * 1000, 1) : .null,
      ],
      "cost_usd": summary.cost.map { rounded($0, 6) } ?? .null,
      "known_cost_usd": summary.knownCost.map { rounded($0, 6) } ?? .null, "unpriced": JSONValue(summary.unpriced),
      "seconds": rounded(run.seconds, 3), "name": run.labels.name.map { .string($0) } ?? .null,
      "note": run.labels.note.map { .string($0) } ?? .null,
    ]
  }

  /// How many replies are no answer, by what they are.
  private static func noAnswers(_ summary: RunSummary) -> JSONValue {
    var counts: JSONObject = [:]
    for kind in NoAnswer.allCases {
      if let count = summary.noAnswers[kind] { counts[kind.rawValue] = JSONValue(count) }
    }
    return .object(counts)
  }

  static func rounded(_ value: Double, _ places: Int) -> JSONValue {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    return JSONValue((value * factor).rounded() / factor + 0.0)  // never minus zero
  }

  /// One table row for a run, under `runColumns`.
  static func row(_ run: Run) -> [String] {
    let summary = run.summary
    let done = summary.done
    let hasAnswers = done > 0
    let hasScores = summary.scored > 0
    return [
      run.variant.name, run.set, run.casesText,
      hasScores ? NumberFormat.percent(summary.mean) : "–",
      hasScores ? NumberFormat.range(summary.low, summary.high) : "–",
      summary.unscored > 0 ? "\(summary.unscored)" : "",
      hasAnswers ? NumberFormat.percent(Double(summary.formatValid) / Double(done)) : "–", "\(summary.errors)",
      summary.meanPromptTokens.map { "\(Int($0.rounded()))" } ?? "–",
      summary.meanCompletionTokens.map { "\(Int($0.rounded()))" } ?? "–",
      summary.latencyMedian > 0 ? "\(Int((summary.latencyMedian * 1000).rounded()))" : "–",
      summary.latency95 > 0 ? "\(Int((summary.latency95 * 1000).rounded()))" : "–",
      summary.costText ?? "–", NumberFormat.duration(run.seconds), run.id.description, run.promptVersion.short,
    ]
  }

  static var runTable: TextTable {
    TextTable(
      .init("variant"), .init("set", priority: 5), .init("cases", .right), .init("score", .right),
      .init("95 % interval"), .init("not scored", .right, priority: 9), .init("valid", .right, priority: 8),
      .init("errors", .right, priority: 4),
      .init("in/case", .right, priority: 7), .init("out/case", .right, priority: 6),
      .init("p50 ms", .right, priority: 6), .init("p95 ms", .right, priority: 3), .init("cost", .right, priority: 5),
      .init("time", .right, priority: 4), .init("run", .right, priority: 7), .init("prompt", priority: 2))
  }
}
