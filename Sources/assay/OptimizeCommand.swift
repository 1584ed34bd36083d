import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// `assay optimize`: a better prompt, found by trying changes.
struct OptimizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize", abstract: "Look for a better prompt by trying changes, within a budget of requests.",
    discussion: """
      Divides the cases into three parts: 40 % to train, 30 % to select, 30 % sealed, at least 30 each. Changes are tried on \
      10 training cases; those that aren't worse are measured on the selection cases, and what is better there stays. Only \
      the sealed cases judge the result. Sections are left out, and training cases become examples; with --proposer a model \
      also rewrites sections, from the answers that were wrong. Every candidate is a version of the prompt, and nothing is \
      written to the prompt's files. The same command goes on with what was interrupted, and asks nothing twice.
      """)

  @Argument(help: "The variant.")
  var variant: String
  @Option(help: "The eval set; the workspace's first when not named.")
  var set: String?
  @Option(
    help: ArgumentHelp(
      "The most requests, also those that earlier runs have answered (default: \(OptimizationRequest.usualBudget)).",
      valueName: "number"))
  var maxCalls = OptimizationRequest.usualBudget
  @Option(help: ArgumentHelp("A model that rewrites sections.", valueName: "model"))
  var proposer: String?
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var patience: PatienceOptions
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if maxCalls < 1 { throw ValidationError("--max-calls must be at least 1.") }
  }

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    await patience.apply(to: workbench)
    Wiring.report(await workbench.snapshot.workspace.problems)
    let request = OptimizationRequest(variant: variant, set: set, budget: maxCalls, proposer: proposer)
    let (set, plan) = try await workbench.plan(for: request)
    Wiring.say(
      "\(set): \(plan.training.count) cases to train, \(plan.selection.count) to select, \(plan.sealed.count) "
        + "sealed. \(maxCalls) requests buy about \(NumberFormat.plural(plan.proposals(within: maxCalls), "proposal")) that "
        + "are measured closely.")
    try await spending.ask([.optimize(request)], on: workbench)
    let report = try await EvalCommand.showingProgress(of: workbench, as: variant) {
      try await workbench.optimize(request, consent: .given)
    }
    await workbench.close()
    if options.json { return printJSON(Report.optimization(report)) }
    Self.table(of: report).print()
    print("")
    for sentence in report.sentences { print(sentence) }
  }

  private static func table(of report: OptimizationReport) -> TextTable {
    var table = TextTable(
      .init("change"), .init("version", priority: 8), .init("minibatch", .right), .init("selection", .right),
      .init("tokens", .right), .init("says"))
    let frontier = report.frontier
    table.rows = report.rows.map { row in
      let version = row.candidate?.version.hash
      let isOnFrontier = row.selection != nil && version.map { frontier.contains($0.hex) } == true
      let words = [row.fate?.words ?? "the start", row.reason, isOnFrontier ? "frontier" : nil].compactMap(\.self)
      return [
        row.change.words, version?.short ?? "–", row.minibatch.map { NumberFormat.percent($0) } ?? "–",
        row.selection.map { NumberFormat.percent($0) } ?? "–", row.tokens.map { NumberFormat.count($0) } ?? "–",
        words.joined(separator: ", "),
      ]
    }
    return table
  }
}

extension OptimizationReport.Fate {
  /// What became of it, in a word or two.
  fileprivate var words: String {
    switch self {
    case .kept: "kept"
    case .notBetter: "not better"
    case .dropped: "worse on the minibatch"
    case .refused: "refused"
    case .failed: "not measured"
    }
  }
}

extension Report {
  /// An optimisation: what was tried, and the result on the sealed cases.
  static func optimization(_ report: OptimizationReport) -> JSONValue {
    let frontier = report.frontier
    let rows = report.rows.map { row -> JSONValue in
      let version = row.candidate?.version.hash
      return [
        "change": .string(row.change.words), "version": version.map { .string($0.hex) } ?? .null,
        "state": .string(row.fate?.rawValue ?? "start"), "reason": row.reason.map { .string($0) } ?? .null,
        "minibatch": row.minibatch.map { rounded($0, 4) } ?? .null,
        "selection": row.selection.map { rounded($0, 4) } ?? .null,
        "tokens": row.tokens.map { rounded($0, 2) } ?? .null,
        "frontier": .bool(row.selection != nil && version.map { frontier.contains($0.hex) } == true),
      ]
    }
    var sealed = JSONValue.null
    if let pairs = report.sealed {
      sealed = [
        "start": report.sealedScores.map { rounded($0.start, 4) } ?? .null,
        "best": report.sealedScores.map { rounded($0.best, 4) } ?? .null,
        "difference": rounded(pairs.difference, 4),
        "interval": [rounded(pairs.interval.low, 4), rounded(pairs.interval.high, 4)],
        "p_value": JSONValue(pairs.pValue), "cases": JSONValue(pairs.count),
      ]
    }
    return [
      "variant": .string(report.variant), "set": .string(report.set),
      "parts": [
        "train": JSONValue(report.parts[0]), "select": JSONValue(report.parts[1]),
        "sealed": JSONValue(report.parts[2]),
      ],
      "budget": JSONValue(report.budget), "requests": JSONValue(report.requests), "tried": JSONValue(report.tried),
      "ending": report.ending.map { .string($0.rawValue) } ?? .null, "candidates": .array(rows),
      "best": .string(report.best.version.hash.hex),
      "changes": .array(report.best.changes.map { .string($0.words) }), "sealed": sealed,
      "sentences": .array(report.sentences.map { .string($0) }),
    ]
  }
}
