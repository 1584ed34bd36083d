import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// `assay ablate`: what each section of a prompt is worth.
struct AblateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ablate", abstract: "Measure what each section of a variant's prompt is worth.",
    discussion: """
      Evaluates the variant, and the variant without each of its sections: a run more than there are sections. What was \
      answered before isn't asked again, so the same command resumes what was interrupted. Effects are the whole \
      prompt minus the prompt without the section; their p-values are adjusted for all sections together.
      """)

  @Argument(help: "The variant.")
  var variant: String
  @Option(help: "The eval set; the workspace's first when not named.")
  var set: String?
  @Option(help: "Only the first so many cases.")
  var limit: Int?
  @Flag(
    help: "Plant a change that must matter and one that must not; when they can't be told apart, the table is void.")
  var sanity = false
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var patience: PatienceOptions
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    await patience.apply(to: workbench)
    Wiring.report(await workbench.snapshot.workspace.problems)
    let request = AblationRequest(variant: variant, set: set, limit: limit, isChecked: sanity)
    let requests = try await workbench.evaluations(of: request)
    try await spending.ask(requests.map { .evaluate($0) }, on: workbench)
    let report = try await EvalCommand.showingProgress(of: workbench, as: variant) {
      try await workbench.ablate(request, consent: .given)
    }
    await workbench.close()
    if options.json { return printJSON(Report.ablation(report)) }
    Self.table(of: report).print()
    if let tags = Self.tags(of: report) {
      print("")
      tags.print()
      print(
        "Points by tag; * where one is shown (Holm among the tags of a section). By themselves they are only hints.")
    }
    print("")
    for sentence in report.sentences { print(sentence) }
  }

  private static func table(of report: AblationReport) -> TextTable {
    var table = TextTable(
      .init("section"), .init("effect, points", .right), .init("interval"), .init("p", .right), .init("says"),
      .init("gained", .right, priority: 7), .init("lost", .right, priority: 7), .init("tokens", .right),
      .init("$ per 1,000", .right, priority: 8), .init("run", .right, priority: 5))
    table.rows = report.rows.map { row in
      guard let pairs = row.comparison else {
        return [row.title, "–", "", "–", "not measured", "", "", "–", "–", row.run.map { "\($0.id)" } ?? "–"]
      }
      return [
        row.title, NumberFormat.signedPoints(pairs.difference),
        "[\(NumberFormat.signedPoints(pairs.interval.low)), \(NumberFormat.signedPoints(pairs.interval.high))]",
        pairs.pValue < 0.001 ? "<0.001" : NumberFormat.fixed(pairs.pValue, decimals: 3),
        report.isVoid ? "void" : row.effect?.words ?? "",
        "\(row.gained)", "\(row.lost)", row.tokens.map { "\(Int($0.rounded()))" } ?? "–",
        row.dollarsPerThousand.map(NumberFormat.dollars) ?? "–", row.run.map { "\($0.id)" } ?? "–",
      ]
    }
    return table
  }

  /// A column for each of the most frequent tags.
  private static func tags(of report: AblationReport) -> TextTable? {
    let measured = report.rows.filter { !$0.tags.isEmpty }
    guard let first = measured.first else { return nil }
    let tags = first.tags.prefix(8)
    var table = TextTable(
      [.init("section")] + tags.map { .init("\($0.tag) (\($0.pairs.count))", .right, priority: 6) })
    table.rows = measured.map { row in
      [row.title]
        + tags.map { tag in
          guard let pairs = row.tags.first(where: { $0.tag == tag.tag })?.pairs, pairs.count > 0 else { return "–" }
          return NumberFormat.signedPoints(pairs.difference) + (pairs.pValue <= pairs.alpha ? "*" : "")
        }
    }
    return table
  }
}

extension Report {
  /// An ablation; `effect` is the mean score of the whole prompt minus that without the section.
  static func ablation(_ report: AblationReport) -> JSONValue {
    func pairs(_ pairs: PairedComparison?) -> JSONObject {
      [
        "effect": pairs.map { rounded($0.difference, 4) } ?? .null,
        "interval": pairs.map { [rounded($0.interval.low, 4), rounded($0.interval.high, 4)] } ?? .null,
        "p_value": pairs.map { JSONValue($0.pValue) } ?? .null, "cases": JSONValue(pairs?.count ?? 0),
        "gained": JSONValue(pairs?.wins ?? 0), "lost": JSONValue(pairs?.losses ?? 0),
      ]
    }
    let rows = report.rows.map { row -> JSONValue in
      var value: JSONObject = ["section": .string(row.title), "role": .string(row.role.rawValue)]
      value["run"] = row.run.map { JSONValue(Int($0.id.number)) } ?? .null
      value["class"] = row.effect.map { .string($0.rawValue) } ?? .null
      for (key, entry) in pairs(row.comparison) { value[key] = entry }
      value["tokens"] = row.tokens.map { rounded($0, 2) } ?? .null
      value["cost_usd_per_1000"] = row.dollarsPerThousand.map { rounded($0, 6) } ?? .null
      value["tags"] = .array(
        row.tags.map { tag in
          var value = pairs(tag.pairs)
          value["tag"] = .string(tag.tag)
          return .object(value)
        })
      return .object(value)
    }
    var check = JSONValue.null
    if let found = report.check {
      check = [
        "passed": .bool(found.isSane), "without_instructions": .object(pairs(found.withoutInstructions)),
        "with_neutral_section": .object(pairs(found.withNeutral)),
      ]
    }
    return [
      "variant": .string(report.variant), "set": .string(report.set), "cases": JSONValue(report.cases),
      "run": report.full.map { JSONValue(Int($0.id.number)) } ?? .null, "complete": .bool(report.isComplete),
      "sections": .array(rows),
      "kept": .array(report.kept.map { ["section": .string($0.title), "reason": .string($0.sentence)] }),
      "detectable": report.detectable.map { rounded($0, 4) } ?? .null, "adjustment": "max-t", "check": check,
      "sentences": .array(report.sentences.map { .string($0) }),
    ]
  }
}
