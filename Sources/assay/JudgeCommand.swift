import ArgumentParser
import Content
import Domain
import Grading
import NumberFormat
import WorkbenchCore

/// `assay judge`: models that judge answers.
struct JudgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Try, calibrate and use judges: models that judge answers (judges/NAME.md).",
    subcommands: [
      JudgeListCommand.self, JudgeTestCommand.self, JudgeCalibrateCommand.self, JudgeTrapsCommand.self,
      JudgeCompareCommand.self, JudgeImportCommand.self, JudgeExportCommand.self,
    ],
    defaultSubcommand: JudgeListCommand.self)
}

/// `assay judge list`: the judges of the workspace, and whether each may decide.
struct JudgeListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List judges and how far each is to be trusted.")

  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.workbench()
    let workspace = await workbench.snapshot.workspace
    Wiring.report(workspace.problems.filter { $0.file.hasPrefix(Judge.folder + "/") })
    var table = TextTable(
      .init("judge"), .init("models"), .init("scale"), .init("votes", .right), .init("labels", .right),
      .init("κ", .right), .init("may gate"), .init("traps failed", .right, priority: 6))
    var reports: [JSONValue] = []
    for judge in workspace.judges {
      let standing = await workbench.standing(of: judge)
      let agreement = standing.current?.agreement
      table.rows.append([
        judge.name, judge.models.joined(separator: ", "), Self.words(judge.scale), "\(judge.votesInAll)",
        standing.record.map { "\($0.labels)" } ?? "", agreement.map { Self.twoPlaces($0.kappa) } ?? "",
        standing.obstacle == nil ? "yes" : standing.staleness == nil ? "no" : "no (stale)",
        standing.failedTraps.map { "\($0)" } ?? "",
      ])
      reports.append(Self.report(judge, standing))
    }
    await workbench.close()
    if options.json { return printJSON(JSONValue.array(reports)) }
    guard !workspace.judges.isEmpty else { return print("There are no judges: write judges/NAME.md (docs/judges.md).") }
    table.print()
  }

  static func words(_ scale: JudgeScale) -> String {
    switch scale {
    case .binary: "binary"
    case .oneToFive: "1-5"
    case .choices(let choices): choices.map(\.label).joined(separator: ", ")
    }
  }

  static func twoPlaces(_ value: Double) -> String { JSONValue((value * 100).rounded() / 100).text() }

  static func report(_ judge: Judge, _ standing: JudgeStanding) -> JSONValue {
    var object: JSONObject = [
      "judge": .string(judge.name), "models": .array(judge.models.map { .string($0) }), "scale": judge.scale.json,
      "votes": JSONValue(judge.votesInAll), "may_gate": .bool(standing.obstacle == nil),
      "obstacle": standing.obstacle.map { .string($0) } ?? .null, "stale": .bool(standing.staleness != nil),
      "traps_failed": standing.failedTraps.map { JSONValue($0) } ?? .null, "calibration": .null,
    ]
    if let record = standing.record { object["calibration"] = Report.calibration(record) }
    return .object(object)
  }
}

/// `assay judge test NAME`: one judgement, to see what the judge is sent and says.
struct JudgeTestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Have a judge judge one answer, and show what it says.",
    discussion: "Without --answer it judges the newest stored answer to the case.")

  @Argument(help: "The judge.")
  var name: String
  @Option(help: "The answer to judge.")
  var answer: String?
  @Option(name: .customLong("case"), help: "The case; the set's first where not named.")
  var caseID: String?
  @Option(help: "The eval set; the first whose graders ask the judge, or else the workspace's first, where not named.")
  var set: String?
  @Flag(help: "Show what is sent, too.")
  var show = false
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let judge = try await workbench.judge(named: name)
    let question = try await workbench.judgeQuestion(judge, set: set, caseID: caseID, answer: answer)
    try await spending.ask(await workbench.testCharge(of: judge, on: question), on: workbench)
    let result = try await Wiring.interruptible {
      try await workbench.test(judge, on: question, consent: .given)
    }
    await workbench.close()
    if options.json {
      printJSON([
        "judge": .string(judge.name), "case": .string(question.caseID),
        "score": result.finding.map { JSONValue($0.value) } ?? .null,
        "passed": result.finding.map { .bool($0.passed) } ?? .null,
        "reason": .string(result.finding?.reason ?? result.reason ?? ""),
        "replies": .array(result.replies.map(Report.reply)),
        "messages": [
          ["role": "system", "content": .string(result.messages.system)],
          ["role": "user", "content": .string(result.messages.user)],
        ],
      ])
      if result.finding == nil { throw ExitCode(ExitStatus.model) }
      return
    }
    if show { print("\(result.messages.system)\n\n\(result.messages.user)\n") }
    for reply in result.replies {
      print("\(reply.model): \(reply.label ?? "no label"): \(reply.reason ?? reply.raw ?? "")")
    }
    guard let finding = result.finding else {
      Wiring.say("Unscored: \(result.reason ?? "").")
      throw ExitCode(ExitStatus.model)
    }
    print("\(finding.passed ? "passes" : "fails") with \(NumberFormat.percent(finding.value))")
  }
}

/// `assay judge traps NAME`: the judge on pairs of which the better answer is known.
struct JudgeTrapsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "traps", abstract: "Try a judge on 40 pairs that judges commonly fall for.",
    discussion: "A judge that fails more than three may not gate (--fail-under).")

  @Argument(help: "The judge.")
  var name: String
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let judge = try await workbench.judge(named: name)
    try await spending.ask(await workbench.trapCharge(of: judge), on: workbench)
    let results = try await Wiring.interruptible { try await workbench.tryTraps(on: judge, consent: .given) }
    await workbench.close()
    let failed = results.filter { !$0.passed }
    if options.json {
      printJSON([
        "judge": .string(judge.name), "pairs": JSONValue(results.count), "failed": JSONValue(failed.count),
        "may_gate": .bool(failed.count <= JudgeStanding.mostFailedTraps),
        "failures": .array(
          failed.map { result in
            [
              "id": .string(result.trap.id), "kind": .string(result.trap.kind.rawValue),
              "better": result.better.map { JSONValue($0) } ?? .null,
              "worse": result.worse.map { JSONValue($0) } ?? .null,
            ]
          }),
      ])
    } else {
      var table = TextTable(.init("tempted by"), .init("failed", .right), .init("of", .right), .init("which"))
      for kind in JudgeTrap.Kind.allCases {
        let own = results.filter { $0.trap.kind == kind }
        let fallen = own.filter { !$0.passed }
        table.rows.append([
          kind.rawValue, "\(fallen.count)", "\(own.count)", fallen.map(\.trap.id).joined(separator: ", "),
        ])
      }
      table.print()
      print("\(judge.name) failed \(failed.count) of \(results.count) pairs.")
    }
    guard failed.count > JudgeStanding.mostFailedTraps else { return }
    Wiring.say("More than \(JudgeStanding.mostFailedTraps): the judge may not gate. Improve its prompt, and try again.")
    throw ExitCode(ExitStatus.thresholdMissed)
  }
}

extension Report {
  /// A vote.
  static func reply(_ reply: JudgeReply) -> JSONValue {
    [
      "model": .string(reply.model), "label": reply.label.map { .string($0) } ?? .null,
      "reason": reply.reason.map { .string($0) } ?? .null, "raw": reply.raw.map { .string($0) } ?? .null,
      "cost_usd": reply.cost.map { rounded($0, 6) } ?? .null,
    ]
  }

  /// How far a judge agrees with a person.
  static func calibration(_ record: JudgeRecord) -> JSONValue {
    let calibration = record.calibration
    func rate(_ value: Double?, _ low: Double?, _ high: Double?) -> JSONValue {
      guard let value, let low, let high else { return .null }
      return ["rate": rounded(value, 4), "ci95": [rounded(low, 4), rounded(high, 4)]]
    }
    let intervals = calibration.rateIntervals
    return [
      "labels": JSONValue(record.labels),
      "tuning_labels": JSONValue(record.tuningTable.reduce(0) { $0 + $1.reduce(0, +) }),
      "table": .array(record.table.map { .array($0.map { JSONValue($0) }) }),
      "kappa": record.agreement.map {
        ["value": rounded($0.kappa, 4), "ci95": [rounded($0.interval.low, 4), rounded($0.interval.high, 4)]]
      } ?? .null,
      "true_positive_rate": rate(calibration.sensitivity, intervals?.sensitivity.low, intervals?.sensitivity.high),
      "true_negative_rate": rate(calibration.specificity, intervals?.specificity.low, intervals?.specificity.high),
      "judge_pass_share": rounded(record.passShare, 4),
    ]
  }
}
