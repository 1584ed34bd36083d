import ArgumentParser
import Content
import Domain
import Foundation
import WorkbenchCore

/// `assay train`: starts a job that outlives this command.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Fine-tune a model; the job goes on when this command ends.")

  @Option(help: "Learn from the passed outputs of this run (a number, or a variant's newest run).")
  var from: String?
  @Option(help: "Learn from this file of rows, relative to the workspace.", completion: .file(extensions: ["jsonl"]))
  var data: String?
  @Option(help: "The model to tune.")
  var base: String?
  @Option(
    help: ArgumentHelp(
      "What tunes it: mlx, trl, openai, slurm or command; docs/training.md tells of each.", valueName: "name"))
  var backend: String?
  @Option(help: "Its place in this machine's queue: higher ones come first.")
  var priority = 0
  @Option(help: ArgumentHelp("Start at this time, such as 22:30 or 2026-12-01T08:00.", valueName: "time"))
  var at: String?
  @Flag(help: "Start at once, beside whatever job is running here.")
  var now = false
  @Flag(help: "Train although rows stand in an eval set too.")
  var allowLeaks = false
  @Option(
    help: ArgumentHelp(
      "Train although this check of the rows comes out badly; the reason is kept with the job. Repeatable.",
      valueName: "check=reason"))
  var accept: [String] = []
  @Flag(help: "Say what it would take, and start nothing.")
  var estimate = false
  @Flag(help: "Stay until the job is over, showing its progress; Ctrl-C leaves it running.")
  var follow = false
  @OptionGroup(title: "Settings, instead of the workspace's") var settings: SettingOptions
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if from != nil, data != nil { throw ValidationError("Give either --from or --data.") }
    try settings.requireSingleValues()
    _ = try Acceptance(accept)
    if at != nil, now { throw ValidationError("Give either --at or --now.") }
    if let at, try StartTime.date(at) < Date() { throw ValidationError("--at \(at) is over; give a time to come.") }
  }

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let workspace = await workbench.snapshot.workspace
    Wiring.report(workspace.problems)
    let settings = try self.settings.applied(to: workspace.training.settings)
    let acceptance = try Acceptance(accept)
    var request = TrainRequest(
      base: base, data: data, settings: settings, allowLeaks: allowLeaks, accepted: acceptance.data,
      acceptedPreflight: acceptance.preflight, backend: backend,
      order: QueueOrder(priority: priority, notBefore: try at.map { try StartTime.date($0) }, waits: !now))
    if let from {
      let run = try await workbench.run(named: from)
      let path = "train/from-run-\(run.id).jsonl"
      let collected = CollectRequest(run: run.id, prompt: workspace.training.prompt, path: path)
      let report = try await workbench.collect(collected)
      Wiring.say(
        "\(report.rows) passed outputs of run \(run.id) are in \(path). Their cases stand in the eval set \"\(run.set)\": the tuned "
          + "model's score there will not count as evidence; measure it on other cases.")
      request.data = path
      request.allowLeaks = true
    }
    if estimate {
      let estimate = await workbench.estimate(request)
      await workbench.close()
      if let problem = estimate.problem { throw WorkbenchError.input(problem) }
      return options.json ? printJSON(Report.estimate(estimate)) : print(estimate.sentence)
    }
    if (backend ?? workspace.training.backend).flatMap({ workspace.backends[$0] })?.isHosted == true {
      let estimate = await workbench.estimate(request)
      let price =
        estimate.dollars == nil ? " What it costs isn't known: the model has no `price: { training: … }`." : ""
      Wiring.say("At the provider: \(estimate.sentence)\(price)")
    }
    try await spending.ask([.train(request)], on: workbench)
    let job = try await workbench.train(request, consent: .given)
    var detail = JobDetail(job: job)
    if follow {
      detail = try await JobsCommand.follow(job.id, on: workbench)
    } else {
      Wiring.say("Job \(job.id) is on its way (\(job.backend)); `assay jobs follow \(job.id)` shows it.")
    }
    await workbench.close()
    try JobsCommand.finish(detail, json: options.json)
  }
}

extension Report {
  /// What a job would take.
  static func estimate(_ estimate: TrainingEstimate) -> JSONValue {
    [
      "rows": JSONValue(estimate.rows), "steps": JSONValue(estimate.steps), "tokens": JSONValue(estimate.tokens),
      "seconds": estimate.seconds.map { rounded($0, 1) } ?? .null,
      "paced_by": estimate.pacedBy.map { JSONValue(Int($0.number)) } ?? .null,
      "memory_gb": estimate.memory.map { rounded($0, 3) } ?? .null,
      "cost_usd": estimate.dollars.map { rounded($0, 4) } ?? .null,
    ]
  }
}
