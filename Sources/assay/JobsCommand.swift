import ArgumentParser
import Foundation
import Grading
import WorkbenchCore

/// `assay jobs`: the workspace's training jobs.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "List, show, follow and cancel training jobs; evaluate their checkpoints.",
    subcommands: [List.self, Show.self, Follow.self, Cancel.self, Checkpoints.self], defaultSubcommand: List.self)

  /// All jobs.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "All jobs, newest first.")
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await Wiring.workbench(folder: options.folder)
      await workbench.refreshJobs()
      let jobs = await workbench.snapshot.jobs
      await workbench.close()
      if options.json { return print(JSONValue.array(jobs.map(Report.job)).text(.pretty)) }
      guard !jobs.isEmpty else { return print("No training jobs yet; `assay train` starts one.") }
      var table = TextTable(
        .init("id", .right), .init("state"), .init("base"), .init("data"), .init("step", .right),
        .init("train loss", .right), .init("val loss", .right), .init("adapter"))
      table.rows = jobs.map { job in
        [
          job.id.description, job.state.rawValue, job.base, job.data, "\(job.step)/\(job.steps)",
          job.trainLoss.map { Report.loss($0) } ?? "–", job.validationLoss.map { Report.loss($0) } ?? "–",
          job.adapter ?? "–",
        ]
      }
      table.print()
    }
  }

  /// One job.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "One job with its checkpoints and the end of its log.")
    @Argument var id: Int64
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await Wiring.workbench(folder: options.folder)
      await workbench.refreshJobs()
      try await workbench.perform(.openJob(JobID(id)))
      let detail = await workbench.snapshot.job
      await workbench.close()
      guard let detail else { return }
      if options.json { return print(Report.job(detail.job).text(.pretty)) }
      JobsCommand.describe(detail.job)
      for checkpoint in detail.checkpoints {
        let loss = checkpoint.validationLoss.map { "val loss \(Report.loss($0))" } ?? ""
        print("  step \(checkpoint.step)  \(loss)\(checkpoint.isBest ? "  best so far" : "")  \(checkpoint.path)")
      }
      for line in detail.log.suffix(20) { Wiring.show("  | " + line) }
    }
  }

  /// Stays with a job until it is over.
  struct Follow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "follow", abstract: "Show a job's progress until it is over.")
    @Argument var id: Int64
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await Wiring.workbench(folder: options.folder)
      let job = try await JobsCommand.follow(JobID(id), on: workbench)
      await workbench.close()
      try JobsCommand.finish(job, json: options.json)
    }
  }

  /// Ends a job.
  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Ask a job to save and end.")
    @Argument var id: Int64
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await Wiring.workbench(folder: options.folder)
      try await workbench.perform(.cancelJob(JobID(id)))
      let job = try await JobsCommand.follow(JobID(id), on: workbench)
      await workbench.close()
      if options.json { return print(Report.job(job).text(.pretty)) }
      JobsCommand.describe(job)
    }
  }

  static func follow(_ id: JobID, on workbench: Workbench) async throws -> TrainingJob {
    let progress = SharedProgress()
    let job = try await Wiring.interruptible {
      try await workbench.follow(id) { detail in
        let job = detail.job
        let losses = [
          job.trainLoss.map { "loss \(Report.loss($0))" }, job.validationLoss.map { "val \(Report.loss($0))" },
          detail.metrics.last?.tokensPerSecond.map { "\(Int($0)) tok/s" },
          detail.remainingSeconds.map { "\(Report.seconds($0)) left" },
        ]
        progress.show(
          "job \(job.id) \(job.state.rawValue)", done: job.step, total: job.steps,
          detail: losses.compactMap { $0 }.joined(separator: ", "))
      }
    }
    progress.clear()
    return job
  }

  /// Prints how a job ended, and fails when it did not end well.
  static func finish(_ job: TrainingJob, json: Bool) throws {
    if json { print(Report.job(job).text(.pretty)) } else { describe(job) }
    if job.state == .failed || job.state == .lost {
      throw WorkbenchError.model("Job \(job.id) is \(job.state.rawValue). \(job.message ?? "")")
    }
  }

  static func describe(_ job: TrainingJob) {
    print("job \(job.id)  \(job.state.rawValue)  \(job.base) on \(job.data)  step \(job.step)/\(job.steps)")
    let losses = [
      job.trainLoss.map { "train loss \(Report.loss($0))" }, job.validationLoss.map { "val loss \(Report.loss($0))" },
    ]
    let line = losses.compactMap { $0 }.joined(separator: ", ")
    if !line.isEmpty { print("  " + line) }
    if let adapter = job.adapter { print("  adapter: \(adapter)") }
    if let message = job.message { Wiring.show("  " + message) }
  }
}

extension Report {
  static func loss(_ value: Double) -> String { String(format: "%.4f", value) }
}
