import ArgumentParser
import Content
import Domain
import Evidence
import NumberFormat
import WorkbenchCore

extension JobsCommand {
  /// What each checkpoint of a job does.
  struct Checkpoints: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "checkpoints", abstract: "Evaluate each checkpoint of a job: the task, the form, and general tasks.",
      discussion: """
        Every checkpoint answers the same slice of the eval set and of the general tasks; what was answered before is not \
        asked again. A checkpoint is a variant of its own, which every command takes: tuned@3/100 is the variant tuned \
        with what job 3 had learnt after step 100.
        """)
    @Argument var id: Int64
    @Option(help: "The variant whose adapter the checkpoints take the place of.")
    var variant: String?
    @Option(help: "The eval set; the first that isn't general when not named.")
    var set: String?
    @Option(help: "Cases of each set, the same for all checkpoints.")
    var limit = 50
    @Flag(help: "Make the job's best adapter the checkpoint that behaves best, not the one with the lowest loss.")
    var keepBest = false
    @Flag(help: "Evaluate each checkpoint as it comes, and end the job when more training isn't worth it.")
    var watch = false
    @OptionGroup var patience: PatienceOptions
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
      if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      await patience.apply(to: workbench)
      await workbench.refreshJobs()
      let report = try await EvalCommand.showingProgress(of: workbench, as: "checkpoints") {
        if watch {
          return try await workbench.watchCheckpoints(of: JobID(id), variant: variant, set: set, limit: limit)
        }
        return try await workbench.evaluateCheckpoints(of: JobID(id), variant: variant, set: set, limit: limit)
      }
      guard let report else {
        await workbench.close()
        return Wiring.say("Job \(id) has saved no checkpoint, so there was nothing to evaluate.")
      }
      let choice = report.choice
      if keepBest, let best = choice.best {
        try await workbench.keepAsBest(report.rows[best].checkpoint, of: JobID(id))
      }
      await workbench.close()
      if options.json { return printJSON(Report.checkpoints(report)) }
      Self.table(report, choice).print()
      print("")
      for sentence in Self.sentences(report, choice, kept: keepBest) { print(sentence) }
    }

    private static func table(_ report: CheckpointReport, _ choice: CheckpointChoice) -> TextTable {
      var table = TextTable(
        .init("step", .right), .init("val loss", .right), .init("score", .right), .init("95 % interval", .right),
        .init("valid", .right), .init("general", .right), .init("copies", .right), .init("same", .right), .init(""))
      table.rows = report.rows.enumerated().map { index, row in
        let summary = row.task.summary
        return [
          "\(row.checkpoint.step)", row.checkpoint.validationLoss.map(NumberFormat.loss) ?? "–",
          NumberFormat.percent(summary.mean),
          NumberFormat.range(summary.low, summary.high),
          summary.done > 0 ? NumberFormat.percent(Double(summary.formatValid) / Double(summary.done)) : "–",
          row.general.map { NumberFormat.percent($0.summary.mean) } ?? "–",
          row.copies.map { "\($0.copies.count)" } ?? "–", row.figures.map { NumberFormat.percent($0.equal) } ?? "–",
          index == choice.best ? "best" : "",
        ]
      }
      return table
    }

    private static func sentences(_ report: CheckpointReport, _ choice: CheckpointChoice, kept: Bool) -> [String] {
      guard let best = choice.best else { return [] }
      let step = report.rows[best].checkpoint.step
      var sentences = [
        kept
          ? "Step \(step) is the job's best adapter now."
          : "Step \(step) behaves best; --keep-best makes it the job's best adapter."
      ]
      if let base = report.base {
        sentences.append("The base model has \(NumberFormat.percent(base.summary.mean)) of the general tasks.")
      }
      if choice.bestForgets { sentences.append("Every checkpoint forgets more of them than it should (10 points).") }
      if let copies = report.rows.last?.copies, !copies.copies.isEmpty {
        sentences.append(
          "\(copies.copies.count) of \(copies.answers) answers of the last checkpoint repeat \(VerbatimCopies.fewestWords) "
            + "words or more of a training row, which neither their question nor the expected answer has: the model may have "
            + "begun to learn rows by heart.")
      }
      sentences += report.signs
      if let stop = choice.stop { sentences.append(stop.sentence) }
      return sentences
    }
  }
}

extension Report {
  /// A job's checkpoints by what they do.
  static func checkpoints(_ report: CheckpointReport) -> JSONValue {
    let choice = report.choice
    return [
      "job": JSONValue(Int(report.job.number)), "variant": .string(report.variant),
      "base_general": report.base.map { rounded($0.summary.mean, 4) } ?? .null,
      "checkpoints": .array(
        report.rows.enumerated().map { index, row in
          [
            "step": JSONValue(row.checkpoint.step),
            "val_loss": row.checkpoint.validationLoss.map { rounded($0, 5) } ?? .null,
            "task": run(row.task), "copies": row.copies.map { JSONValue($0.copies.count) } ?? .null,
            "general": row.general.map { run($0) } ?? .null,
            "equal": row.figures.map { rounded($0.equal, 4) } ?? .null,
            "unending": row.figures.map { rounded($0.unending, 4) } ?? .null,
            "signs": .array((row.figures?.signs(isLast: false) ?? []).map { .string($0.rawValue) }),
            "best": JSONValue(index == choice.best),
          ]
        }),
      "stop": choice.stop.map { .string($0.rawValue) } ?? .null,
    ]
  }
}
