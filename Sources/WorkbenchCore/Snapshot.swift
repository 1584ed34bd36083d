import Content
import Domain
import Evidence
import Foundation

/// Everything that can be shown, at one moment: all headers, and the bodies of what is open. Immutable; a newer one
/// replaces it whole.
package struct Snapshot: Sendable {
  /// What the files say.
  package var workspace: Workspace
  /// Whether a person has allowed what the files ask for.
  package var trust = WorkspaceTrust.trusted
  /// All runs, newest first.
  package var runs: [Run] = []
  /// What each variant would measure on each set as the files are now; see ``Run/base``.
  package var bases: [VariantOnSet: ContentHash] = [:]
  /// Progress of runs under way in this process.
  package var progress: [RunID: RunProgress] = [:]
  /// Versions, newest first.
  package var versions: [StoredVersion] = []
  /// All jobs, newest first.
  package var jobs: [TrainingJob] = []
  /// What models were last seen to do, by `ModelSpec.place`.
  package var probes: [ContentHash: ModelProbe] = [:]
  /// What people found of answers.
  package var reviews = Reviews()
  /// The answer being tried.
  package var trial: Trial?
  /// The answers of several variants to one typed input.
  package var duel: Duel?
  /// What the queries of screens are at; read through the subscript that takes a query.
  var answers = QueryAnswers()
  /// Commands that wait for a person to agree to what they cost, oldest first.
  package var charges: [PendingCharge] = []
  /// What happened that a person should know, oldest first.
  package var notices: [Notice] = []
  /// Texts that an earlier process left unsaved, or that this one keeps because they are.
  package var drafts: [DraftPath: KeptDraft] = [:]
  /// Why texts that are typed and not saved can't be kept either.
  package var unkeptDrafts: [DraftPath: String] = [:]
  /// The last edits that ended, oldest first.
  package var edits: [EndedEdit] = []
  /// When it was published.
  package var time: Date

  /// An otherwise empty snapshot.
  package init(workspace: Workspace, time: Date) {
    self.workspace = workspace
    self.time = time
  }
}

/// What a model would see for one case.
package struct RenderedPrompt: Sendable, Hashable {
  /// A section with its size.
  package struct Part: Sendable, Hashable {
    /// The section's title.
    package var title: String
    /// The message it is part of.
    package var role: MessageRole
    /// With slots filled.
    package var text: String
    /// Tokens; nil while unknown.
    package var tokens: Int?
    package init(title: String, role: MessageRole, text: String, tokens: Int? = nil) {
      self.title = title
      self.role = role
      self.text = text
      self.tokens = tokens
    }
  }
  /// What was asked for.
  package var request: RenderRequest
  /// The frozen prompt's hash.
  package var version: ContentHash
  /// Sections in order.
  package var parts: [Part]
  /// The conversation.
  package var messages: [ChatMessage]
  /// Whether token counts come from the model's own tokenizer; else they are estimated as a quarter of the characters.
  package var countsAreExact: Bool
  /// Why it can't be rendered.
  package var problem: String?
  package init(
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
  package var tokens: Int? { parts.reduce(0) { sum, part in sum.flatMap { sum in part.tokens.map { sum + $0 } } } }
}

/// A prompt tried on one case.
package struct Trial: Sendable, Hashable {
  /// What was asked for.
  package var request: RenderRequest
  /// The case's id.
  package var caseID: String
  /// The answer so far.
  package var text: String
  /// Whether more may come.
  package var isRunning: Bool
  /// What came of it.
  package var output: Output?
  /// What it is waiting for.
  package var waiting: String?
  package init(
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
package struct JobDetail: Sendable {
  /// The header.
  package var job: TrainingJob
  /// All numbers that it reported.
  package var curves = JobCurves()
  /// The last few hundred training numbers, in step order.
  package var metrics: [Metric] = []
  /// The last few hundred validation losses, in step order.
  package var validations: [Validation] = []
  /// Saved states in step order.
  package var checkpoints: [Checkpoint] = []
  /// The step of the checkpoint that is the job's best adapter; nil where none is, or where that isn't known.
  package var bestStep: Int?
  /// What the model answered to a few eval cases, in step order.
  package var samples: [Sample] = []
  /// What the answers of each step have in common, in step order.
  package var answers: [AnswerFigures] = []
  /// What was found of the rows on the real tokenizer, before the job started.
  package var preflight: [Preflight] = []
  /// What the job last took of its machine, with the time in seconds since 1970 and the step it had come to.
  package var system: [(time: Double, step: Int, use: SystemUse)] = []
  /// What stands on the time line, in the order it happened: the last two thousand things.
  package var marks: [Mark] = []
  /// The last lines of the log.
  package var log: [String] = []
  /// What the trainer knew when it began the last time.
  package var start: TrainingStart?
  /// Rows learnt from and validated on.
  package var rows: (train: Int, validation: Int)? {
    start.flatMap { $0.trainRows > 0 ? ($0.trainRows, $0.validationRows) : nil }
  }
  /// Parameters that are learnt, and all.
  package var parameters: (trainable: Int, total: Int)? {
    start.flatMap { $0.totalParameters > 0 ? ($0.trainableParameters, $0.totalParameters) : nil }
  }
  /// What the trainer warned of.
  package var warnings: [String] = []
  /// When the trainer's first event came, in seconds since 1970.
  package var firstEvent: Double?
  /// When the trainer's last event came, in seconds since 1970.
  package var lastEvent: Double?
  /// How much of what it said is read, 0 to 1.
  package var readShare = 1.0

  /// A loss over the validation rows.
  package struct Validation: Sendable, Hashable {
    /// Steps done.
    package var step: Int
    /// Mean loss.
    package var loss: Double
    package init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// Something that happened at a step.
  package struct Mark: Sendable, Hashable {
    /// What kind of thing.
    package enum Kind: Sendable, Hashable { case started, checkpoint, best, warning, note, paused, ended }
    /// Steps done.
    package var step: Int
    /// In seconds since 1970.
    package var time: Double
    /// What kind of thing.
    package var kind: Kind
    /// What, in words; empty where the kind says it.
    package var text: String
    package init(step: Int, time: Double, kind: Kind, text: String = "") {
      self.step = step
      self.time = time
      self.kind = kind
      self.text = text
    }
  }

  /// A job without events.
  package init(job: TrainingJob) { self.job = job }

  /// Seconds to go at the rate of the last ten reports.
  package var remainingSeconds: Double? {
    let rates = metrics.suffix(10).compactMap(\.stepsPerSecond)
    guard job.state == .running, job.steps > 0, !rates.isEmpty else { return nil }
    let rate = rates.reduce(0, +) / Double(rates.count)
    return rate > 0 ? Double(job.steps - job.step) / rate : nil
  }
}

/// A sentence that tells what happened.
package struct Notice: Sendable, Hashable, Identifiable {
  /// How much it matters.
  package enum Kind: Sendable, Hashable { case information, success, warning, error }
  /// Unique in this process.
  package var id: Int
  /// How much it matters.
  package var kind: Kind
  /// The sentence.
  package var text: String
  /// When.
  package var time: Date
  /// What to do about it, where that isn't in the sentence.
  package var hint: WorkbenchError.Hint?
  package init(id: Int, kind: Kind, text: String, time: Date, hint: WorkbenchError.Hint? = nil) {
    self.hint = hint
    self.id = id
    self.kind = kind
    self.text = text
    self.time = time
  }
}

/// An edit of the workspace's files that was carried out or failed, for the pane that asked for it.
package struct EndedEdit: Sendable, Hashable, Identifiable {
  /// Rises with each edit in this process.
  package var id: Int
  /// The edit.
  package var command: Command
  /// Why nothing was written; nil when it was.
  package var problem: String?
  package init(id: Int, command: Command, problem: String? = nil) {
    self.id = id
    self.command = command
    self.problem = problem
  }
}
