import Content
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
        request.variant, "\(estimate.calls)", "\(estimate.reused)", text(estimate.promptTokens),
        text(estimate.completionTokens), estimate.dollars.map { dollars($0) + asOf } ?? "no price",
        words(estimate.basis),
      ])
      reports.append(report(estimate, request.variant))
    }
    await workbench.close()
    if json { return printJSON(JSONValue.array(reports)) }
    table.print()
  }

  /// Says on stderr what an evaluation may cost, where its model has a price and something is to be asked.
  static func announce(_ request: EvaluateRequest, on workbench: Workbench) async throws -> RunEstimate? {
    let workspace = await workbench.snapshot.workspace
    guard let variant = workspace.variant(request.variant), let price = workspace.model(variant.model)?.price,
      price.input + price.output > 0
    else { return nil }
    let estimate = try await workbench.estimate(request)
    guard estimate.calls > 0, let range = estimate.dollars else { return nil }
    var asOf = price.asOf.map { ", at the prices of \($0)" } ?? ""
    if estimate.priceShare < 1 {
      let usual = RunEstimate.Range(range.low / estimate.priceShare, range.high.map { $0 / estimate.priceShare })
      asOf += " as a batch, where single requests cost \(dollars(usual))"
    }
    Wiring.say(
      "\(request.variant): \(estimate.calls) requests, \(text(estimate.promptTokens)) tokens in and "
        + "\(text(estimate.completionTokens)) out, \(dollars(range))\(asOf) (counted by \(words(estimate.basis))).")
    return estimate
  }

  /// Says what an evaluation cost, against what was expected.
  static func settle(_ estimate: RunEstimate, _ spent: Double, _ variant: String) {
    guard let range = estimate.dollars, let isWithin = estimate.contains(dollars: spent) else { return }
    let verdict = isWithin ? "within" : spent < range.low ? "less than" : "more than"
    Wiring.say("\(variant): spent \(Report.dollars(spent)), \(verdict) the estimate of \(dollars(range)).")
  }

  private static func report(_ estimate: RunEstimate, _ variant: String) -> JSONValue {
    func pair(_ range: RunEstimate.Range, _ places: Int) -> JSONValue {
      [Report.rounded(range.low, places), range.high.map { Report.rounded($0, places) } ?? .null]
    }
    return [
      "variant": .string(variant), "requests": JSONValue(estimate.calls), "reused": JSONValue(estimate.reused),
      "tokens": ["prompt": pair(estimate.promptTokens, 0), "completion": pair(estimate.completionTokens, 0)],
      "cost_usd": estimate.dollars.map { pair($0, 6) } ?? .null, "counted_by": .string(words(estimate.basis)),
    ]
  }

  private static func words(_ basis: RunEstimate.Basis) -> String {
    switch basis {
    case .earlierRun(let run): "run \(run)"
    case .tokenizer: "the tokenizer"
    case .characters: "characters"
    }
  }

  private static func text(_ range: RunEstimate.Range) -> String {
    let low = count(range.low)
    guard let high = range.high.map(count) else { return "\(low) or more" }
    return low == high ? low : "\(low) to \(high)"
  }

  private static func dollars(_ range: RunEstimate.Range) -> String {
    let low = Report.dollars(range.low)
    guard let high = range.high.map(Report.dollars) else { return "\(low) or more" }
    return low == high ? low : "\(low) to \(high)"
  }

  /// A count that isn't exact: two digits are enough.
  private static func count(_ value: Double) -> String {
    var (rest, factor) = (value.rounded(), 1.0)
    while rest >= 100 { (rest, factor) = (rest / 10, factor * 10) }
    return "\(Int(rest.rounded() * factor))"
  }
}
