import Content
import Foundation

/// Tunes models. A job is a folder; everything that is known of it stands in its files, so that any process can pick it
/// up again.
public protocol Trainer: Sendable {
  /// Starts a job that outlives this process; the trainer makes the folder and writes what it needs into it.
  /// - Throws: `TrainerFailure`.
  func start(_ plan: TrainingPlan) async throws
  /// Goes on with a job that is over, from what it saved last.
  /// - Parameter accepted: checks of the pre-flight that may fail, besides those that were accepted before.
  /// - Throws: `TrainerFailure`.
  func resume(folder: String, _ order: QueueOrder, accepting accepted: [Preflight.Check: String]) async throws
  /// Sees to it that somebody works on a job whose work is done elsewhere, where the process that followed it has died.
  func pickUp(folder: String) async
  /// What the files say now that they didn't when they were observed up to a place.
  func observe(folder: String, from cursor: ObservationCursor) async -> TrainerObservation
  /// Yields when there may be something new to observe in a job's folder; ends with the job or the task.
  func changes(folder: String) -> AsyncStream<Void>
  /// Asks a job to save and end; ends it by force if it doesn't, a canceled one soon, any other after it has had time to
  /// save. Returns when it has ended on this machine; one elsewhere may go on for a while.
  /// - Throws: `TrainerFailure` when nobody works on it.
  func stop(folder: String, _ request: StopRequest) async throws
  /// Gives a waiting job another place in the queue of this machine.
  /// - Throws: `TrainerFailure` when it doesn't wait.
  func setPriority(_ priority: Int, folder: String) async throws
}

/// Tells work that this installation has written down from any other: work of a job is started only with its signature.
public protocol WorkSigner: Sendable {
  /// The signature of a job's work, in hexadecimal digits.
  /// - Parameter folder: the job's folder, an absolute path.
  /// - Parameter work: what is to be done, as it is written down.
  /// - Throws: an error that describes itself when nothing can be signed here.
  func signature(of work: [[UInt8]], in folder: String) throws -> String
  /// Whether a signature is the one of this work in this folder.
  func verifies(_ signature: String, of work: [[UInt8]], in folder: String) -> Bool
}

/// What a job that is asked to end is to be afterwards.
public struct StopRequest: Sendable, Hashable, Codable {
  /// Its state then: over.
  public var state: String
  /// Why, in a sentence.
  public var message: String
  /// Makes a request.
  public init(_ state: TrainingJob.State, _ message: String) {
    self.state = state.rawValue
    self.message = message
  }
  /// Ends it for good.
  public static let cancel = StopRequest(.canceled, "Stopped as asked.")
  /// Ends it for a while.
  public static let pause = StopRequest(.paused, "Paused; what was learnt is saved.")
}

/// When a job gets its turn on this machine.
public struct QueueOrder: Sendable, Hashable, Codable {
  /// Higher ones come first; equal ones in the order they were made.
  public var priority = 0
  /// Not before this time.
  public var notBefore: Date?
  /// Whether it waits for its turn at all.
  public var waits = true
  /// As soon as the jobs before it are done.
  public init(priority: Int = 0, notBefore: Date? = nil, waits: Bool = true) {
    self.priority = priority
    self.notBefore = notBefore
    self.waits = waits
  }
}

/// Everything a trainer needs to start. Paths are absolute.
public struct TrainingPlan: Sendable {
  /// The job's folder.
  public var folder: String
  /// What does the work.
  public var backend: TrainingBackend
  /// The base model: a folder, a hub id, or a provider's name for it.
  public var base: String
  /// How to tune.
  public var settings: TrainingSettings
  /// Rows to learn from.
  public var rows: [TrainingRow]
  /// Rows to validate on: never empty.
  public var validationRows: [TrainingRow]
  /// Eval cases that are answered at each checkpoint.
  public var samples: [SamplePrompt]
  /// What was checked of the rows, and what was accepted: kept in the folder as `data.json`, with the rows' hashes.
  public var dataRecord: JSONObject
  /// Checks of the pre-flight that may fail, with the reason why.
  public var accepted: [Preflight.Check: String]
  /// When it gets its turn.
  public var order: QueueOrder
  /// The workspace's folder, for whoever looks after the job while it goes on.
  public var workspace: String
  /// The job's number in it.
  public var job: JobID
  /// Environment variables that the trainer is given besides the usual ones; by name.
  public var variables: [String]
  /// Makes a plan.
  public init(
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
public struct SamplePrompt: Sendable, Hashable {
  /// The case's id.
  public var id: String
  /// What is sent.
  public var messages: [ChatMessage]
  /// What a good answer is, where that is a text.
  public var expected: String?
  /// The longest answer, in tokens.
  public var maxTokens: Int
  /// Makes one.
  public init(id: String, messages: [ChatMessage], expected: String? = nil, maxTokens: Int = 128) {
    self.id = id
    self.messages = messages
    self.expected = expected
    self.maxTokens = maxTokens
  }
}

/// What a job's folder says at one moment.
public struct TrainerObservation: Sendable, Hashable {
  /// New events, in order.
  public var events: [TrainingEvent]
  /// Where the next observation goes on.
  public var cursor: ObservationCursor
  /// Whether the job's own process is alive; nil while it hasn't said who it is.
  public var isAlive: Bool?
  /// Whether the job's folder isn't there any more.
  public var isGone = false
  /// The exit status, once written.
  public var exitStatus: Int?
  /// New lines of the log, stripped of control characters.
  public var log: [String]
  /// How much of the events is read by now, 0 to 1: below that, there is more to observe already.
  public var readShare: Double
  /// Makes an observation.
  public init(
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
public struct TrainerFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  public var description: String
  /// Makes a failure.
  public init(_ description: String) { self.description = description }
}

/// How far a job's files have been observed. What it holds is the trainer's own; others only keep it and compare it.
public struct ObservationCursor: Sendable, Hashable {
  /// Bytes of the events.
  package var events = 0
  /// Bytes of the log.
  package var log = 0
  /// Before everything.
  public init() {}
  /// After so many bytes of each.
  package init(events: Int, log: Int = 0) {
    self.events = events
    self.log = log
  }
}
