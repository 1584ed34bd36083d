import ArgumentParser
import Content
import Domain
import Evidence
import Foundation
import NumberFormat
import WorkbenchCore

/// `assay jobs`: the workspace's training jobs.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "List, show, follow, pause, resume and cancel training jobs; evaluate their checkpoints.",
    subcommands: [
      List.self, Show.self, Follow.self, Pause.self, Resume.self, Cancel.self, Priority.self, Checkpoints.self,
    ], defaultSubcommand: List.self)

  /// All jobs.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "All jobs, newest first.")
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await options.workbench()
      await workbench.refreshJobs()
      let jobs = await workbench.snapshot.jobs
      await workbench.close()
      if options.json { return printJSON(JSONValue.array(jobs.map(Report.job))) }
      guard !jobs.isEmpty else { return print("No training jobs yet; `assay train` starts one.") }
      var table = TextTable(
        .init("id", .right), .init("state"), .init("back end", priority: 4), .init("base"), .init("data", priority: 5),
        .init("step", .right),
        .init("train loss", .right), .init("val loss", .right), .init("adapter"))
      table.rows = jobs.map { job in
        [
          job.id.description, job.state.rawValue, job.backend, job.base, job.data, "\(job.step)/\(job.steps)",
          job.trainLoss.map { NumberFormat.loss($0) } ?? "–", job.validationLoss.map { NumberFormat.loss($0) } ?? "–",
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
      let workbench = try await options.workbench()
      await workbench.refreshJobs()
      let detail = try await workbench.answer(to: JobDetailQuery(JobID(id)))
      await workbench.close()
      if options.json { return printJSON(Report.job(detail)) }
      JobsCommand.describe(detail)
      for checkpoint in detail.checkpoints {
        let loss = checkpoint.validationLoss.map { "val loss \(NumberFormat.loss($0))" } ?? ""
        let mark = checkpoint.step == detail.best?.step ? "  best" : ""
        print("  step \(checkpoint.step)  \(loss)\(mark)  \(checkpoint.path)")
      }
      for figures in detail.answers {
        print("  " + JobsCommand.text(of: figures, signs: detail.signs(of: figures)))
      }
      for line in detail.log.suffix(20) { print("  | " + line) }
    }
  }

  /// Stays with a job until it is over.
  struct Follow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "follow", abstract: "Show a job's progress until it is over.")
    @Argument var id: Int64
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await options.workbench()
      let detail = try await JobsCommand.follow(JobID(id), on: workbench)
      await workbench.close()
      try JobsCommand.finish(detail, json: options.json)
    }
  }

  /// Ends a job.
  struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "Ask a job to save and end.")
    @Argument var id: Int64
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      try await JobsCommand.end(JobID(id), by: .cancelJob(JobID(id)), options)
    }
  }

  /// Ends a job for a while.
  struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "pause", abstract: "Ask a job to save and pause; `jobs resume` continues it exactly.")
    @Argument var id: Int64
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      try await JobsCommand.end(JobID(id), by: .pauseJob(JobID(id)), options)
    }
  }

  /// Resumes a job.
  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resume",
      abstract: "Resume a job that was paused, canceled or lost, or has failed, from its last checkpoint.")
    @Argument var id: Int64
    @Option(
      help: ArgumentHelp(
        "Go on although this pre-flight check fails; the reason is kept with the job. Repeatable.",
        valueName: "check=reason"))
    var accept: [String] = []
    @Flag(help: "Stay until the job is over, showing its progress; Ctrl-C leaves it running.")
    var follow = false
    @OptionGroup var spending: SpendingOptions
    @OptionGroup var options: WorkspaceOptions
    func validate() throws { try Acceptance(accept).requirePreflightOnly() }
    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      await workbench.refreshJobs()
      let accepted = try Acceptance(accept).preflight
      try await spending.ask([.resumeJob(JobID(id), accepting: accepted)], on: workbench)
      let job = try await workbench.resumeJob(JobID(id), accepting: accepted, consent: .given)
      var detail = JobDetail(job: job)
      if follow {
        detail = try await JobsCommand.follow(job.id, on: workbench)
      } else {
        Wiring.say("Job \(job.id) goes on; `assay jobs follow \(job.id)` shows it.")
      }
      await workbench.close()
      try JobsCommand.finish(detail, json: options.json)
    }
  }

  /// Gives a waiting job another place.
  struct Priority: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "priority", abstract: "Give a waiting job another place in this machine's queue.")
    @Argument var id: Int64
    @Argument(help: "Higher ones come first; 0 is usual.")
    var priority: Int
    @OptionGroup var options: WorkspaceOptions
    func run() async throws {
      let workbench = try await options.workbench()
      await workbench.refreshJobs()
      try await workbench.perform(.prioritizeJob(JobID(id), priority))
      await workbench.close()
    }
  }

  /// Asks a job to end, and stays until it has.
  private static func end(_ id: JobID, by command: Command, _ options: WorkspaceOptions) async throws {
    let workbench = try await options.workbench()
    try await workbench.perform(command)
    let detail = try await follow(id, on: workbench)
    await workbench.close()
    if options.json { return printJSON(Report.job(detail)) }
    describe(detail)
  }

  static func follow(_ id: JobID, on workbench: Workbench) async throws -> JobDetail {
    let progress = SharedProgress()
    let telling = Task { await progress.keepTelling(every: .seconds(10)) }
    defer { telling.cancel() }
    let detail = try await Wiring.interruptible {
      try await workbench.follow(id) { detail in
        let job = detail.job
        let losses = [
          job.trainLoss.map { "loss \(NumberFormat.loss($0))" },
          job.validationLoss.map { "val \(NumberFormat.loss($0))" },
          detail.metrics.last?.tokensPerSecond.map { "\(Int(min(max($0, 0), 1e12))) tok/s" },
          detail.remainingSeconds.map { "\(NumberFormat.duration($0)) left" }, job.state == .queued ? job.message : nil,
        ]
        progress.show(
          "job \(job.id) \(job.state.rawValue)", done: job.step, total: job.steps,
          detail: losses.compactMap { $0 }.joined(separator: ", "))
      }
    }
    progress.clear()
    return detail
  }

  /// Prints how a job ended, and fails when it did not end well.
  static func finish(_ detail: JobDetail, json: Bool) throws {
    let job = detail.job
    if json { printJSON(Report.job(detail)) } else { describe(detail) }
    if job.state == .failed || job.state == .lost {
      throw WorkbenchError.model("Job \(job.id) is \(job.state.rawValue). \(job.message ?? "")")
    }
  }

  static func describe(_ detail: JobDetail) {
    let job = detail.job
    print("job \(job.id)  \(job.state.rawValue)  \(job.base) on \(job.data)  step \(job.step)/\(job.steps)")
    let losses = [
      job.trainLoss.map { "train loss \(NumberFormat.loss($0))" },
      job.validationLoss.map { "val loss \(NumberFormat.loss($0))" },
    ]
    let line = losses.compactMap { $0 }.joined(separator: ", ")
    if !line.isEmpty { print("  " + line) }
    if let adapter = job.adapter { print("  adapter: \(adapter)") }
    if let message = job.message { print("  " + message) }
    for remark in detail.remarks where remark != job.message { print("  warning: " + remark) }
  }

  /// What the answers of a step have in common, on a line.
  static func text(of figures: AnswerFigures, signs: [AnswerFigures.Sign]) -> String {
    var words = [
      "\(figures.share(figures.equal)) the same", "\(figures.share(figures.unending)) without an end",
    ]
    if let asBase = figures.asBase { words.append("\(figures.share(asBase)) as the base model's") }
    if let change = figures.logitChange { words.append(String(format: "logits changed by %.3g at most", change)) }
    return "answers at step \(figures.step): " + words.joined(separator: ", ")
      + (signs.isEmpty ? "" : "  ! " + signs.map(\.words).joined(separator: ", "))
  }
}
