import Content
import Domain
import NumberFormat
import WorkbenchCore

extension EvalCommand {
  /// Prints what evaluations would take.
  static func tellEstimates(_ requests: [EvaluateRequest], on workbench: Workbench, json: Bool) async throws {
    var table = TextTable(
      .init("variant"), .init("requests", .right), .init("reused", .right), .init("tokens in", .right),
      .init("tokens out", .right), .init("cost", .right), .init("counted by"))
    var reports: [JSONValue] = []
    let workspace = await workbench.snapshot.workspace
    for request in requests {
      let estimate = try await workbench.estimate(request)
      let price = workspace.variant(request.variant).flatMap { workspace.model($0.model)?.price }
      let asOf = price?.asOf.map { " (prices of \($0))" } ?? ""
      table.rows.append([
        request.variant, "\(estimate.calls)", "\(estimate.reused)", estimate.promptTokens.text,
        estimate.completionTokens.text, estimate.dollars.map { $0.dollarText + asOf } ?? "no price",
        words(estimate.basis),
      ])
      for part in estimate.judging {
        table.rows.append([
          "  judge \(part.judge) (\(part.model))", "\(part.estimate.calls)", "\(part.estimate.reused)",
          part.estimate.promptTokens.text, part.estimate.completionTokens.text,
          part.estimate.dollars.map(\.dollarText) ?? "no price", words(part.estimate.basis),
        ])
      }
      reports.append(report(estimate, request.variant))
    }
    await workbench.close()
    if json { return printJSON(JSONValue.array(reports)) }
    table.print()
  }

  /// Says what an evaluation cost, against what was expected.
  static func settle(_ expected: RunEstimate.Range, _ use: RunUse, _ variant: String) {
    guard let spent = use.dollars else { return }
    let spentText = NumberFormat.dollars(spent)
    guard use.unpriced == 0 else {
      return Wiring.say(
        "\(variant): spent at least \(spentText); the server didn't count \(use.unpriced) answers.")
    }
    let isWithin = expected.low <= spent && spent <= expected.high ?? .infinity
    let verdict = isWithin ? "within" : spent < expected.low ? "less than" : "more than"
    Wiring.say("\(variant): spent \(spentText), \(verdict) the estimate of \(expected.dollarText).")
  }

  private static func report(_ estimate: RunEstimate, _ variant: String) -> JSONValue {
    func pair(_ range: RunEstimate.Range, _ places: Int) -> JSONValue {
      [Report.rounded(range.low, places), range.high.map { Report.rounded($0, places) } ?? .null]
    }
    let judging = estimate.judging.map { part -> JSONValue in
      [
        "judge": .string(part.judge), "model": .string(part.model), "requests": JSONValue(part.estimate.calls),
        "reused": JSONValue(part.estimate.reused),
        "tokens": [
          "prompt": pair(part.estimate.promptTokens, 0), "completion": pair(part.estimate.completionTokens, 0),
        ],
        "cost_usd": part.estimate.dollars.map { pair($0, 6) } ?? .null,
      ]
    }
    var object: JSONObject = [
      "variant": .string(variant), "requests": JSONValue(estimate.calls), "reused": JSONValue(estimate.reused),
      "tokens": ["prompt": pair(estimate.promptTokens, 0), "completion": pair(estimate.completionTokens, 0)],
      "cost_usd": estimate.dollars.map { pair($0, 6) } ?? .null, "counted_by": .string(words(estimate.basis)),
    ]
    if !judging.isEmpty {
      object["judging"] = .array(judging)
      object["cost_usd_with_judging"] = estimate.allDollars.map { pair($0, 6) } ?? .null
    }
    return .object(object)
  }

  private static func words(_ basis: RunEstimate.Basis) -> String {
    switch basis {
    case .earlierRun(let run): "run \(run)"
    case .tokenizer: "the tokenizer"
    case .characters: "characters"
    }
  }
}
