import Domain
import Files
import Foundation
import LocalEngine
import Processes

/// Any trainer's program, whose log is translated into the job's events while it works.
struct CommandWork: JobWork {
  /// The program and its arguments.
  var arguments: [String]
  /// Variables that are set for it.
  var environment: [String: String]
  /// Names of the runner's variables that it is given besides the usual ones.
  var variables: [String] = []
  /// The file or folder that it writes its losses to; where nil, the first of the known ones in the output's folder.
  var log: String?
  /// Where the adapter or model is at the end.
  var adapter: String
  /// Steps planned, as far as we know.
  var steps: Int
  var trainRows: Int
  var validationRows: Int
  /// What is to be said at the start.
  var warnings: [String]

  func run(_ job: RunningJob) async throws -> Int { try await run(job, every: .seconds(1)) }

  /// - Parameter interval: how often to look at the log.
  func run(_ job: RunningJob, every interval: Duration) async throws -> Int {
    let folder = job.folder
    // By an earlier runner, which was killed; the program may have ended since.
    let begun = folder.read(folder.begun, as: ProcessIdentity.self)
    try FileBytes.makeFolder(folder.output, for: .owner)
    let diary = CommandEventLog(work: self, folder: folder, events: job.events, isPickedUp: begun != nil)
    job.onWork()
    if begun == nil { await diary.start() }
    let status = try await withThrowingTaskGroup(of: Int??.self) { group in
      group.addTask {
        if let begun { return .some(await wait(for: begun, job)) }
        return .some(try await start(job))
      }
      group.addTask {
        while !Task.isCancelled {
          await diary.follow()
          try? await Task.sleep(for: interval)
        }
        return .none
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    await diary.end(status: status ?? nil)
    try? FileManager.default.removeItem(atPath: folder.begun)
    // One that was picked up took its status with it.
    return (status ?? nil) ?? (folder.eventLog.recent.hasEnded ? 0 : 1)
  }

  private func start(_ job: RunningJob) async throws -> Int {
    let program = Program(
      arguments[0], Array(arguments.dropFirst()), environment: environment.mapValues { $0 },
      inherits: .named(variables), workingDirectory: job.folder.path)
    return try await program.run(appendingTo: job.folder.log, patience: job.patience.toSave, stops: job.stops.stream())
    { trainer in
      try job.folder.write(trainer, to: job.folder.begun)
      try job.onStart(trainer)
      watchSystem(trainer, job)
    }.status
  }

  /// Has what the trainer takes of the machine written to the events, where there is a Python to do it. Ends by itself,
  /// with the trainer or with this process.
  private func watchSystem(_ trainer: ProcessIdentity, _ job: RunningJob) {
    // Whoever writes the events itself tells this, too.
    let folder = job.folder
    guard !CommandEventLog.isEvents(log, of: folder) else { return }
    Task {
      guard
        let program = try? LocalEngine().watchProgram(
          script: folder.path + "/system_watch.py", pid: trainer.pid, events: folder.events)
      else { return }
      // The job is more important than its charts.
      _ = try? await program.spawnDetached(appendingTo: "/dev/null")
    }
  }

  /// Waits for a program that an earlier runner has begun, and asks it to end when that is wanted.
  private func wait(for trainer: ProcessIdentity, _ job: RunningJob) async -> Int? {
    try? job.onStart(trainer)
    watchSystem(trainer, job)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while trainer.isAlive, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(200)) }
      }
      group.addTask {
        for await _ in job.stops.stream() { break }
        if Task.isCancelled { return }
        trainer.signalGroup(.terminate)
        if await !trainer.waitForEnd(atMost: job.patience.toSave), !Task.isCancelled { trainer.signalGroup(.kill) }
      }
      await group.next()
      // Whoever was stopped is waited for, too.
      _ = await trainer.waitForEnd(atMost: job.patience.toSave)
      group.cancelAll()
    }
    return nil
  }
}
