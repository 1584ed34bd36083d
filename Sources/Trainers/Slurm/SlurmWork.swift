import Domain
import Foundation
import Processes

/// Work that is given to Slurm: one of our trainers in a batch script.
struct SlurmWork: JobWork {
  /// The trainer.
  var program: ProgramWork
  /// How Slurm is told to run it.
  var settings: SlurmSettings
  /// What the names of its Slurm jobs begin with: no other work has it.
  var name: String
  /// Seconds between two looks at the queue.
  var secondsBetweenLooks = 10.0

  /// - Parameter number: the training job's, for people who look at Slurm's queue.
  init(_ program: Program, settings: SlurmSettings, number: Int64) {
    self.program = ProgramWork(program)
    self.settings = settings
    name = "assay-\(number)-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
  }

  func run(_ job: RunningJob) async throws -> Int { try await SlurmFollower(work: self, job: job).run() }
}

/// What is known of the Slurm job that does a training job's work: `slurm.json`. It is written before each thing that
/// must not happen twice.
struct SlurmRecord: Sendable, Hashable, Codable {
  /// The Slurm job's name.
  var label: String
  /// Which start of the training job this is, from 1: one that is resumed after its end gets another Slurm job.
  var attempt: Int
  /// Whether the job may have been submitted.
  var isSubmitted = false
  /// Its number.
  var job: String?
  /// How it ended.
  var status: Int?

  /// The first or the next one of some work.
  init(_ work: SlurmWork, attempt: Int = 1) {
    label = "\(work.name)-\(attempt)"
    self.attempt = attempt
  }
}

extension JobFolder {
  /// What is known of the Slurm job that does the work: a ``SlurmRecord``.
  var slurm: String { path + "/slurm.json" }
  /// What Slurm runs.
  var slurmScript: String { path + "/slurm.sh" }
  /// Locked while a submission is under way.
  var slurmLock: String { path + "/slurm.lock" }

  /// The number of the Slurm job that works under a label, once it has started.
  func slurmOwner(_ label: String) -> String? {
    let link = path + "/" + SlurmScript.owner(of: label)
    return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)).flatMap { SlurmQueue.number($0) }
  }

  /// What the script of a label left at its end.
  func slurmEnding(_ label: String) -> SlurmScript.Ending? {
    read(path + "/" + SlurmScript.ending(of: label), as: SlurmScript.Ending.self)
  }
}
