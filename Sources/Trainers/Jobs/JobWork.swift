import Domain
import Foundation
import Processes

/// What a job consists in. The runner does it in a process that outlives the workbench.
protocol JobWork: Codable, Sendable, Hashable {
  /// Does the work. What it prints goes to the folder's log, what happens to its events. Ends soon after `job.stops`
  /// asks. May be called again after the runner was killed: then it resumes what was begun, and begins nothing
  /// twice.
  /// - Returns: the exit status, as shells count.
  func run(_ job: RunningJob) async throws -> Int
}

/// A job under way, as its work sees it.
struct RunningJob: Sendable {
  /// Its files.
  var folder: JobFolder
  /// Asks when the job is to save and end.
  var stops: StopRequests
  /// How long it may take to save and end.
  var patience: StopPatience
  /// Takes what happens.
  var events: EventLog
  /// To be told which process does the work, where one on this machine does.
  var onStart: @Sendable (ProcessIdentity) throws -> Void
  /// To be told when the work begins, each time it may have: the job's hours count from then on.
  var onWork: @Sendable () -> Void = {}
  /// The workspace's folder.
  var workspace = ""
  /// Reaches providers that tune; nil where nothing can.
  var tuning: (any TuningServices)?

  /// What the runner hands on as it was given.
  struct Parts: Sendable {
    var patience: StopPatience
    var events: EventLog
    var tuning: (any TuningServices)?
  }
}

/// How long a job that was asked to end may take before it is ended by force.
struct StopPatience: Sendable, Hashable {
  /// When nothing of it is wanted any more.
  var toCancel: Duration = .seconds(20)
  /// When it is to save first: trainers look for a request between two batches only.
  var toSave: Duration = .seconds(600)

  /// As a job usually has it.
  init() {}

  /// The same for both.
  init(_ both: Duration) {
    toCancel = both
    toSave = both
  }

  /// How long after a request; without a stated purpose, it may save.
  func duration(for request: StopRequest?) -> Duration {
    request?.state == TrainingJob.State.canceled.rawValue ? toCancel : toSave
  }
}

/// The kinds of work, as `job.json` names them.
enum Work: Sendable, Hashable, Codable {
  /// One of our trainers, on this machine.
  case program(ProgramWork)
  /// One of our trainers, in a job of Slurm's.
  case slurm(SlurmWork)
  /// A provider's fine-tuning API.
  case hosted(HostedWork)
  /// Another trainer, on this machine.
  case command(CommandWork)

  /// The work itself.
  var work: any JobWork {
    switch self {
    case .program(let work): work
    case .slurm(let work): work
    case .hosted(let work): work
    case .command(let work): work
    }
  }

  /// Whether it goes on elsewhere when its follower dies.
  var isRemote: Bool {
    switch self {
    case .program, .command: false
    case .slurm, .hosted: true
    }
  }
}

/// A program that writes the job's events itself.
struct ProgramWork: JobWork {
  var executable: String
  var arguments: [String]
  /// Variables to set, or with null to remove.
  var environment: [String: String?]
  /// Which of the runner's variables it is given besides.
  var inherits: Program.Inheritance

  init(_ program: Program) {
    executable = program.executable
    arguments = program.arguments
    environment = program.environment
    inherits = program.inherits
  }

  /// The program, in a folder.
  func program(in folder: JobFolder) -> Program {
    Program(
      executable, arguments, environment: environment, inherits: inherits, workingDirectory: folder.path)
  }

  func run(_ job: RunningJob) async throws -> Int {
    job.onWork()
    return try await program(in: job.folder).run(
      appendingTo: job.folder.log, patience: job.patience.toSave, stops: job.stops.stream(), onStart: job.onStart
    ).status
  }
}
