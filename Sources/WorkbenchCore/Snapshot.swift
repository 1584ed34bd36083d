import Content
import Evidence
import Foundation

/// Everything that can be shown, at one moment: all headers, and the bodies of what is open. Immutable; a newer one
/// replaces it whole.
public struct Snapshot: Sendable {
  /// What the files say.
  public var workspace: Workspace
  /// Whether a person has allowed what the files ask for.
  public var trust = WorkspaceTrust.trusted
  /// All runs, newest first.
  public var runs: [Run] = []
  /// What each variant would measure on each set as the files are now; see ``Run/base``.
  public var bases: [VariantOnSet: ContentHash] = [:]
  /// Progress of runs under way in this process.
  public var progress: [RunID: RunProgress] = [:]
  /// Versions, newest first.
  public var versions: [StoredVersion] = []
  /// All jobs, newest first.
  public var jobs: [TrainingJob] = []
  /// What models were last seen to do, by `ModelSpec.place`.
  public var probes: [ContentHash: ModelProbe] = [:]
  /// What people found of answers.
  public var reviews = Reviews()
  /// The answer being tried.
  public var trial: Trial?
  /// What the queries of screens are at; read through the subscript that takes a query.
  var answers = QueryAnswers()
  /// Commands that wait for a person to agree to what they cost, oldest first.
  public var charges: [PendingCharge] = []
  /// What happened that a person should know, oldest first.
  public var notices: [Notice] = []
  /// Texts that an earlier process left unsaved, or that this one keeps because they are.
  public var drafts: [DraftPath: KeptDraft] = [:]
  /// Why texts that are typed and not saved can't be kept either.
  public var unkeptDrafts: [DraftPath: String] = [:]
  /// The last edits that ended, oldest first.
  public var edits: [EndedEdit] = []
  /// When it was published.
  public var time: Date

  /// An otherwise empty snapshot.
  public init(workspace: Workspace, time: Date) {
    self.workspace = workspace
    self.time = time
  }
}

/// What a model would see for one case.
public struct RenderedPrompt: Sendable, Hashable {
  /// A section with its size.
  public struct Part: Sendable, Hashable {
    /// The section's title.
    public var title: String
    /// The message it is part of.
    public var role: MessageRole
    /// With slots filled.
    public var text: String
    /// Tokens; nil while unknown.
    public var tokens: Int?
    /// Makes a part.
    public init(title: String, role: MessageRole, text: String, tokens: Int? = nil) {
      self.title = title
      self.role = role
      self.text = text
      self.tokens = tokens
    }
  }
  /// What was asked for.
  public var request: RenderRequest
  /// The frozen prompt's hash.
  public var version: ContentHash
  /// Sections in order.
  public var parts: [Part]
  /// The conversation.
  public var messages: [ChatMessage]
  /// Whether token counts come from the model's own tokenizer; else they are estimated as a quarter of the characters.
  public var countsAreExact: Bool
  /// Why it can't be rendered.
  public var problem: String?
  /// Makes a rendering.
  public init(
    request: RenderRequest, version: ContentHash, parts: [Part], messages: [ChatMessage], countsAreExact: Bool = false,
    problem: String? = nil
  ) {
    self.request = request
    self.version = version
    self.parts = parts
    self.messages = messages
    self.countsAreExact = countsAreExact
    self.problem = problem
  }
  /// Tokens of all parts, where every part's are known.
  public var tokens: Int? { parts.reduce(0) { sum, part in sum.flatMap { sum in part.tokens.map { sum + $0 } } } }
}

/// A prompt tried on one case.
public struct Trial: Sendable, Hashable {
  /// What was asked for.
  public var request: RenderRequest
  /// The case's id.
  public var caseID: String
  /// The answer so far.
  public var text: String
  /// Whether more may come.
  public var isRunning: Bool
  /// What came of it.
  public var output: Output?
  /// What it is waiting for.
  public var waiting: String?
  /// Makes a trial.
  public init(
    request: RenderRequest, caseID: String, text: String = "", isRunning: Bool = true, output: Output? = nil,
    waiting: String? = nil
  ) {
    self.request = request
    self.caseID = caseID
    self.text = text
    self.isRunning = isRunning
    self.output = output
    self.waiting = waiting
  }
}

/// A job with its curve and log.
public struct JobDetail: Sendable {
  /// The header.
  public var job: TrainingJob
  /// All numbers that it reported.
  public var curves = JobCurves()
  /// The last few hundred training numbers, in step order.
  public var metrics: [Metric] = []
  /// The last few hundred validation losses, in step order.
  public var validations: [Validation] = []
  /// Saved states in step order.
  public var checkpoints: [Checkpoint] = []
  /// The step of the checkpoint that is the job's best adapter; nil where none is, or where that isn't known.
  public var bestStep: Int?
  /// What the model answered to a few eval cases, in step order.
  public var samples: [Sample] = []
  /// What the answers of each step have in common, in step order.
  public var answers: [AnswerFigures] = []
  /// What was found of the rows on the real tokenizer, before the job started.
  public var preflight: [Preflight] = []
  /// What the job last took of its machine, with the time in seconds since 1970 and the step it had come to.
  public var system: [(time: Double, step: Int, use: SystemUse)] = []
  /// What stands on the time line, in the order it happened: the last two thousand things.
  public var marks: [Mark] = []
  /// The last lines of the log.
  public var log: [String] = []
  /// What the trainer knew when it began the last time.
  public var start: TrainingStart?
  /// Rows learnt from and validated on.
  public var rows: (train: Int, validation: Int)? {
    start.flatMap { $0.trainRows > 0 ? ($0.trainRows, $0.validationRows) : nil }
  }
  /// Parameters that are learnt, and all.
  public var parameters: (trainable: Int, total: Int)? {
    start.flatMap { $0.totalParameters > 0 ? ($0.trainableParameters, $0.totalParameters) : nil }
  }
  /// What the trainer warned of.
  public var warnings: [String] = []
  /// When the trainer's first event came, in seconds since 1970.
  public var firstEvent: Double?
  /// When the trainer's last event came, in seconds since 1970.
  public var lastEvent: Double?
  /// How much of what it said is read, 0 to 1.
  public var readShare = 1.0

  /// A loss over the validation rows.
  public struct Validation: Sendable, Hashable {
    /// Steps done.
    public var step: Int
    /// Mean loss.
    public var loss: Double
    /// Makes one.
    public init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// Something that happened at a step.
  public struct Mark: Sendable, Hashable {
    /// What kind of thing.
    public enum Kind: Sendable, Hashable { case started, checkpoint, best, warning, note, paused, ended }
    /// Steps done.
    public var step: Int
    /// In seconds since 1970.
    public var time: Double
    /// What kind of thing.
    public var kind: Kind
    /// What, in words; empty where the kind says it.
    public var text: String
    /// Makes one.
    public init(step: Int, time: Double, kind: Kind, text: String = "") {
      self.step = step
      self.time = time
      self.kind = kind
      self.text = text
    }
  }

  /// A job without events.
  public init(job: TrainingJob) { self.job = job }

  /// Seconds to go at the rate of the last ten reports.
  public var remainingSeconds: Double? {
    let rates = metrics.suffix(10).compactMap(\.stepsPerSecond)
    guard job.state == .running, job.steps > 0, !rates.isEmpty else { return nil }
    let rate = rates.reduce(0, +) / Double(rates.count)
    return rate > 0 ? Double(job.steps - job.step) / rate : nil
  }
}

/// A sentence that tells what happened.
public struct Notice: Sendable, Hashable, Identifiable {
  /// How much it matters.
  public enum Kind: Sendable, Hashable { case information, success, warning, error }
  /// Unique in this process.
  public var id: Int
  /// How much it matters.
  public var kind: Kind
  /// The sentence.
  public var text: String
  /// When.
  public var time: Date
  /// What to do about it, where that isn't in the sentence.
  public var hint: WorkbenchError.Hint?
  /// Makes a notice.
  public init(id: Int, kind: Kind, text: String, time: Date, hint: WorkbenchError.Hint? = nil) {
    self.hint = hint
    self.id = id
    self.kind = kind
    self.text = text
    self.time = time
  }
}

/// An edit of the workspace's files that was carried out or failed, for whoever handed it in.
public struct EndedEdit: Sendable, Hashable, Identifiable {
  /// Rises with each edit in this process.
  public var id: Int
  /// The edit.
  public var command: Command
  /// Why nothing was written; nil when it was.
  public var problem: String?
  /// Makes one.
  public init(id: Int, command: Command, problem: String? = nil) {
    self.id = id
    self.command = command
    self.problem = problem
  }
}
