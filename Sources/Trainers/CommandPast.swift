import WorkbenchCore

/// What a command job's events have told before.
struct CommandPast {
  /// Steps planned, as last told.
  private(set) var steps: Int?
  private(set) var lastTrained = 0
  /// The first step that anything was told of since the job began; nil where nothing was.
  private(set) var firstTold: Int?
  private(set) var validations: [Int: Double] = [:]
  private(set) var checkpoints: Set<Int> = []
  /// The lowest validation loss of a checkpoint.
  private(set) var best: Double?

  /// The last step whose loss was told.
  var lastTold: Int { max(lastTrained, validations.keys.max() ?? 0) }

  /// Reads a job's events.
  init(_ events: String) {
    var tail = FileTail(path: events, offset: 0)
    repeat {
      for event in tail.lines(includingTorn: false).compactMap({ EventFile.event($0) }) { add(event.kind) }
    } while tail.hasMore
  }

  private mutating func add(_ kind: TrainingEvent.Kind) {
    switch kind {
    case .start(let start):
      steps = start.steps
      // What comes after it is told again.
      lastTrained = min(lastTrained, start.firstStep)
      validations = validations.filter { $0.key <= start.firstStep }
      checkpoints = checkpoints.filter { $0 <= start.firstStep }
      if checkpoints.isEmpty { best = nil }
      if start.firstStep == 0 { firstTold = nil }
    case .train(let metric):
      lastTrained = metric.step
      firstTold = firstTold ?? metric.step
    case .validation(let step, let loss):
      if loss.isFinite { validations[step] = loss }
      firstTold = firstTold ?? step
    case .checkpoint(let checkpoint):
      checkpoints.insert(checkpoint.step)
      firstTold = firstTold ?? checkpoint.step
      if let loss = checkpoint.validationLoss, loss.isFinite { best = min(best ?? loss, loss) }
    case .preflight, .sample, .answers, .system, .warning, .note, .paused, .end: break
    }
  }
}
