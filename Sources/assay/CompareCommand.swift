import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// `assay compare`: two variants, case by case.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare two variants (or runs, by number) case by case.")

  @Argument(help: "The first variant or run, usually the prompted one.")
  var a: String
  @Argument(help: "The second variant or run, usually the tuned one.")
  var b: String
  @Option(help: "The eval set; the workspace's first when not named.")
  var set: String?
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.workbench()
    let query = try await workbench.comparisonQuery(a, b, set: set)
    let comparison = try await workbench.answer(to: query)
    let breakdown = try await workbench.answer(to: BreakdownQuery([query.a, query.b], set: query.set))
    let rates = try await workbench.judgedRates(of: comparison)
    await workbench.close()
    let names = [comparison.a.variant.name, comparison.b.variant.name]
    if options.json {
      var value = Report.comparison(comparison).object ?? [:]
      for (key, member) in Report.members(of: breakdown, names, withTags: false) { value[key] = member }
      if !rates.isEmpty { value["judges"] = .array(rates.map(Report.judged)) }
      return printJSON(.object(value))
    }
    var runs = Report.runTable
    runs.rows = [Report.row(comparison.a), Report.row(comparison.b)]
    runs.print()
    print("")
    var counts = TextTable(.init("cases in both"), .init("\(comparison.compared)", .right))
    counts.rows = [
      ["both right", "\(comparison.count(.bothRight))"],
      ["only \(comparison.a.variant.name)", "\(comparison.count(.onlyA))"],
      ["only \(comparison.b.variant.name)", "\(comparison.count(.onlyB))"],
      ["both wrong", "\(comparison.count(.bothWrong))"],
    ]
    counts.print()
    if !comparison.tags.isEmpty { print("") }
    Report.tags(of: comparison)?.print()
    Report.show(breakdown, of: names, kinds: [.label, .field])
    for note in comparison.notes { print(note) }
    let unscored = comparison.count(.unscored)
    if unscored > 0 { print("\(unscored) cases were not scored in one of the runs, and are left out.") }
    if comparison.missing > 0 { print("\(comparison.missing) cases of the set have no reply in one of the runs yet.") }
    print("")
    print(comparison.sentence)
    for rate in rates { for line in Report.lines(rate, comparison) { print(line) } }
  }
}

extension Report {
  /// What each tag's cases show; nil without tags.
  static func tags(of comparison: Comparison) -> TextTable? {
    guard !comparison.tags.isEmpty else { return nil }
    var table = TextTable(
      .init("tag"), .init("cases", .right), .init(comparison.a.variant.name, .right),
      .init(comparison.b.variant.name, .right), .init("difference", .right))
    table.rows = comparison.tags.map { tag in
      let pairs = tag.pairs
      return [
        tag.tag, "\(pairs.count)", tag.a.map { NumberFormat.percent($0.mean) } ?? "–",
        tag.b.map { NumberFormat.percent($0.mean) } ?? "–",
        pairs.count > 0 ? NumberFormat.points(pairs.difference, pairs.interval) : "–",
      ]
    }
    return table
  }

  /// A comparison; `difference` is the mean score of B minus that of A.
  static func comparison(_ comparison: Comparison) -> JSONValue {
    let interval = comparison.differenceInterval
    return [
      "a": run(comparison.a), "b": run(comparison.b), "set": .string(comparison.a.set),
      "cases": JSONValue(comparison.compared), "missing": JSONValue(comparison.missing),
      "unscored": JSONValue(comparison.count(.unscored)),
      "both_right": JSONValue(comparison.count(.bothRight)), "only_a": JSONValue(comparison.count(.onlyA)),
      "only_b": JSONValue(comparison.count(.onlyB)), "both_wrong": JSONValue(comparison.count(.bothWrong)),
      "difference": [
        "mean": rounded(comparison.difference, 4), "ci95": [rounded(interval.low, 4), rounded(interval.high, 4)],
        "direction": "b_minus_a",
      ],
      "left_out": ["a": JSONValue(comparison.leftOut.a), "b": JSONValue(comparison.leftOut.b)],
      "tags": .array(
        comparison.tags.map { tag in
          [
            "tag": .string(tag.tag), "cases": JSONValue(tag.pairs.count),
            "a": tag.a.map { rounded($0.mean, 4) } ?? .null,
            "b": tag.b.map { rounded($0.mean, 4) } ?? .null, "difference": rounded(tag.pairs.difference, 4),
            "ci95": [rounded(tag.pairs.interval.low, 4), rounded(tag.pairs.interval.high, 4)],
            "p_value": JSONValue(tag.pairs.pValue), "class": .string(tag.pairs.effectClass.rawValue),
          ]
        }),
      "warnings": .array(comparison.notes.map { .string($0) }),
      "p_value": JSONValue(comparison.paired.pValue), "test": .string(comparison.paired.test),
      "units": rounded(comparison.paired.effectiveUnits, 2),
      "class": .string(comparison.paired.effectClass.rawValue), "sentence": .string(comparison.sentence),
    ]
  }
}
