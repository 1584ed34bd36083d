import Content
import Foundation

/// Tunes models. A job is a folder; everything that is known of it stands in its files, so that any process can pick it
/// up again.
package protocol Trainer: Sendable {
  /// Starts a job that outlives this process; the trainer makes the folder and writes what it needs into it.
  /// - Throws: `TrainerFailure`.
  func start(_ plan: TrainingPlan) async throws
  /// Resumes a job that is over, from its last checkpoint.
  /// - Parameter accepted: checks of the pre-flight that may fail, besides those that were accepted before.
  /// - Throws: `TrainerFailure`.
  func resume(folder: String, _ order: QueueOrder, accepting accepted: [Preflight.Check: String]) async throws
  /// Starts a runner for a remote job whose own has died.
  func pickUp(folder: String) async
  /// What the files say now that they didn't when they were observed up to a place.
  func observe(folder: String, from cursor: ObservationCursor) async -> TrainerObservation
  /// Yields when there may be something new to observe in a job's folder; ends with the job or the task.
  func changes(folder: String) -> AsyncStream<Void>
  /// Asks a job to save and end; ends it by force if it doesn't, a canceled one soon, any other after it has had time to
  /// save. Returns when it has ended on this machine; one elsewhere may go on for a while.
  /// - Throws: `TrainerFailure` when no process works on it.
  func stop(folder: String, _ request: StopRequest) async throws
  /// Gives a waiting job another place in the queue of this machine.
  /// - Throws: `TrainerFailure` when it doesn't wait.
  func setPriority(_ priority: Int, folder: String) async throws
}

/// Tells work that this installation has written down from any other: work of a job is started only with its signature.
package protocol WorkSigner: Sendable {
  /// The signature of a job's work, in hexadecimal digits.
  /// - Parameter folder: the job's folder, an absolute path.
  /// - Parameter work: what is to be done, as it is written down.
  /// - Throws: an error that describes itself when nothing can be signed here.
  func signature(of work: [[UInt8]], in folder: String) throws -> String
  /// Whether a signature is the one of this work in this folder.
  func verifies(_ signature: String, of work: [[UInt8]], in folder: String) -> Bool
}

/// What a job that is asked to end is to be afterwards.
package struct StopRequest: Sendable, Hashable, Codable {
  /// Its state then: over.
  package var state: String
  /// Why, in a sentence.
  package var message: String
  package init(_ state: TrainingJob.State, _ message: String) {
    self.state = state.rawValue
    self.message = message
  }
  /// Ends it for good.
  package static let cancel = StopRequest(.canceled, "Stopped as asked.")
  /// Ends it for a while.
  package static let pause = StopRequest(.paused, "Paused; what was learnt is saved.")
}

/// When a job gets its turn on this machine.
package struct QueueOrder: Sendable, Hashable, Codable {
  /// Higher ones come first; equal ones in the order they were made.
  package var priority = 0
  /// Not before this time.
  package var notBefore: Date?
  /// Whether it waits for its turn at all.
  package var waits = true
  /// As soon as the jobs before it are done.
  package init(priority: Int = 0, notBefore: Date? = nil, waits: Bool = true) {
    self.priority = priority
    self.notBefore = notBefore
    self.waits = waits
  }
}

/// Everything a trainer needs to start. Paths are absolute.
package struct TrainingPlan: Sendable {
  /// The job's folder.
  package var folder: String
  /// What does the work.
  package var backend: TrainingBackend
  /// The base model: a folder, a hub id, or a provider's name for it.
  package var base: String
  /// How to tune.
  package var settings: TrainingSettings
  /// Rows to learn from.
  package var rows: [TrainingRow]
  /// Rows to validate on: never empty.
  package var validationRows: [TrainingRow]
  /// Eval cases that are answered at each checkpoint.
  package var samples: [SamplePrompt]
  /// What was checked of the rows, and what was accepted: kept in the folder as `data.json`, with the rows' hashes.
  package var dataRecord: JSONObject
  /// Checks of the pre-flight that may fail, with the reason why.
  package var accepted: [Preflight.Check: String]
  /// When it gets its turn.
  package var order: QueueOrder
  /// The workspace's folder, for whoever looks after the job while it goes on.
  package var workspace: String
  /// The job's number in it.
  package var job: JobID
  /// Environment variables that the trainer is given besides the usual ones; by name.
  package var variables: [String]
  package init(
    folder: String, backend: TrainingBackend = .mlx, base: String, settings: TrainingSettings, rows: [TrainingRow],
    validationRows: [TrainingRow], samples: [SamplePrompt] = [], dataRecord: JSONObject = JSONObject(),
    accepted: [Preflight.Check: String] = [:], order: QueueOrder = QueueOrder(), workspace: String = "",
    job: JobID = JobID(0), variables: [String] = []
  ) {
    self.accepted = accepted
    self.folder = folder
    self.backend = backend
    self.base = base
    self.settings = settings
    self.rows = rows
    self.validationRows = validationRows
    self.samples = samples
    self.dataRecord = dataRecord
    self.order = order
    self.workspace = workspace
    self.job = job
    self.variables = variables
  }
}

/// An eval case as the model is asked it at each checkpoint.
package struct SamplePrompt: Sendable, Hashable {
  /// The case's id.
  package var id: String
  /// What is sent.
  package var messages: [ChatMessage]
  /// What a good answer is, where that is a text.
  package var expected: String?
  /// The longest answer, in tokens.
  package var maxTokens: Int
  package init(id: String, messages: [ChatMessage], expected: String? = nil, maxTokens: Int = 128) {
    self.id = id
    self.messages = messages
    self.expected = expected
    self.maxTokens = maxTokens
  }
}

/// What a job's folder says at one moment.
package struct TrainerObservation: Sendable, Hashable {
  /// New events, in order.
  package var events: [TrainingEvent]
  /// Where the next observation goes on.
  package var cursor: ObservationCursor
  /// Whether the job's own process is alive; nil while it hasn't said who it is.
  package var isAlive: Bool?
  /// Whether the job's folder isn't there any more.
  package var isGone = false
  /// The exit status, once written.
  package var exitStatus: Int?
  /// New lines of the log, stripped of control characters.
  package var log: [String]
  /// How much of the events is read by now, 0 to 1: below that, there is more to observe already.
  package var readShare: Double
  package init(
    events: [TrainingEvent], cursor: ObservationCursor = ObservationCursor(), isAlive: Bool?, exitStatus: Int?,
    log: [String], readShare: Double = 1
  ) {
    self.readShare = readShare
    self.events = events
    self.cursor = cursor
    self.isAlive = isAlive
    self.exitStatus = exitStatus
    self.log = log
  }
}

/// Why a job can't start or be stopped: a sentence that says what to do.
package struct TrainerFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  package var description: String
  package init(_ description: String) { self.description = description }
}

/// How far a job's files have been observed. What it holds is the trainer's own; others only keep it and compare it.
package struct ObservationCursor: Sendable, Hashable {
  /// Bytes of the events.
  package var events = 0
  /// Bytes of the log.
  package var log = 0
  /// Before everything.
  package init() {}
  /// After so many bytes of each.
  package init(events: Int, log: Int = 0) {
    self.events = events
    self.log = log
  }
}
