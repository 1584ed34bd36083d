import Domain
import Files
import Foundation
import Processes

/// The files of one job: its whole state, none of which is kept in memory only.
struct JobFolder: Sendable, Hashable {
  /// The folder.
  var path: String

  /// What to do, for the trainer.
  var spec: String { path + "/spec.json" }
  /// The program that does it, for the runner.
  var job: String { path + "/job.json" }
  /// The signature of both, without which nothing is started.
  var signature: String { path + "/signature" }
  /// Rows to learn from.
  var train: String { path + "/train.jsonl" }
  /// Rows to validate on.
  var valid: String { path + "/valid.jsonl" }
  /// What was checked of the rows, what was accepted and why, and the hashes of both files.
  var data: String { path + "/data.json" }
  /// Where the rows of both files stand in the person's own.
  var places: String { path + "/places.json" }
  /// What happened, a line each.
  var events: String { path + "/events.jsonl" }
  /// What the trainer printed.
  var log: String { path + "/trainer.log" }
  /// What the runner printed: nothing, unless something is wrong with it.
  var runnerLog: String { path + "/runner.log" }
  /// The processes that work on it.
  var processes: String { path + "/process.json" }
  /// The request to end, with the state to end in: a `StopRequest`.
  var stop: String { path + "/stop.json" }
  /// Eval cases that are answered at each checkpoint.
  var samples: String { path + "/samples.jsonl" }
  /// Held by the runner.
  var runnerLock: String { path + "/runner.lock" }
  /// The process that evaluates the job's checkpoints.
  var companion: String { path + "/companion.json" }
  /// What that printed.
  var companionLog: String { path + "/companion.log" }
  /// The id of its ticket in the machine's queue, while it waits.
  var ticket: String { path + "/ticket" }
  /// How long the job has worked: a ``WorkedTime``.
  var started: String { path + "/started.json" }
  /// How the trainer ended; the last file to be written.
  var exit: String { path + "/exit.json" }

  /// The processes that work on a job.
  struct Processes: Sendable, Hashable, Codable {
    /// Waits for the trainer, and notes how it ended.
    var runner: ProcessIdentity
    /// Does the work, in a group that it leads; nil until it is started, and where the work is done elsewhere.
    var trainer: ProcessIdentity?
    /// Whether one of them lives.
    var isAlive: Bool { runner.isAlive || trainer?.isAlive == true }
  }

  /// What is to be done, and when.
  struct Job: Sendable, Hashable, Codable {
    /// What.
    var work: Work
    /// When it gets its turn.
    var order = QueueOrder()
    /// When it was asked for: among equals the older goes first.
    var created = Date()
    /// Hours after which it is to save and end.
    var maxHours: Double?
    /// Looks after the job while it goes on: evaluates its checkpoints, ends it when more training isn't worth it.
    var companion: ProgramWork?
    /// The workspace's folder and the job's number in it, for people who look at the queue.
    var workspace: String
    var number: Int64
  }

  /// How a trainer ended.
  struct Exit: Sendable, Hashable, Codable {
    /// As shells count.
    var status: Int
    /// When, in seconds since 1970.
    var time: Double
  }

  /// Reads one of the small files; nil when it isn't there (yet).
  func read<Value: Decodable>(_ file: String, as type: Value.Type) -> Value? {
    (try? FileBytes.read(file, limit: Self.mostBytes, followsLinks: false)).flatMap {
      try? JSONDecoder().decode(type, from: Data($0))
    }
  }

  /// What the trainers' programs are told; nil where that can't be read.
  var trainerSpec: TrainerSpec? {
    (try? FileBytes.read(spec, limit: Self.mostBytes, followsLinks: false)).flatMap { try? TrainerSpec($0) }
  }

  /// Signs what is to be done, as `spec.json` and `job.json` say it now.
  /// - Throws: the signer's error, or when the files can't be read or written.
  func sign(with signer: any WorkSigner) throws {
    guard let work = Self.work(of: self) else {
      throw TrainerFailure("\(job) and \(spec) can't be read, so the job can't be started.")
    }
    try PrivateFiles.write(try signer.signature(of: work, in: path) + "\n", to: signature)
  }

  /// What is to be done and how, where this installation has signed it; nil where it hasn't, or the files changed since.
  func signedWork(_ signer: any WorkSigner) -> (job: Job, spec: TrainerSpec?)? {
    guard let work = Self.work(of: self),
      let signature = try? FileBytes.text(signature, limit: 200, followsLinks: false),
      signer.verifies(signature.trimmingCharacters(in: .whitespacesAndNewlines), of: work, in: path),
      let job = try? JSONDecoder().decode(Job.self, from: Data(work[0]))
    else { return nil }
    return (job, try? TrainerSpec(work[1]))
  }

  /// The bytes of `job.json` and `spec.json`.
  private static func work(of folder: JobFolder) -> [[UInt8]]? {
    do {
      let job = try FileBytes.read(folder.job, limit: mostBytes, followsLinks: false)
      // Only our own trainers read one.
      return [
        job, folder.has(folder.spec) ? try FileBytes.read(folder.spec, limit: mostBytes, followsLinks: false) : [],
      ]
    } catch {
      return nil
    }
  }

  /// The longest of the small files.
  private static let mostBytes = 4 << 20

  /// Replaces one of the small files.
  func write(_ value: some Encodable, to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try PrivateFiles.write(String(decoding: encoder.encode(value), as: UTF8.self) + "\n", to: file)
  }

  /// What a job that was asked to end is then: one of which nothing was saved hasn't finished.
  func state(after request: StopRequest) -> TrainingJob.State {
    let state = TrainingJob.State(rawValue: request.state) ?? .canceled
    return state == .finished && !has(path + "/last") ? .canceled : state
  }

  /// Whether the folder itself is there.
  var exists: Bool { WorkspaceFolder.isFolder(path) }

  /// Refuses a folder in which a link stands for what programs take from it: rows, or a checkpoint outside of it. Whoever
  /// resumes the job would read it, or remove files there.
  /// - Throws: `TrainerFailure` that names the link.
  func checkLinks() throws {
    for file in [train, valid, samples, data, events, log, processes, started, exit] where Self.isLink(file) {
      throw TrainerFailure("\(file) is a link, which Assay never makes there: remove it.")
    }
    let checkpoints = path + "/checkpoints"
    if Self.isLink(checkpoints) {
      throw TrainerFailure("\(checkpoints) is a link, which Assay never makes there: remove it.")
    }
    do throws(PathError) {
      for name in ["best", "last"] where Self.isLink(path + "/" + name) { _ = try WorkspaceFolder(path).reading(name) }
      if WorkspaceFolder.isFolder(checkpoints) { try WorkspaceFolder(path).checkLinks(in: "checkpoints") }
    } catch {
      throw TrainerFailure("The job in \(path) can't be resumed: \(error)")
    }
  }

  private static func isLink(_ path: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  /// Whether a file is there.
  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: file) }

  /// Seconds since a file was changed; nil when it isn't there.
  func age(of file: String) -> Double? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    return (attributes?[.modificationDate] as? Date).map { Date().timeIntervalSince($0) }
  }
}
