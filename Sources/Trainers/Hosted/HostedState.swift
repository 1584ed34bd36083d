import Domain
import Foundation
import TrainerLogs

/// `hosted.json`: how far a job at a provider has come. Written before each request that makes something, and after it, so
/// that a later runner knows what may exist.
struct HostedState: Codable, Sendable, Hashable {
  /// What the provider knows the job by.
  var label = UUID().uuidString.lowercased()
  /// Rows to learn from.
  var train: HostedFile?
  /// Rows that the loss is measured on.
  var valid: HostedFile?
  /// When the job was last asked for, in seconds since 1970; nil before.
  var asked: Double?
  /// The provider's name for the job.
  var job: String?
  /// The last event that stands in the job's own events.
  var lastEvent: String?
  /// The provider's last word.
  var word: String?
  /// When the provider expected to be done, as last told; in seconds since 1970.
  var finish: Double?
  /// Whether it rests because we asked for that.
  var isPaused = false
}

/// A file of rows for the provider.
struct HostedFile: Codable, Sendable, Hashable {
  /// Where it is, and what it is called there.
  var file: TuningFile
  /// The hash of its content.
  var sha256: String
  /// How many rows.
  var rows: Int
  /// Bytes of its texts.
  var characters: Int
  /// The provider's name for it, once it is there.
  var id: String?
}

/// Writes a hosted job's events, and none twice: who goes on after a kill may hear again what stands there already.
struct HostedEventLog {
  private let events: EventLog
  private var history: EventHistory
  /// Whether what is heard may stand there already.
  private var isCatchingUp = true

  /// Reads what stands there.
  init(_ events: EventLog) {
    self.events = events
    history = events.history()
  }

  /// Whether the start stands there.
  var hasStarted: Bool { history.hasStarted }
  /// The last step that was spoken of.
  var step: Int { max(history.trained.max() ?? 0, history.validations.keys.max() ?? 0) }

  private func isNew(_ kind: TrainingEvent.Kind) -> Bool {
    switch kind {
    case .start: !hasStarted
    case .train(let metric): !history.trained.contains(metric.step)
    case .validation(let step, _): history.validations[step] == nil
    case .checkpoint(let checkpoint):
      checkpoint.isBest ? history.best != checkpoint.path : history.checkpoints[checkpoint.path] == nil
    case .note(let text), .warning(let text): !isCatchingUp || !history.said.contains(LogText.clean(text))
    case .preflight, .sample, .answers, .system, .paused, .end: true
    }
  }

  /// What is heard from now on is new; a sentence may be said again.
  mutating func hasCaughtUp() { isCatchingUp = false }

  /// The checkpoint that a model is, as it stands there.
  func checkpoint(_ model: String) -> Checkpoint? { history.checkpoints[model] }

  /// The checkpoint with the lowest validation loss, and else the last.
  var bestCheckpoint: Checkpoint? { history.bestCheckpoint }

  /// A checkpoint with a lower validation loss than this one, which may be no number.
  func checkpoint(betterThan loss: Double) -> Checkpoint? {
    guard let best = bestCheckpoint, let lowest = best.validationLoss?.finite, !(lowest >= loss) else { return nil }
    return best
  }

  /// Writes an event, unless the same one stands there.
  /// - Parameter time: when it happened, in seconds since 1970; now where nil.
  mutating func write(_ kind: TrainingEvent.Kind, at time: Double? = nil) {
    guard isNew(kind) else { return }
    events.append(kind, at: time)
    history.add(kind)
  }
}
