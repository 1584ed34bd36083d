import Content
import Domain
import FileWatching
import Files
import Foundation
import LocalEngine
import Processes
import TrainerLogs

/// Tunes models with whatever back end a plan names.
///
/// A job is a process in a session of its own (``JobRunner``) that starts the trainer and notes how it ended. It is
/// followed through the files of its folder alone, so any process can pick it up, at any time.
package struct DetachedTrainer: Trainer {
  /// How the jobs of each back end are done.
  let backends: [BackendWork]
  /// The engine that our own trainers run in.
  var layout: EngineLayout
  /// This program.
  var executable: String
  /// The program that works on a job's folder in one of the engine's environments; a fake one in tests.
  var program: @Sendable (_ environment: EngineEnvironment, _ folder: String) throws -> Program
  /// Starts a job's runner; it must outlive this process.
  var launch: @Sendable (JobFolder) async throws -> ProcessIdentity
  /// How long a trainer may take to save and end.
  var patience = StopPatience()
  /// Where the jobs of this machine wait.
  var queue = MachineQueue.standard()
  /// Signs work, and tells what was signed here.
  var signer: any WorkSigner
  /// Says whether the workspace may have anything started.
  var gate: any TrustGate
  /// How often to see whether a job's processes are alive.
  var heartbeat: Duration = .seconds(2)

  /// A trainer.
  /// - Parameters:
  ///   - backends: how the jobs of each back end are done.
  ///   - executable: this program; `job-runner --job FOLDER` must run ``JobRunner/run(folder:)``.
  package init(
    backends: [BackendWork] = .builtIn, layout: EngineLayout = .standard(), executable: String,
    signer: any WorkSigner, gate: any TrustGate = OpenGate()
  ) {
    self.backends = backends
    self.layout = layout
    self.signer = signer
    self.gate = gate
    self.executable = executable
    program = { try LocalEngine(layout: layout.with($0)).trainingProgram(folder: $1) }
    launch = { folder in
      // The runner reads keys; what it starts gets the usual variables alone.
      try await Program(executable, ["job-runner", "--job", folder.path], inherits: .all)
        .spawnDetached(appendingTo: folder.runnerLog)
    }
  }

  /// Starts a job that outlives this process.
  package func start(_ plan: TrainingPlan) async throws {
    let folder = JobFolder(path: plan.folder)
    try await explained(plan.folder) {
      try gate.require([])
      let work = try work(of: plan)
      try FileBytes.makeFolder(plan.folder, for: .owner)
      let train = TrainerRows.text(of: plan.rows)
      let valid = TrainerRows.text(of: plan.validationRows)
      try PrivateFiles.write(train, to: folder.train)
      try PrivateFiles.write(valid, to: folder.valid)
      if !plan.samples.isEmpty { try PrivateFiles.write(TrainerRows.text(of: plan.samples), to: folder.samples) }
      var record = plan.dataRecord
      record["sha256"] = ["train.jsonl": .string(SHA256.hex(train)), "valid.jsonl": .string(SHA256.hex(valid))]
      try PrivateFiles.write(JSONValue.object(record).text(.pretty) + "\n", to: folder.data)
      try PrivateFiles.write(TrainerRows.places(plan).text(.compact) + "\n", to: folder.places)
      try PrivateFiles.write(try TrainerSpec(plan).text, to: folder.spec)
      try folder.write(
        JobFolder.Job(
          work: work, order: plan.order, maxHours: plan.settings.maxHours, companion: companion(of: plan),
          workspace: plan.workspace, number: plan.job.number),
        to: folder.job)
      try folder.sign(with: signer)
      let runner = try await launch(folder)
      try await waitForStart(folder, runner)
    }
  }

  /// The work of a plan's back end.
  private func work(of plan: TrainingPlan) throws -> Work {
    guard let backend = backends.first(where: { $0.name == plan.backend.name }) else {
      throw TrainerFailure("No training back end called \(plan.backend.word) is registered with the trainer.")
    }
    return try backend.work(plan) { environment in
      var program = try program(environment, plan.folder)
      if !plan.variables.isEmpty { program.inherits = .named(plan.variables) }
      return program
    }
  }

  /// The program that evaluates a job's checkpoints while it goes on, where that is wanted.
  private func companion(of plan: TrainingPlan) -> ProgramWork? {
    guard plan.settings.checkpointCases > 0, !plan.workspace.isEmpty else { return nil }
    return ProgramWork(
      Program(
        executable,
        [
          "jobs", "checkpoints", plan.job.description, "--limit", String(plan.settings.checkpointCases), "--watch",
          "--keep-best", "--workspace", plan.workspace,
        ] + (gate.isForThisProcess ? ["--trust"] : []), inherits: .all))
  }

  /// Goes on with a job that is over, from what it saved last.
  package func resume(
    folder path: String, _ order: QueueOrder, accepting accepted: [Preflight.Check: String]
  ) async throws {
    let folder = JobFolder(path: path)
    try await explained(path) {
      try gate.require([])
      guard folder.exists else {
        throw TrainerFailure("The job's folder \(path) is gone, so the job can't be resumed; start a new one.")
      }
      do {
        // A runner says that a job is over a moment before it is gone itself.
        let lock: FileLock
        do { lock = try await FileLock.acquire(folder.runnerLock, .exclusive, atMost: .seconds(20)) } catch LockError
          .held
        {
          throw TrainerFailure("The job in \(path) is being run already.")
        }
        defer { withExtendedLifetime(lock) {} }
        if let processes = folder.read(folder.processes, as: JobFolder.Processes.self), processes.isAlive {
          throw TrainerFailure("A process of this job is still at work; wait for its end.")
        }
        guard folder.has(folder.job), folder.has(folder.spec) else {
          throw TrainerFailure(
            "The files in \(path) that say what to do are gone, so the job can't be resumed; start a new one.")
        }
        guard let signed = folder.signedWork(signer) else { throw TrainerFailure(Self.unsigned(path)) }
        try folder.checkLinks()
        var job = signed.job
        guard var spec = signed.spec else {
          throw TrainerFailure("\(folder.spec) can't be read, so the job can't be resumed; start a new one.")
        }
        spec.resume = true
        spec.accept(accepted)
        job.order = order
        try PrivateFiles.write(spec.text, to: folder.spec)
        try folder.write(job, to: folder.job)
        try folder.sign(with: signer)
        for file in [folder.exit, folder.stop, folder.processes, folder.begun] {
          try? FileManager.default.removeItem(atPath: file)
        }
        // The hours that it has worked count on.
        folder.endWork()
        try folder.eventLog.reopen()
      }
      let runner = try await launch(folder)
      try await waitForStart(folder, runner)
    }
  }

  /// Starts a runner again where the work is done elsewhere and the one that followed it has died.
  package func pickUp(folder path: String) async {
    let folder = JobFolder(path: path)
    guard gate.allows([]), !folder.has(folder.exit), isElsewhere(folder), isAlive(folder) == false,
      folder.signedWork(signer) != nil
    else { return }
    // Whoever is quicker holds the lock, and the others end at once.
    if let runner = try? await launch(folder) { try? await waitForStart(folder, runner) }
  }

  /// Why a job is left alone.
  static func unsigned(_ folder: String) -> String {
    "The job in \(folder) was not started by this installation of Assay in this place, or its files were changed since, so it "
      + "is not resumed. Start a new one; what it has saved can still be used."
  }

  /// Whether a job goes on when nobody here works on it.
  private func isElsewhere(_ folder: JobFolder) -> Bool {
    folder.has(folder.begun) || folder.read(folder.job, as: JobFolder.Job.self)?.work.isElsewhere == true
  }

  private func explained(_ folder: String, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as TrainerFailure {
      throw error
    } catch let error as WorkbenchError {
      throw error
    } catch let error as EngineError {
      throw TrainerFailure(error.description)
    } catch let error as ProcessError {
      throw TrainerFailure("The job can't be started. \(error)")
    } catch let error as LockError {
      throw TrainerFailure("The job can't be started. \(error)")
    } catch let error as PathError {
      throw TrainerFailure("The job can't be started. \(error)")
    } catch let error as FileError {
      throw TrainerFailure("The job's folder \(folder) can't be written. \(error)")
    } catch {
      throw TrainerFailure("The job's folder \(folder) can't be written: \(error.localizedDescription)")
    }
  }

  /// Returns when the runner has said who it is: from then on the job can be found.
  private func waitForStart(_ folder: JobFolder, _ runner: ProcessIdentity) async throws {
    for _ in 0..<1500 {
      // What a runner that has died has left says nothing.
      if let known = folder.read(folder.processes, as: JobFolder.Processes.self)?.runner,
        known == runner || known.isAlive
      {
        return
      }
      if !runner.isAlive {
        var log = FileTail(path: folder.runnerLog, offset: 0)
        let words = log.lines(includingTorn: true).suffix(3).map { LogText.clean(String(decoding: $0, as: UTF8.self)) }
        throw TrainerFailure(
          "The job's runner ended at once. Its last words: \(words.isEmpty ? "none" : words.joined(separator: " / "))")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw TrainerFailure("The job's runner did not start within 30 seconds; see \(folder.runnerLog)")
  }

  /// How much of a log is followed, in bytes.
  static let mostLog = 1 << 22

  /// What the files say now.
  package func observe(folder path: String, from cursor: ObservationCursor) async -> TrainerObservation {
    let folder = JobFolder(path: path)
    // First whether it is over, then what it said: the last words are then never missed.
    let isAlive = isAlive(folder)
    let exit = folder.read(folder.exit, as: JobFolder.Exit.self)
    let isOver = exit != nil || isAlive == false
    var events = FileTail(path: folder.events, offset: cursor.events)
    var log = FileTail(path: folder.log, offset: cursor.log)
    let observed = events.lines(includingTorn: false).compactMap { EventFile.event($0) }
    let lines = cursor.log >= Self.mostLog ? [] : log.lines(includingTorn: isOver)
    let isComplete = !events.hasMore
    var observation = TrainerObservation(
      events: observed, cursor: ObservationCursor(events: events.offset, log: log.offset),
      isAlive: !isComplete ? true : isAlive == false && isElsewhere(folder) ? nil : isAlive,
      exitStatus: isComplete ? exit?.status : nil,
      log: lines.map { LogText.clean(String(decoding: $0, as: UTF8.self)) },
      readShare: isComplete ? 1 : Double(events.offset) / Double(max(1, events.size)))
    observation.isGone = !folder.exists
    return observation
  }

  /// Whether anybody works on a job; nil while that can't be known yet.
  private func isAlive(_ folder: JobFolder) -> Bool? {
    if let processes = folder.read(folder.processes, as: JobFolder.Processes.self) { return processes.isAlive }
    // It is made before the job is known to anybody.
    guard folder.exists else { return false }
    // Whoever was to start it has died on the way.
    if let age = folder.age(of: folder.job) ?? folder.age(of: folder.path), age > 90 { return false }
    return nil
  }

  /// Yields when there may be something new to observe in a job's folder; ends with the job or the task.
  package func changes(folder path: String) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let folder = JobFolder(path: path)
    let work = Task {
      await withTaskGroup(of: Void.self) { group in
        // Begun before the first look, so that nothing falls between the two.
        let changes = FileWatcher(path, scope: .folder).changes()
        continuation.yield()
        group.addTask {
          for await _ in changes {
            continuation.yield()
            if folder.has(folder.exit) { return }
          }
        }
        group.addTask {
          while !folder.has(folder.exit), !Task.isCancelled {
            if isAlive(folder) == false {
              guard isElsewhere(folder) else { break }
              await pickUp(folder: path)
            }
            try? await Task.sleep(for: heartbeat)
          }
        }
        await group.next()
        group.cancelAll()
      }
      continuation.yield()
      continuation.finish()
    }
    continuation.onTermination = { _ in work.cancel() }
    return stream
  }

  /// Asks a job to save and end; ends it by force if it doesn't: a canceled one after 20 seconds, any other, which is to
  /// save first, after 10 minutes.
  package func stop(folder path: String, _ request: StopRequest) async throws {
    let folder = JobFolder(path: path)
    // What is done elsewhere goes on there when the one that followed it has died.
    await pickUp(folder: path)
    // A job that was asked for a moment ago may still be starting.
    for _ in 0..<100 where mayStart(folder) { try await Task.sleep(for: .milliseconds(50)) }
    guard let processes = folder.read(folder.processes, as: JobFolder.Processes.self), processes.isAlive else {
      throw TrainerFailure("No process works on this job any more, so there is nothing to stop.")
    }
    do { try folder.write(request, to: folder.stop) } catch { throw TrainerFailure("\(error)") }
    // A trainer whose runner was killed still listens.
    let trainer = processes.runner.isAlive ? try await trainer(of: folder) : processes.trainer
    guard let trainer else {
      processes.runner.signal(.terminate)
      return
    }
    guard trainer.signalGroup(.terminate) else { return }
    if await trainer.waitForEnd(atMost: patience.duration(for: request)) { return }
    trainer.signalGroup(.kill)
  }

  /// Whether somebody who works on a job may be about to turn up.
  private func mayStart(_ folder: JobFolder) -> Bool {
    guard !folder.has(folder.exit), folder.has(folder.spec) else { return false }
    guard let processes = folder.read(folder.processes, as: JobFolder.Processes.self) else { return true }
    return !processes.isAlive && isElsewhere(folder)
  }

  /// Gives a waiting job another place in the queue of this machine.
  package func setPriority(_ priority: Int, folder path: String) async throws {
    let folder = JobFolder(path: path)
    guard let ticket = try? FileBytes.read(folder.ticket, limit: 1000, followsLinks: false) else {
      throw TrainerFailure("This job doesn't wait for its turn.")
    }
    try await queue.setPriority(of: String(decoding: ticket, as: UTF8.self), to: priority)
    if var job = folder.signedWork(signer)?.job {
      job.order.priority = priority
      try? folder.write(job, to: folder.job)
      try? folder.sign(with: signer)
    }
  }

  /// The trainer, which the runner may be about to start.
  private func trainer(of folder: JobFolder) async throws -> ProcessIdentity? {
    if folder.has(folder.ticket) || folder.read(folder.job, as: JobFolder.Job.self)?.work.isElsewhere == true {
      return nil
    }
    for _ in 0..<100 {
      guard let processes = folder.read(folder.processes, as: JobFolder.Processes.self), processes.isAlive else {
        break
      }
      if let trainer = processes.trainer { return trainer }
      try await Task.sleep(for: .milliseconds(50))
    }
    return nil
  }
}
