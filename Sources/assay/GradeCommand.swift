import ArgumentParser
import Content
import Domain
import NumberFormat
import WorkbenchCore

/// `assay grade`: a run's stored answers, judged with the graders as the files say now.
struct GradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grade", abstract: "Judge a run's stored answers with the graders as the files say now.",
    discussion: """
      No model is asked and nothing is stored: the run keeps its scores. `assay eval` stores what the graders say now as a \
      run of its own, from the same answers.
      """)

  @Argument(help: "A variant (the run that stands for it) or a run's number.")
  var run: String
  @Option(help: "The eval set whose graders judge; the run's own when not named.")
  var set: String?
  @OptionGroup var options: WorkspaceOptions

  /// How many changed answers are listed.
  private static let mostListed = 20

  func run() async throws {
    let workbench = try await options.workbench()
    Wiring.report(await workbench.snapshot.workspace.problems)
    let regrade = try await workbench.regrade(run: run, set: set)
    await workbench.close()
    if options.json { return printJSON(Report.regrade(regrade)) }
    var table = TextTable(
      .init("run \(regrade.run.id)"), .init("answers", .right), .init("passed", .right), .init("score", .right),
      .init("unscored", .right))
    table.rows = [("as stored", regrade.run), ("now", regrade.regraded)].map { label, run in
      let summary = run.summary
      return [
        label, "\(summary.done)", summary.scored > 0 ? "\(summary.passed)" : "–",
        summary.scored > 0 ? NumberFormat.percent(summary.mean) : "–", "\(summary.unscored)",
      ]
    }
    table.print()
    for change in regrade.changes.prefix(Self.mostListed) {
      let reasons = change.after.scores.filter { $0.passed != true }.map { "\($0.grader): \($0.reason)" }
      let reason = change.after.unscored ?? reasons.first ?? change.after.scores.map(\.reason).joined(separator: "; ")
      print("\(Self.word(change.before)) → \(Self.word(change.after))  \(change.after.id)  \(reason)")
    }
    if regrade.changes.count > Self.mostListed {
      print("… and \(regrade.changes.count - Self.mostListed) more; --json has all of them.")
    }
    Wiring.say(Self.sentence(regrade))
  }

  private static func word(_ output: Output) -> String {
    guard output.isAnswered else { return "no answer" }
    guard let passed = output.passed else { return "unscored" }
    let value = output.value.map { $0 == (passed ? 1 : 0) ? "" : " " + NumberFormat.percent($0) } ?? ""
    return (passed ? "passed" : "failed") + value
  }

  private static func sentence(_ regrade: Regrade) -> String {
    let changed = regrade.changes.count
    let of = "\(regrade.outputs.count) answer\(regrade.outputs.count == 1 ? "" : "s")"
    var sentence =
      "\(changed == 0 ? "None" : "\(changed)") of \(of) of \(regrade.run.variant.name) \(changed == 1 ? "is" : "are") judged "
      + "otherwise by the graders of \(regrade.set)."
    if regrade.leftOut > 0 {
      sentence +=
        " \(regrade.leftOut) \(regrade.leftOut == 1 ? "is" : "are") left out, since their cases ask something else now."
    }
    return sentence
  }
}

extension Report {
  /// A run judged anew: its averages before and now, what changed, and every answer as it is judged now.
  static func regrade(_ regrade: Regrade) -> JSONValue {
    [
      "run": run(regrade.run), "set": .string(regrade.set), "regraded": run(regrade.regraded),
      "left_out": JSONValue(regrade.leftOut),
      "changed": .array(
        regrade.changes.map { change in
          [
            "id": .string(change.after.caseID), "sample": JSONValue(change.after.sample),
            "before": judged(change.before), "after": judged(change.after),
          ]
        }),
      "outputs": .array(regrade.outputs.map(output)),
    ]
  }

  private static func judged(_ output: Output) -> JSONValue {
    [
      "passed": output.passed.map { JSONValue($0) } ?? .null, "score": output.value.map { rounded($0, 4) } ?? .null,
      "unscored": output.unscored.map { .string($0) } ?? .null,
    ]
  }
}
