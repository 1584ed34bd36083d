import Dispatch
import Foundation
import Processes
import WorkbenchCore

/// What a training job runs as: a process of its own that outlives the workbench, starts the trainer, and notes how it
/// ended.
public enum JobRunner {
  /// Runs a job to its end. Meant for a process that does nothing else: SIGTERM and SIGINT are passed on to the trainer.
  /// - Parameter folder: the job's folder, with its `job.json`.
  /// - Throws: `TrainerFailure` when the job is being run already, or can't be.
  public static func run(folder: String) async throws {
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
    try await run(JobFolder(path: folder), stops: stops)
  }

  static func run(_ folder: JobFolder, stops: AsyncStream<Void>, patience: Duration = .seconds(20)) async throws {
    guard let lock = try FileLock.tryAcquire(folder.path + "/runner.lock", .exclusive) else {
      throw TrainerFailure("The job in \(folder.path) is being run already.")
    }
    defer { withExtendedLifetime(lock) {} }
    guard let job = folder.read(folder.job, as: JobFolder.Job.self) else {
      throw TrainerFailure("\(folder.job) can't be read, so there is no program to run.")
    }
    var processes = JobFolder.Processes(runner: .current)
    try folder.write(processes, to: folder.processes)
    let program = Program(
      job.executable, job.arguments, environment: job.environment, workingDirectory: folder.path)
    var status = 127
    do {
      let runner = processes.runner
      let ending = try await program.run(appendingTo: folder.log, patience: patience, stops: stops) { trainer in
        try folder.write(JobFolder.Processes(runner: runner, trainer: trainer), to: folder.processes)
      }
      status = ending.status
    } catch {
      append("\(error)\n", to: folder.log)
    }
    processes = folder.read(folder.processes, as: JobFolder.Processes.self) ?? processes
    if folder.has(folder.cancelMark), !EventFile.endsWell(folder.events) {
      let end = EventFile.line(
        ended: .canceled, message: "Stopped by force. What was saved last is kept.",
        step: EventFile.lastStep(folder.events))
      append(end, to: folder.events)
    }
    try folder.write(JobFolder.Exit(status: status, time: Date().timeIntervalSince1970), to: folder.exit)
  }

  private static func append(_ text: String, to file: String) {
    if !FileManager.default.fileExists(atPath: file) { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    guard let handle = FileHandle(forWritingAtPath: file) else { return }
    defer { try? handle.close() }
    _ = try? handle.seekToEnd()
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
