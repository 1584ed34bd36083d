import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// `assay judge compare A B --judge NAME`: which of two runs' answers a judge prefers.
struct JudgeCompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Have a judge say which of two answers is better, each pair in both orders.",
    discussion:
      "Where the two orders name different answers the pair is a tie. The judge sees neither variant nor model.")

  @Argument(help: "The first variant or run.")
  var a: String
  @Argument(help: "The second variant or run.")
  var b: String
  @Option(help: "The judge.")
  var judge: String
  @Option(help: "The eval set; the workspace's first when not named.")
  var set: String?
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let spec = try await workbench.judge(named: judge)
    let query = try await workbench.comparisonQuery(a, b, set: set)
    guard let evalSet = await workbench.snapshot.workspace.evalSet(query.set) else { return }
    let (first, second) = (
      try await workbench.run(named: a, set: query.set), try await workbench.run(named: b, set: query.set)
    )
    let charge = try await workbench.pairCharge(first, second, on: evalSet, by: spec)
    try await spending.ask(charge, on: workbench)
    for name in [first.variant.name, second.variant.name] {
      for caution in await workbench.kinCautions(of: spec, judging: name) { Wiring.say(caution) }
    }
    let judgement = try await Wiring.interruptible {
      try await workbench.comparePairs(first, second, on: evalSet, by: spec, consent: .given)
    }
    await workbench.close()
    if options.json { return printJSON(Report.pairs(judgement)) }
    let (left, right) = (first.variant.name, second.variant.name)
    var table = TextTable(.init("cases"), .init("\(judgement.cases.count)", .right))
    table.rows = [
      ["\(left) better", "\(judgement.cases.count { $0.outcome == .a })"],
      ["\(right) better", "\(judgement.cases.count { $0.outcome == .b })"],
      ["tie", "\(judgement.cases.count { $0.outcome == .tie && !$0.isContradiction })"],
      ["tie, since the orders disagree", "\(judgement.cases.count(where: \.isContradiction))"],
    ]
    table.print()
    print("")
    func net(_ comparison: PairedComparison) -> String {
      NumberFormat.points(comparison.difference, comparison.interval)
    }
    print("Net preference for \(right): \(net(judgement.preference)).")
    let equal = judgement.cases.filter(\.isOfEqualLength)
    print(
      equal.isEmpty
        ? "No two answers have about the same length."
        : "Where both have about the same length (\(equal.count) cases): \(net(judgement.preferenceAtEqualLength)).")
    let bias = judgement.positionBias
    print(
      "Position: the answer shown first won \(NumberFormat.percent(bias.bias + 0.5)) "
        + "\(NumberFormat.range(bias.interval.low + 0.5, bias.interval.high + 0.5)) of the verdicts that named one"
        + (bias.isNotable ? "; this judge has a position bias." : "."))
    if let one = judgement.unscored.first {
      print("\(judgement.unscored.count) cases could not be judged: \(one.reason).")
    }
  }
}

extension Report {
  /// Which of two runs' answers a judge prefers; differences are for B.
  static func pairs(_ judgement: PairJudgement) -> JSONValue {
    func preference(_ comparison: PairedComparison, _ cases: Int) -> JSONValue {
      guard cases > 0 else { return .null }
      return [
        "net": rounded(comparison.difference, 4),
        "ci95": [rounded(comparison.interval.low, 4), rounded(comparison.interval.high, 4)],
        "p_value": JSONValue(comparison.pValue), "cases": JSONValue(cases), "direction": "b_minus_a",
      ]
    }
    let (cases, bias) = (judgement.cases, judgement.positionBias)
    return [
      "a": run(judgement.a), "b": run(judgement.b), "judge": .string(judgement.judge), "cases": JSONValue(cases.count),
      "a_better": JSONValue(cases.count { $0.outcome == .a }), "b_better": JSONValue(cases.count { $0.outcome == .b }),
      "ties": JSONValue(cases.count { $0.outcome == .tie }),
      "contradictions": JSONValue(cases.count(where: \.isContradiction)),
      "unscored": JSONValue(judgement.unscored.count), "preference": preference(judgement.preference, cases.count),
      "preference_at_equal_length": preference(
        judgement.preferenceAtEqualLength, cases.count(where: \.isOfEqualLength)),
      "position_bias": bias.firstWins.count > 0
        ? [
          "first_wins": rounded(bias.bias + 0.5, 4),
          "ci95": [rounded(bias.interval.low + 0.5, 4), rounded(bias.interval.high + 0.5, 4)],
          "p_value": JSONValue(bias.pValue), "notable": .bool(bias.isNotable),
        ] : .null,
      "results": .array(
        cases.map { one in
          [
            "case": .string(one.id), "outcome": .string(one.outcome.rawValue), "in_order": .string(one.inOrder),
            "swapped": .string(one.swapped), "reason": .string(one.reason),
          ]
        }),
    ]
  }
}
