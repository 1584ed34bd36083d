import ArgumentParser
import Content
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
  @Option(help: "Optimiser steps, instead of the workspace's setting.")
  var steps: Int?
  @Option(help: "Peak learning rate, instead of the workspace's setting.")
  var learningRate: Double?
  @Option(help: "LoRA rank, instead of the workspace's setting.")
  var rank: Int?
  @Option(help: "Learn answers (sft) or from pairs of answers (dpo), instead of the workspace's setting.")
  var objective: String?
  @Option(help: "The share of the rows to learn from, above 0 and at most 1.")
  var dataShare: Double?
  @Option(
    help: ArgumentHelp(
      "Evaluate each checkpoint on so many cases while the job goes on, end it when more isn't worth it, and keep what behaves best.",
      valueName: "cases"))
  var checkpointCases: Int?
  @Option(help: "Save and end after so many hours.")
  var maxHours: Double?
  @Option(help: "Its place in this machine's queue: higher ones come first.")
  var priority = 0
  @Option(help: ArgumentHelp("Start at this time, such as 22:30 or 2026-12-01T08:00.", valueName: "time"))
  var at: String?
  @Flag(help: "Start at once, beside whatever job is running here.")
  var now = false
  @Option(help: "Seed, instead of the workspace's setting.")
  var seed: Int?
  @Option(
    help: "Also learn rows of other tasks from this file, to forget less of them.",
    completion: .file(extensions: ["jsonl"]))
  var mix: String?
  @Option(help: ArgumentHelp("Their share of all rows (0 to 1; 0 mixes none in).", valueName: "share"))
  var mixShare: Double?
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
  @OptionGroup var spending: SpendingOptions
  @OptionGroup var options: WorkspaceOptions

  func validate() throws {
    if from != nil, data != nil { throw ValidationError("Give either --from or --data.") }
    if let steps, !(1...1_000_000_000).contains(steps) {
      throw ValidationError("--steps must be from 1 to 1000000000.")
    }
    if let rank, !(1...4096).contains(rank) { throw ValidationError("--rank must be from 1 to 4096.") }
    if let learningRate, !(learningRate > 0 && learningRate <= 1) {
      throw ValidationError("--learning-rate must be above 0, at most 1.")
    }
    _ = try Acceptance(accept)
    if let objective, TrainingSettings.Objective(rawValue: objective) == nil {
      throw ValidationError("--objective must be sft or dpo.")
    }
    if let dataShare, !(dataShare > 0 && dataShare <= 1) {
      throw ValidationError("--data-share must be above 0, at most 1.")
    }
    if let checkpointCases, checkpointCases < 0 { throw ValidationError("--checkpoint-cases must be at least 0.") }
    if let maxHours, !(maxHours > 0) { throw ValidationError("--max-hours must be above 0.") }
    if at != nil, now { throw ValidationError("Give either --at or --now.") }
    if let at, try StartTime.date(at) < Date() { throw ValidationError("--at \(at) is over; give a time to come.") }
    if let mixShare, !(0..<1).contains(mixShare) { throw ValidationError("--mix-share must be from 0, below 1.") }
  }

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let workspace = await workbench.snapshot.workspace
    Wiring.report(workspace.problems)
    var settings = workspace.training.settings
    if let steps { settings.steps = steps }
    if let learningRate { settings.learningRate = learningRate }
    if let rank { settings.rank = rank }
    if let seed { settings.seed = seed }
    if let objective { settings.objective = TrainingSettings.Objective(rawValue: objective) ?? settings.objective }
    if let dataShare { settings.dataShare = dataShare }
    if let checkpointCases { settings.checkpointCases = checkpointCases }
    if let maxHours { settings.maxHours = maxHours }
    if let mix { settings.mix = TrainingMix(data: mix) }
    if let mixShare {
      if settings.mix == nil, mixShare > 0 {
        throw WorkbenchError.input("--mix-share has no file to take rows from: add --mix FILE or training.mix.data.")
      }
      settings.mix?.share = mixShare
      if mixShare == 0 { settings.mix = nil }
    }
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
    if (backend ?? workspace.training.backend) == "openai" {
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
