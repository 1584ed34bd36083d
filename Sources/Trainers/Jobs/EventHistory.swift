import Domain
import TrainerLogs

/// What a job's events say together, one added to the other: the only fold that runners and followers go by. What was
/// reported after the step that a later start begins at counts no more, since it is reported again.
struct EventHistory: Sendable, Hashable {
  /// Whether the job has started.
  private(set) var hasStarted = false
  /// Steps planned, as last told.
  private(set) var steps: Int?
  /// Whether the job has told its end. A remark may come later than that.
  private(set) var hasEnded = false
  /// When the last event happened, in seconds since 1970.
  private(set) var lastTime: Double?
  /// The step that was spoken of last.
  private(set) var lastStep = 0
  /// Steps whose training loss was told.
  private(set) var trained: Set<Int> = []
  /// The newest of them.
  private(set) var lastTrained = 0
  /// The first step that anything was told of since the job began; nil where nothing was.
  private(set) var firstTold: Int?
  /// Validation losses by step, those that are no numbers among them.
  private(set) var validations: [Int: Double] = [:]
  /// Checkpoints by path: of one that was told twice the newer word.
  private(set) var checkpoints: [String: Checkpoint] = [:]
  /// The path of the checkpoint that was told to be the best.
  private(set) var best: String?
  /// The lowest validation loss of a checkpoint.
  private(set) var lowest: Double?
  /// Notes and warnings.
  private(set) var said: Set<String> = []

  /// The last step whose loss was told.
  var lastTold: Int { max(lastTrained, validations.keys.max() ?? 0) }

  /// The checkpoint with the lowest validation loss, and else the last.
  var bestCheckpoint: Checkpoint? {
    checkpoints.values.min {
      ($0.validationLoss?.finite ?? .infinity, -$0.step) < ($1.validationLoss?.finite ?? .infinity, -$1.step)
    }
  }

  /// Takes in the next event.
  mutating func add(_ event: TrainingEvent) {
    lastTime = event.time
    add(event.kind)
  }

  /// Takes in what the next event says.
  mutating func add(_ kind: TrainingEvent.Kind) {
    switch kind {
    case .start(let start):
      hasStarted = true
      steps = start.steps
      drop(after: start.firstStep)
      if start.firstStep == 0 { firstTold = nil }
    case .train(let metric):
      trained.insert(metric.step)
      lastTrained = metric.step
      told(metric.step)
    case .validation(let step, let loss):
      validations[step] = loss
      told(step)
    case .checkpoint(let checkpoint):
      checkpoints[checkpoint.path] = checkpoint
      if checkpoint.isBest { best = checkpoint.path }
      if let loss = checkpoint.validationLoss?.finite { lowest = min(lowest ?? loss, loss) }
      told(checkpoint.step)
    case .note(let text), .warning(let text): said.insert(LogText.clean(text))
    case .preflight, .sample, .answers, .system, .paused, .end: break
    }
    switch kind {
    case .end: hasEnded = true
    case .note, .warning, .system, .sample, .answers: break
    case .start, .train, .validation, .checkpoint, .preflight, .paused: hasEnded = false
    }
  }

  private mutating func told(_ step: Int) {
    firstTold = firstTold ?? step
    lastStep = step
  }

  private mutating func drop(after step: Int) {
    lastTrained = min(lastTrained, step)
    trained = trained.filter { $0 <= step }
    validations = validations.filter { $0.key <= step }
    checkpoints = checkpoints.filter { $0.value.step <= step }
    if checkpoints.isEmpty { lowest = nil }
  }
}
