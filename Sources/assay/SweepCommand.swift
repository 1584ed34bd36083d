import ArgumentParser
import Content
import Drawing
import NumberFormat
import WorkbenchCore

/// `assay sweep`: several jobs that differ in a few settings.
struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Train with several settings, and see which do best.",
    discussion: """
      Every combination of the values is a job. The same command goes on with what an earlier one left; jobs themselves go on \
      when this command ends. With --halving most trials end after a quarter or half of their steps.
      """,
    subcommands: [Run.self, Show.self], defaultSubcommand: Run.self)

  /// Does it.
  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Begin or go on with a sweep.")
    @Argument(help: "Its name.")
    var name: String
    @Option(help: ArgumentHelp("Learning rates.", valueName: "a,b,…"))
    var learningRate: NumberList?
    @Option(help: ArgumentHelp("LoRA ranks.", valueName: "a,b,…"))
    var rank: NumberList?
    @Option(help: ArgumentHelp("Passes over the rows.", valueName: "a,b,…"))
    var epochs: NumberList?
    @Option(help: ArgumentHelp("Shares of the rows, 0 to 1: would more data help?", valueName: "a,b,…"))
    var dataShare: NumberList?
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
    @Option(help: "Optimiser steps, instead of the workspace's setting.")
    var steps: Int?
    @Option(
      help: ArgumentHelp(
        "Train although this check of the rows, or of the pre-flight, comes out badly. Repeatable.",
        valueName: "check=reason"))
    var accept: [String] = []
    @OptionGroup var spending: SpendingOptions
    @OptionGroup var patience: PatienceOptions
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
      if let halving, !(2...10).contains(halving) { throw ValidationError("--halving takes a number from 2 to 10.") }
      if let steps, !(1...1_000_000_000).contains(steps) {
        throw ValidationError("--steps must be from 1 to 1000000000.")
      }
      if steps != nil, epochs != nil { throw ValidationError("Give either --steps or several --epochs.") }
      _ = try Acceptance(accept)
      if cases < 0 { throw ValidationError("--cases must be at least 0.") }
      if let rates = learningRate?.values, !rates.allSatisfy({ $0 > 0 && $0 <= 1 }) {
        throw ValidationError("--learning-rate takes numbers above 0, at most 1.")
      }
      if let ranks = rank?.values, !ranks.allSatisfy({ $0 >= 1 && $0 <= 4096 && $0 == $0.rounded() }) {
        throw ValidationError("--rank takes whole numbers from 1 to 4096.")
      }
      if let epochs = epochs?.values, !epochs.allSatisfy({ $0 > 0 && $0 < 1e6 }) {
        throw ValidationError("--epochs takes numbers above 0.")
      }
      if let shares = dataShare?.values, !shares.allSatisfy({ $0 > 0 && $0 <= 1 }) {
        throw ValidationError("--data-share takes numbers above 0, at most 1.")
      }
    }

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      await patience.apply(to: workbench)
      Wiring.report(await workbench.snapshot.workspace.problems)
      var settings = await workbench.snapshot.workspace.training.settings
      if let steps { settings.steps = steps }
      var axes = SweepRequest.Axes()
      axes.learningRates = learningRate?.values ?? []
      axes.ranks = (rank?.values ?? []).map { Int($0) }
      axes.epochs = epochs?.values ?? []
      axes.dataShares = dataShare?.values ?? []
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
        throw WorkbenchError.unknown("sweep", name, among: snapshot.sweepNames, whenNone: "`assay sweep` begins one.")
      }
      try await SweepCommand.tell(snapshot.sweep(name), on: workbench, json: options.json)
    }
  }

  private static func tell(_ report: SweepReport, on workbench: Workbench, json: Bool) async throws {
    let sentences = try await workbench.sentences(of: report)
    await workbench.close()
    if json {
      let value: JSONValue = [
        "sweep": .string(report.name), "axes": .array(report.axes.map { .string($0.rawValue) }),
        "trials": .array(
          report.rows.map { row in
            var value = Report.job(row.job).object ?? JSONObject()
            for axis in report.axes { value[axis.rawValue] = JSONValue(axis.value(row.job.settings)) }
            value["run"] = row.run.map { Report.run($0) } ?? .null
            return .object(value)
          }),
        "sentences": .array(sentences.map { .string($0) }),
      ]
      return printJSON(value)
    }
    var table = TextTable(
      report.axes.map { .init($0.rawValue, .right) } + [
        .init("job", .right), .init("state"), .init("step", .right), .init("best loss", .right),
        .init("at step", .right), .init("score", .right),
        .init("95 % interval"),
      ])
    table.rows = report.rows.map { row in
      report.axes.map { axis in
        let value = axis.value(row.job.settings)
        return axis == .dataShare
          ? NumberFormat.percent(value) : value == value.rounded() ? "\(Int(value))" : "\(value)"
      } + [
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

/// Numbers with commas between them.
struct NumberList: ExpressibleByArgument {
  /// In the order they were given.
  var values: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Double($0.filter { $0 != " " }) }.filter(\.isFinite)
    guard values.count == parts.count, !values.isEmpty, Set(values).count == values.count else { return nil }
  }
}
