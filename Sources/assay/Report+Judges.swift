import Content
import Domain
import NumberFormat
import WorkbenchCore

extension Report {
  /// A run with what its judges took and how often they pass its answers, where it has any.
  static func run(_ run: Run, judging: RunUse?, rates: [Workbench.JudgedRate]) -> JSONValue {
    guard var object = self.run(run).object else { return self.run(run) }
    if let judging {
      object["judging"] = [
        "replies": JSONValue(judging.calls),
        "cost_usd": judging.unpriced == 0 ? judging.dollars.map { rounded($0, 6) } ?? .null : .null,
        "known_cost_usd": judging.dollars.map { rounded($0, 6) } ?? .null, "unpriced": JSONValue(judging.unpriced),
      ]
    }
    if !rates.isEmpty { object["judges"] = .array(rates.map(rate)) }
    return .object(object)
  }

  /// A judge's pass rate, beside the one that a person would find.
  static func rate(_ rate: Workbench.JudgedRate) -> JSONValue {
    [
      "judge": .string(rate.judge), "judged": JSONValue(rate.judged.count),
      "pass_rate": rate.judged.rate.map { rounded($0, 4) } ?? .null,
      "corrected": rate.corrected.map {
        ["pass_rate": rounded($0.mean, 4), "ci95": [rounded($0.interval.low, 4), rounded($0.interval.high, 4)]]
      } ?? .null,
      "labels": JSONValue(rate.labels), "why_not_corrected": rate.reason.map { .string($0) } ?? .null,
    ]
  }

  /// The same in a sentence.
  static func rate(_ rate: Workbench.JudgedRate, of run: Run) -> String {
    guard let judged = rate.judged.rate else { return "\(run.variant.name): \(rate.judge) has judged no answer." }
    let raw = "\(run.variant.name): \(rate.judge) passes \(NumberFormat.percent(judged))"
    guard let corrected = rate.corrected else { return raw + "; \(rate.reason ?? "not corrected")." }
    return raw + "; corrected for its errors \(NumberFormat.percent(corrected.mean)) "
      + "\(NumberFormat.range(corrected.interval.low, corrected.interval.high)), from \(rate.labels) labels."
  }

  /// What judges took of a run, in a sentence.
  static func judging(_ judging: RunUse, of run: Run) -> String {
    let replies = judging.calls == 1 ? "1 judge's reply" : "\(judging.calls) judges' replies"
    let cost = judging.dollars.map { (judging.unpriced > 0 ? "at least " : "") + NumberFormat.dollars($0) }
    return "\(run.variant.name): its scores rest on \(replies)" + (cost.map { ", which cost \($0) in all." } ?? ".")
  }

  /// A judge's pass rates of both runs of a comparison.
  static func judged(_ judged: Workbench.JudgedComparison) -> JSONValue {
    [
      "a": rate(judged.a), "b": rate(judged.b),
      "corrected_difference": judged.difference.map {
        [
          "mean": rounded($0.difference, 4), "ci95": [rounded($0.interval.low, 4), rounded($0.interval.high, 4)],
          "direction": "b_minus_a",
        ]
      } ?? .null,
    ]
  }

  /// The same as lines.
  static func lines(_ judged: Workbench.JudgedComparison, _ comparison: Comparison) -> [String] {
    var lines = [rate(judged.a, of: comparison.a), rate(judged.b, of: comparison.b)]
    if let difference = judged.difference {
      lines.append(
        "Corrected for the errors of \(judged.a.judge), \(comparison.b.variant.name) is "
          + "\(NumberFormat.points(difference.difference, difference.interval)) ahead of \(comparison.a.variant.name).")
    }
    return lines
  }
}
