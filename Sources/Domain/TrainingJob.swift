import Foundation

/// One attempt to tune a model.
package struct TrainingJob: Sendable, Hashable, Identifiable {
  /// Where it stands.
  package enum State: String, Sendable, Hashable, CaseIterable {
    case queued, running, finished, failed, canceled
    /// Stopped for a while; it can be gone on with.
    case paused
    /// Silent too long, or its process died without a word.
    case lost
    /// Whether nothing more comes, unless it is gone on with.
    package var isOver: Bool { self != .queued && self != .running }
    /// Whether it can be gone on with from what it saved last.
    package var canResume: Bool { isOver && self != .finished }
  }

  /// The checkpoint that is its best adapter.
  package struct Best: Sendable, Hashable {
    /// Steps done.
    package var step: Int
    /// Loss over the validation rows there; nil where it wasn't measured or is no number.
    package var validationLoss: Double?
    /// Makes one.
    package init(step: Int, validationLoss: Double? = nil) {
      self.step = step
      self.validationLoss = validationLoss
    }
  }

  /// Its number and its folder's name.
  package let id: JobID
  /// What does the work, for example `mlx`.
  package var backend: String
  /// The model's name.
  package var base: String
  /// Where the rows came from, in words: a file, or a run.
  package var data: String
  /// How it tunes.
  package var settings: TrainingSettings
  /// Where it stands.
  package var state: State
  /// When it was made.
  package var created: Date
  /// The last step reported.
  package var step: Int
  /// Steps planned; 0 while unknown.
  package var steps: Int
  /// The last training loss; not a number, or infinite, once the job has diverged.
  package var trainLoss: Double?
  /// The last validation loss; the same holds for it.
  package var validationLoss: Double?
  /// The best checkpoint so far.
  package var best: Best?
  /// The best adapter so far, relative to the workspace; of a job at a provider, the model's name there.
  package var adapter: String?
  /// The step of the checkpoint that a person or an evaluation chose; best checkpoint and adapter are that one then, whatever
  /// its trainer reports. Nil where nobody chose.
  package var chosen: Int?
  /// Why it failed, was lost or ended early; a sentence.
  package var message: String?
  /// The sweep it is a part of.
  package var sweep: String?

  /// Makes a job.
  package init(
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
  package var isHosted: Bool { descriptor?.isHosted ?? false }
  /// Whether its checkpoints have names of the trainer's own, which stand in its events alone.
  package var namesCheckpoints: Bool { descriptor?.namesCheckpoints ?? false }
  /// What its back end can do; nil for one that only another version of Assay knows.
  package var descriptor: Backend? { [Backend].builtIn[backend] }
  /// The job's folder, relative to the workspace.
  package var folder: String { ".assay/jobs/\(id)" }
}
