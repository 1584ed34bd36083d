import Content
import Domain
import WorkbenchCore

extension EvalCommand {
  /// Compares two variants and stops as soon as it is decided.
  func decide(_ first: EvaluateRequest, _ second: EvaluateRequest, on workbench: Workbench) async throws {
    let result = try await Self.showingProgress(of: workbench, as: first.variant) {
      try await workbench.compareUntilDecided(first, second, consent: .given)
    }
    await workbench.close()
    if options.json { return printJSON(Report.sequential(result)) }
    var looks = TextTable(
      .init("look", .right), .init("cases", .right),
      .init("\(result.b.variant.name) − \(result.a.variant.name)", .right),
      .init("interval", .right), .init("p", .right), .init("needs", .right), .init("then"))
    looks.rows = result.findings.enumerated().map { index, finding in
      [
        "\(index + 1)", "\(finding.cases)", Self.points(-finding.difference),
        "[\(Self.points(-finding.interval.high)), \(Self.points(-finding.interval.low))]",
        Self.probability(finding.pValue),
        Self.probability(finding.look.level), Self.words[finding.decision.rawValue] ?? finding.decision.rawValue,
      ]
    }
    looks.print()
    print("")
    print(result.sentence)
    if let caution = result.findings.last?.caution { print(caution) }
  }

  private static let words = [
    "aIsBetter": "decided", "bIsBetter": "decided", "futile": "given up", "goOn": "go on",
    "noDifferenceShown": "not decided",
  ]

  private static func points(_ share: Double) -> String { "\(Int((share * 100).rounded()))" }

  private static func probability(_ value: Double) -> String {
    value < 0.0001 ? "< 0.0001" : String(Report.rounded(value, 4).double ?? value)
  }
}

extension Report {
  /// A comparison that ended when it was decided; differences are the pass rate of B minus that of A.
  static func sequential(_ result: SequentialComparison) -> JSONValue {
    [
      "a": run(result.a), "b": run(result.b), "cases": JSONValue(result.findings.last?.cases ?? 0),
      "cases_in_set": JSONValue(result.cases), "decision": .string(result.findings.last?.decision.rawValue ?? ""),
      "looks": .array(
        result.findings.map { finding in
          [
            "cases": JSONValue(finding.cases), "difference": rounded(-finding.difference, 4),
            "interval": [rounded(-finding.interval.high, 4), rounded(-finding.interval.low, 4)],
            "p_value": JSONValue(finding.pValue), "level": rounded(finding.look.level, 6),
            "decision": .string(finding.decision.rawValue),
          ]
        }),
      "sentence": .string(result.sentence),
    ]
  }
}
