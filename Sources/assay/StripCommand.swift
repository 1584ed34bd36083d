import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// `assay strip`: how little of its prompt a tuned model needs.
struct StripCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strip", abstract: "Find the shortest prompt with which a tuned variant is not worse.",
    discussion: """
      Measures the variant without each section, then drops one section after another, those with the least effect first, \
      down to the bare input. The shortest prompt that is not worse than the whole one by the margin is named; intervals \
      allow for every prompt tried. What was answered before isn't asked again.
      """)

  @Argument(help: "A tuned variant.")
  var variant: String
  @Option(help: "The eval set that judges; the held-out one, or else the first, when not named.")
  var set: String?
  @Option(help: ArgumentHelp("The loss that is too much; worthwhile_gain when not given.", valueName: "points"))
  var margin: Double?
  @Flag(help: "Print what would be asked, and ask nothing.")
  var dryRun = false
  @Option(help: ArgumentHelp("Write the shortest prompt that is not worse to variants/NAME.yaml.", valueName: "name"))
  var save: String?
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var patience: PatienceOptions
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if let margin, !(margin > 0 && margin <= 50) { throw ValidationError("--margin takes points above 0, up to 50.") }
  }

  func run() async throws {
    let workbench = try await dryRun ? options.workbench() : options.trustedWorkbench()
    await patience.apply(to: workbench)
    Wiring.report(await workbench.snapshot.workspace.problems)
    let request = StripRequest(variant: variant, set: set, margin: margin.map { $0 / 100 })
    let all = try await workbench.evaluations(of: request)
    if dryRun { return try await tell(all, on: workbench) }
    try await spending.ask((all.order + all.ladder).map { .evaluate($0) }, on: workbench)
    let report = try await EvalCommand.showingProgress(of: workbench, as: variant) {
      try await workbench.strip(request, consent: .given)
    }
    if options.json {
      printJSON(Report.strip(report))
    } else {
      Self.table(of: report).print()
      print("")
      for sentence in report.sentences { print(sentence) }
    }
    if let save {
      guard let shortest = report.shortest else {
        await workbench.close()
        Wiring.say("Nothing was written: no shorter prompt is shown to be good enough.")
        throw ExitCode(ExitStatus.thresholdMissed)
      }
      try await workbench.save(shortest, of: variant, as: save)
      Wiring.say("The shorter prompt is in \(Variant.path(of: save)): assay eval \(save) asks nothing again.")
    }
    await workbench.close()
  }

  /// Prints what would be asked.
  private func tell(
    _ all: (order: [EvaluateRequest], ladder: [EvaluateRequest]), on workbench: Workbench
  ) async throws {
    var table = TextTable(
      .init("step"), .init("variant"), .init("set"), .init("requests", .right), .init("reused", .right),
      .init("tokens in", .right), .init("cost", .right))
    var reports: [JSONValue] = []
    for (step, requests) in [("order", all.order), ("ladder", all.ladder)] {
      for request in requests {
        let estimate = try await workbench.estimate(request)
        table.rows.append([
          step, request.variant, request.set ?? "", "\(estimate.calls)", "\(estimate.reused)",
          estimate.promptTokens.text, estimate.dollars?.dollarText ?? "no price",
        ])
        reports.append([
          "step": .string(step), "variant": .string(request.variant), "set": request.set.map { .string($0) } ?? .null,
          "requests": JSONValue(estimate.calls), "reused": JSONValue(estimate.reused),
        ])
      }
    }
    await workbench.close()
    if options.json { return printJSON(JSONValue.array(reports)) }
    table.print()
    Wiring.say(
      "Until the order is known, the ladder is the dearest that it can be; prompts that are equal are asked once.")
  }

  private static func table(of report: StripReport) -> TextTable {
    var table = TextTable(
      .init("dropped"), .init("score", .right), .init("prompt tokens", .right), .init("cost/case", .right),
      .init("against the whole, points", .right), .init("interval"), .init("says"), .init("run", .right, priority: 5))
    table.rows = report.steps.map { step in
      let pairs = step.comparison
      return [
        step.dropped.last.map { "+ \($0)" } ?? "nothing", step.score.map { NumberFormat.percent($0.mean) } ?? "–",
        step.tokens.map { "\(Int($0.rounded()))" } ?? "–",
        step.run?.summary.costPerReply.map(NumberFormat.dollars) ?? "–",
        pairs.map { NumberFormat.signedPoints($0.difference) } ?? "",
        pairs.map { "[\(NumberFormat.signedPoints($0.interval.low)), \(NumberFormat.signedPoints($0.interval.high))]" }
          ?? "",
        pairs == nil ? "" : step.isNotInferior ? "not worse" : "not shown", step.run.map { "\($0.id)" } ?? "–",
      ]
    }
    return table
  }
}

extension Report {
  /// A prompt that was stripped; `difference` is the mean score of the shorter prompt minus that of the whole one.
  static func strip(_ report: StripReport) -> JSONValue {
    let steps = report.steps.map { step -> JSONValue in
      [
        "dropped": .array(step.dropped.map { .string($0) }),
        "run": step.run.map { JSONValue(Int($0.id.number)) } ?? .null,
        "score": step.score.map {
          ["mean": rounded($0.mean, 4), "ci95": [rounded($0.interval.low, 4), rounded($0.interval.high, 4)]]
        } ?? .null,
        "prompt_tokens": step.tokens.map { rounded($0, 2) } ?? .null,
        "cost_usd": step.run?.summary.costPerReply.map { rounded($0, 8) } ?? .null,
        "difference": step.comparison.map { rounded($0.difference, 4) } ?? .null,
        "interval": step.comparison.map { [rounded($0.interval.low, 4), rounded($0.interval.high, 4)] } ?? .null,
        "not_inferior": step.comparison == nil ? .null : .bool(step.isNotInferior),
      ]
    }
    return [
      "variant": .string(report.variant), "set": .string(report.set), "ordered_on": .string(report.ordering),
      "margin": rounded(report.margin, 4), "family": JSONValue(report.family), "steps": .array(steps),
      "shortest": report.shortest.map { .array($0.dropped.map { .string($0) }) } ?? .null,
      "kept": .array(report.kept.map { ["section": .string($0.title), "reason": .string($0.sentence)] }),
      "sentences": .array(report.sentences.map { .string($0) }),
    ]
  }
}
