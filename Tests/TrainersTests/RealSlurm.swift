import Content
import Domain
import Foundation
import Processes
import TestFolders
import Testing
import Trust
import WorkbenchCore

@testable import Trainers

/// A Slurm that `Tests/real-slurm` started, as a folder of commands that talk to it.
struct RealSlurm: Sendable {
  private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let script = root + "/Tests/real-slurm"
  /// The debug build, whose `job-runner` follows jobs.
  static let assay = ProcessInfo.processInfo.environment["ASSAY_BINARY"] ?? root + "/.build/debug/assay"

  /// Whether one can be started here.
  static let isInstalled: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: script)
    process.arguments = ["check"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0 && FileManager.default.isExecutableFile(atPath: assay)
  }()

  /// `PATH` with the folder of commands in front.
  let path: String
  /// The folder of commands.
  let commands: String
  private let pid: Int

  /// Runs `body` with a Slurm of its own.
  /// - Parameter forget: seconds after which it forgets a job that is over.
  static func with(forget: Int = 300, _ body: (RealSlurm) async throws -> Void) async throws {
    let started = try await Program(script, ["start", "--forget", String(forget)]).run()
    try #require(started.ending.isSuccess, "\(started.output)")
    let answer = try JSONValue(parsing: started.lines.last ?? "")
    let slurm = try RealSlurm(
      conf: try #require(answer["conf"]?.string), pid: try #require(answer["pid"]?.int))
    do { try await body(slurm) } catch {
      await slurm.stop()
      throw error
    }
    await slurm.stop()
  }

  private init(conf: String, pid: Int) throws {
    self.pid = pid
    commands = temporaryPath("slurm")
    let usual = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    path = commands + ":" + usual
    try FileManager.default.createDirectory(atPath: commands, withIntermediateDirectories: true)
    for name in ["sbatch", "squeue", "sacct", "scancel", "scontrol"] {
      let real = try #require(Program.find(name, path: usual))
      try replace(name, with: "SLURM_CONF='\(conf)' exec \(real) \"$@\"\n")
    }
  }

  private func stop() async { _ = try? await Program(Self.script, ["stop", String(pid)]).run() }

  /// Puts a shell script in place of one of the commands.
  func replace(_ name: String, with script: String) throws {
    let file = commands + "/" + name
    try? FileManager.default.removeItem(atPath: file)
    try Data(("#!/bin/sh\n" + script).utf8).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
  }

  /// Lets the next use of a command, and only that, go wrong.
  /// - Parameter script: what happens instead; `"$0.real" "$@"` does what is wanted, and `$PPID` is who wants it.
  func sabotage(_ name: String = "sbatch", _ script: String) throws {
    let file = commands + "/" + name
    try FileManager.default.moveItem(atPath: file, toPath: file + ".real")
    try replace(
      name, with: "if mkdir \"$0.once\" 2>/dev/null; then\n\(script)\nelse exec \"$0.real\" \"$@\"; fi\n")
  }

  /// Asks a command.
  @discardableResult func ask(_ name: String, _ arguments: String...) async throws -> Program.Result {
    try await Program(commands + "/" + name, arguments).run()
  }

  /// All jobs that it knows, over or not.
  func jobs() async throws -> [SlurmJob] {
    try await ask("squeue", "--noheader", "--states=all", "--format=%i|%T|%N|%S|%r").lines
      .compactMap(SlurmQueue.job(inQueue:))
  }

  /// Waits until a condition holds; a test's own time limit is the end of it.
  func wait(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(50)) }
  }
}

/// A training job that Slurm does, in a folder whose name is hard on shells.
struct SlurmTestJob {
  let folder: JobFolder
  let slurm: RealSlurm
  var settings = SlurmSettings()

  /// - Parameter trainer: a shell script that does the work; `say EVENT` appends an event. The real trainer where nil.
  init(_ slurm: RealSlurm, trainer: String) throws {
    self.slurm = slurm
    let path = temporaryPath("job") + "/a b'ü$(x)%j\"q"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    folder = JobFolder(path: path)
    let text = "say() { printf '%s\\n' \"$1\" >> events.jsonl; }\n" + trainer
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/trainer.sh"))
  }

  /// Writes down what is to be done.
  func prepare(_ order: QueueOrder = QueueOrder()) throws {
    var work = SlurmWork(Program("/bin/sh", [folder.path + "/trainer.sh"]), settings: settings, number: 12)
    work.secondsBetweenLooks = 0.2
    try folder.write(JobFolder.Job(work: .slurm(work), order: order, workspace: "", number: 12), to: folder.job)
    // The runner is a process of its own, which asks for this installation's signature.
    try folder.sign(with: InstallationSigner())
  }

  /// Starts what follows the job, in a process of its own.
  func launch() async throws -> ProcessIdentity { try await Self.launch(folder, slurm) }

  static func launch(_ folder: JobFolder, _ slurm: RealSlurm) async throws -> ProcessIdentity {
    try await Program(RealSlurm.assay, ["job-runner", "--job", folder.path], environment: ["PATH": slurm.path])
      .spawnDetached(appendingTo: folder.runnerLog)
  }

  /// Waits until the trainer has begun.
  func waitForStart() async throws {
    try await slurm.wait {
      if folder.has(folder.exit) { throw TrainerFailure("The job has ended early. \(report)") }
      return !lines("starts").isEmpty
    }
  }

  /// Waits for the job's end.
  /// - Returns: everything that happened.
  func wait() async throws -> [TrainingEvent.Kind] {
    try await slurm.wait { folder.has(folder.exit) }
    return events
  }

  /// Everything that happened so far.
  var events: [TrainingEvent.Kind] {
    var file = FileTail(path: folder.events, offset: 0)
    return file.lines(includingTorn: false).compactMap { EventFile.event($0)?.kind }
  }

  /// The lines of a file that the trainer writes.
  func lines(_ name: String) -> [String] {
    let bytes = FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Everything that went wrong, for a failing test.
  var report: String {
    ([folder.runnerLog, folder.log, folder.events, folder.slurm].map {
      "\($0): " + String(decoding: FileManager.default.contents(atPath: $0) ?? Data(), as: UTF8.self)
    }).joined(separator: "\n")
  }
}
