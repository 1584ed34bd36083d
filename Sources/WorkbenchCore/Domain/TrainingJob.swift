import Foundation

/// One attempt to tune a model.
public struct TrainingJob: Sendable, Hashable, Identifiable {
  /// Where it stands.
  public enum State: String, Sendable, Hashable, CaseIterable {
    case queued, running, finished, failed, canceled
    /// Stopped for a while; it can be gone on with.
    case paused
    /// Silent too long, or its process died without a word.
    case lost
    /// Whether nothing more comes, unless it is gone on with.
    public var isOver: Bool { self != .queued && self != .running }
    /// Whether it can be gone on with from what it saved last.
    public var canResume: Bool { isOver && self != .finished }
  }

  /// The checkpoint that is its best adapter.
  public struct Best: Sendable, Hashable {
    /// Steps done.
    public var step: Int
    /// Loss over the validation rows there; nil where it wasn't measured or is no number.
    public var validationLoss: Double?
    /// Makes one.
    public init(step: Int, validationLoss: Double? = nil) {
      self.step = step
      self.validationLoss = validationLoss
    }
  }

  /// Its number and its folder's name.
  public let id: JobID
  /// What does the work, for example `mlx`.
  public var backend: String
  /// The model's name.
  public var base: String
  /// Where the rows came from, in words: a file, or a run.
  public var data: String
  /// How it tunes.
  public var settings: TrainingSettings
  /// Where it stands.
  public var state: State
  /// When it was made.
  public var created: Date
  /// The last step reported.
  public var step: Int
  /// Steps planned; 0 while unknown.
  public var steps: Int
  /// The last training loss; not a number, or infinite, once the job has diverged.
  public var trainLoss: Double?
  /// The last validation loss; the same holds for it.
  public var validationLoss: Double?
  /// The best checkpoint so far.
  public var best: Best?
  /// The best adapter so far, relative to the workspace; of a job at a provider, the model's name there.
  public var adapter: String?
  /// The step of the checkpoint that a person or an evaluation chose; best checkpoint and adapter are that one then, whatever
  /// its trainer reports. Nil where nobody chose.
  public var chosen: Int?
  /// Why it failed, was lost or ended early; a sentence.
  public var message: String?
  /// The sweep it is a part of.
  public var sweep: String?

  /// Makes a job.
  public init(
    id: JobID, backend: String, base: String, data: String, settings: TrainingSettings, state: State, created: Date,
    step: Int = 0, steps: Int = 0, trainLoss: Double? = nil, validationLoss: Double? = nil, best: Best? = nil,
    adapter: String? = nil, message: String? = nil, sweep: String? = nil
  ) {
    self.id = id
    self.backend = backend
    self.base = base
    self.data = data
    self.settings = settings
    self.state = state
    self.created = created
    self.step = step
    self.steps = steps
    self.trainLoss = trainLoss
    self.validationLoss = validationLoss
    self.best = best
    self.adapter = adapter
    self.message = message
    self.sweep = sweep
  }

  /// Whether its weights are at a provider, under a name of the provider's.
  public var isHosted: Bool { descriptor?.isHosted ?? false }
  /// Whether its checkpoints have names of the trainer's own, which stand in its events alone.
  public var namesCheckpoints: Bool { descriptor?.namesCheckpoints ?? false }
  /// What its back end can do; nil for one that only another version of Assay knows.
  public var descriptor: Backend? { BackendName(rawValue: backend)?.descriptor }
  /// The job's folder, relative to the workspace.
  public var folder: String { ".assay/jobs/\(id)" }
}
