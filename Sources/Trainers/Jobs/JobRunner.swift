import Dispatch
import Domain
import Files
import Foundation
import Processes
import Synchronization
import TrainerLogs

/// What a training job runs as: a process of its own that outlives the workbench, starts the trainer, and notes how it
/// ended.
package enum JobRunner {
  /// Runs a job to its end. Meant for a process that does nothing else: SIGTERM and SIGINT are passed on to the trainer.
  /// - Parameter folder: the job's folder, with its `job.json`.
  /// - Parameter signer: tells whether the work is this installation's own; no other is done.
  /// - Parameter tuning: reaches providers that tune.
  /// - Throws: `TrainerFailure` when the job is being run already, or can't be.
  package static func run(folder: String, signer: any WorkSigner, tuning: (any TuningServices)? = nil) async throws {
    let (stops, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { stop.yield() }
      source.resume()
      return source
    }
    // The terminal it was started from may go.
    signal(SIGHUP, SIG_IGN)
    defer { for source in sources { source.cancel() } }
    try await run(JobFolder(path: folder), signer: signer, stops: stops, tuning: tuning)
  }

  static func run(
    _ folder: JobFolder, signer: any WorkSigner, stops asked: AsyncStream<Void>,
    patience: StopPatience = StopPatience(),
    queue: MachineQueue = .standard(), tuning: (any TuningServices)? = nil
  ) async throws {
    // Before anything is written or started.
    guard let job = folder.signedWork(signer)?.job else {
      throw TrainerFailure(DetachedTrainer.unsigned(folder.path))
    }
    try folder.checkLinks()
    guard let lock = try FileLock.tryAcquire(folder.runnerLock, .exclusive) else {
      throw TrainerFailure("The job in \(folder.path) is being run already.")
    }
    defer { withExtendedLifetime(lock) {} }
    try folder.write(JobFolder.Processes(runner: .current), to: folder.processes)
    let events = EventLog(folder.events)
    let stops = StopRequests(asked)
    stops.endWithout(folder)
    var status = 127
    do {
      status = try await work(
        on: job, in: folder, stops, queue, RunningJob.Parts(patience: patience, events: events, tuning: tuning))
    } catch is CancellationError where job.work.isRemote {
      // It goes on there; whoever looks at it next follows it again.
      guard folder.exists else { throw TrainerFailure("The job's folder \(folder.path) is gone.") }
      return
    } catch {
      append("\(error)\n", to: folder.log)
    }
    if !folder.eventLog.recent.hasEnded {
      let step = folder.eventLog.recent.lastStep
      if let stop = folder.read(folder.stop, as: StopRequest.self) {
        let rest = folder.has(folder.path + "/last") ? "What was saved last is kept." : "Nothing had been saved."
        events.append(.end(folder.state(after: stop), message: "Stopped by force. \(rest)", step: step))
      } else if let sentence = LogDiagnosis.sentence(logAt: folder.log, status: status) {
        events.append(.end(.failed, message: sentence, step: step))
      }
    }
    folder.endWork(at: Date())
    try folder.write(JobFolder.Exit(status: status, time: Date().timeIntervalSince1970), to: folder.exit)
  }

  /// Waits for the job's turn, and does its work.
  /// - Returns: the exit status.
  private static func work(
    on job: JobFolder.Job, in folder: JobFolder, _ stops: StopRequests, _ queue: MachineQueue, _ parts: RunningJob.Parts
  ) async throws -> Int {
    let runner = ProcessIdentity.current
    var slot: QueueSlot?
    // What was begun has had its turn.
    if job.order.waits, !job.work.isRemote, !folder.has(folder.begun) {
      let ticket = QueueTicket(
        workspace: job.workspace, job: String(job.number), priority: job.order.priority, created: job.created,
        notBefore: job.order.notBefore)
      try PrivateFiles.write(ticket.id, to: folder.ticket)
      defer { try? FileManager.default.removeItem(atPath: folder.ticket) }
      slot = try await queue.enter(ticket, stops: stops.stream()) { parts.events.append(.note($0)) }
      guard slot != nil else {
        let stop = folder.read(folder.stop, as: StopRequest.self) ?? .cancel
        parts.events.append(
          .end(
            folder.state(after: stop), message: "Taken out of the queue.", step: folder.eventLog.recent.lastStep))
        return 0
      }
    }
    defer { withExtendedLifetime(slot) {} }
    if let companion = job.companion {
      do { try await start(companion, in: folder) } catch {
        parts.events.append(.warning("Its checkpoints aren't evaluated: \(LogText.clean("\(error)"))"))
      }
    }
    let place = slot
    let hasBegun = Mutex(false)
    return try await job.work.work.run(
      RunningJob(
        folder: folder, stops: stops, patience: parts.patience, events: parts.events,
        onStart: { trainer in
          try folder.write(JobFolder.Processes(runner: runner, trainer: trainer), to: folder.processes)
          try place?.assign(trainer)
        },
        onWork: {
          let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
          }
          guard isFirst else { return }
          let worked = folder.beginWork()
          guard let hours = job.maxHours else { return }
          stops.limit(hours: hours, since: worked.start(now: Date())) { reason in
            // What a person wants counts more.
            if !folder.has(folder.stop) { try? folder.write(StopRequest(.finished, reason), to: folder.stop) }
          }
        }, workspace: job.workspace, tuning: parts.tuning))
  }

  /// Starts what looks after the job, unless it is still there from an earlier start. It ends by itself.
  private static func start(_ companion: ProgramWork, in folder: JobFolder) async throws {
    if let earlier = folder.read(folder.companion, as: ProcessIdentity.self), earlier.isAlive {
      // It saw the job end and will go; what comes now is for another to look at.
      Task {
        if await earlier.waitForEnd(atMost: .seconds(86_400)) { try? await start(companion, in: folder) }
      }
      return
    }
    let identity = try await companion.program(in: folder).spawnDetached(appendingTo: folder.companionLog)
    try folder.write(identity, to: folder.companion)
  }

  private static func append(_ text: String, to file: String) {
    guard let handle = try? FileBytes.appending(file) else { return }
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
