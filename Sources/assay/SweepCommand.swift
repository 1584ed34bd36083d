import ArgumentParser
import Content
import Domain
import Drawing
import NumberFormat
import WorkbenchCore

/// `assay sweep`: several jobs that differ in a few settings.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Train with several settings, and see which do best.",
    discussion: """
      Every combination of the values is a job. The same command resumes what an earlier one left; jobs themselves continue \
      when this command ends. With --halving most trials end after a quarter or half of their steps.
      """,
    subcommands: [Run.self, Show.self], defaultSubcommand: Run.self)

  /// Does it.
  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Start or resume a sweep.")
    @Argument(help: "Its name.")
    var name: String
    @Option(help: ArgumentHelp("Only one in so many trials goes on after a quarter and a half.", valueName: "n"))
    var halving: Int?
    @Option(help: "Eval cases that each trial is judged on; 0 judges by validation loss.")
    var cases = 50
    @Option(help: "What tunes: mlx, trl, slurm or command.")
    var backend: String?
    @Option(help: "The model to tune.")
    var base: String?
    @Option(help: "The rows, instead of the workspace's.", completion: .file(extensions: ["jsonl"]))
    var data: String?
    @Option(
      help: ArgumentHelp(
        "Train although this check of the rows, or of the pre-flight, comes out badly. Repeatable.",
        valueName: "check=reason"))
    var accept: [String] = []
    @OptionGroup(title: "Settings, instead of the workspace's; several values, with commas, are tried")
    var settings: SettingOptions
    @OptionGroup var spending: SpendingOptions
    @OptionGroup var patience: PatienceOptions
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
      if let halving, !(2...10).contains(halving) { throw ValidationError("--halving takes a number from 2 to 10.") }
      _ = try Acceptance(accept)
      if cases < 0 { throw ValidationError("--cases must be at least 0.") }
    }

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      await patience.apply(to: workbench)
      Wiring.report(await workbench.snapshot.workspace.problems)
      let settings = try self.settings.applied(to: await workbench.snapshot.workspace.training.settings)
      let axes = self.settings.axes
      let acceptance = try Acceptance(accept)
      let request = SweepRequest(
        name: name,
        job: TrainRequest(
          base: base, data: data, settings: settings, accepted: acceptance.data,
          acceptedPreflight: acceptance.preflight, backend: backend),
        axes: axes, halving: halving, cases: cases)
      let trials = axes.count
      await workbench.refreshJobs()
      try await spending.ask([.sweep(request)], on: workbench)
      let report = try await EvalCommand.showingProgress(of: workbench, as: name) {
        try await workbench.sweep(request, consent: .given) { report in
          let judged = report.rows.count { $0.run != nil || $0.job.state.isOver }
          Wiring.say("\(name): \(judged) of \(trials) trials have come to a first result.")
        }
      }
      try await SweepCommand.tell(report, on: workbench, json: options.json)
    }
  }

  /// Shows one.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "A sweep's trials, best first; all sweeps when none is named.")
    @Argument var name: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      await workbench.refreshJobs()
      let snapshot = await workbench.snapshot
      guard let name else {
        await workbench.close()
        if options.json { return printJSON(JSONValue.array(snapshot.sweepNames.map { .string($0) })) }
        return print(
          snapshot.sweepNames.isEmpty
            ? "No sweep yet; `assay sweep NAME --learning-rate 1e-4,1e-3` begins one."
            : snapshot.sweepNames.joined(separator: "\n"))
      }
      guard snapshot.sweepNames.contains(name) else {
        throw WorkbenchError.unknown("sweep", name, among: snapshot.sweepNames, whenNone: .sweep)
      }
      try await SweepCommand.tell(snapshot.sweep(name), on: workbench, json: options.json)
    }
  }

  private static func tell(_ report: SweepReport, on workbench: Workbench, json: Bool) async throws {
    let sentences = try await workbench.sentences(of: report)
    await workbench.close()
    if json {
      let value: JSONValue = [
        "sweep": .string(report.name), "axes": .array(report.axes.map { .string($0.heading) }),
        "trials": .array(
          report.rows.map { row in
            var value = Report.job(row.job).object ?? JSONObject()
            for axis in report.axes { value[axis.heading] = axis.value(in: row.job.settings)?.json ?? .null }
            value["run"] = row.run.map { Report.run($0) } ?? .null
            return .object(value)
          }),
        "sentences": .array(sentences.map { .string($0) }),
      ]
      return printJSON(value)
    }
    var table = TextTable(
      report.axes.map { .init($0.heading, .right) } + [
        .init("job", .right), .init("state"), .init("step", .right), .init("best loss", .right),
        .init("at step", .right), .init("score", .right),
        .init("95 % interval"),
      ])
    table.rows = report.rows.map { row in
      report.axes.map { $0.cell(in: row.job.settings) } + [
        row.job.id.description, row.job.state.rawValue, "\(row.job.step)/\(row.job.steps)",
        row.loss.map(NumberFormat.loss) ?? "–", row.job.best.map { "\($0.step)" } ?? "–",
        row.run.map { NumberFormat.percent($0.summary.mean) } ?? "–",
        row.run.map { NumberFormat.range($0.summary.low, $0.summary.high) } ?? "–",
      ]
    }
    table.print()
    print("")
    for sentence in sentences { print(sentence) }
  }
}
