/// How a job's header follows what its trainer says: a pure function of the header and one observation.
public enum JobLifecycle {
  /// The header after the observation. A state that is over never changes again.
  /// - Parameter log: the end of the log as known so far, for a job that leaves no other word.
  public static func header(
    _ job: TrainingJob, after observation: TrainerObservation, log: [String]? = nil
  ) -> TrainingJob {
    guard !job.state.isOver else { return job }
    var job = job
    for event in observation.events { apply(event.kind, to: &job) }
    guard !job.state.isOver else { return job }
    let lastWords = (log ?? observation.log).last { !$0.allSatisfy(\.isWhitespace) }
    if let status = observation.exitStatus {
      job.state = .failed
      job.message =
        "The trainer ended with status \(status) without saying why."
        + (lastWords.map { " Its last words: \($0)" } ?? " Its log is empty.")
    } else if observation.isAlive == false {
      job.state = .lost
      job.message =
        "The job's process is gone and left no word."
        + (lastWords.map { " The last line of its log: \($0)" } ?? "")
        + " What it saved last is kept; start a new job to go on."
    }
    return job
  }

  private static func apply(_ event: TrainingEvent.Kind, to job: inout TrainingJob) {
    switch event {
    case .start(let steps, _, _, _, _):
      job.state = .running
      job.steps = steps
    case .train(let metric):
      job.state = .running
      job.step = max(job.step, metric.step)
      job.trainLoss = metric.loss
    case .validation(let step, let loss):
      job.step = max(job.step, step)
      job.validationLoss = loss
    case .checkpoint(let checkpoint):
      if checkpoint.isBest || job.adapter == nil { job.adapter = job.folder + "/best" }
    case .warning: break
    case .end(let state, let message, let step):
      job.state = state
      job.message = message
      job.step = max(job.step, step)
    }
  }
}

extension JobDetail {
  /// Adds what an observation brought; the log keeps its last `logLimit` lines.
  public mutating func apply(_ observation: TrainerObservation, logLimit: Int = 2_000) {
    for event in observation.events {
      if firstEvent == nil { firstEvent = event.time }
      lastEvent = event.time
      switch event.kind {
      case .start(_, let trainable, let total, let rows, let validationRows):
        self.parameters = (trainable, total)
        self.rows = (rows, validationRows)
      case .train(let metric): metrics.append(metric)
      case .validation(let step, let loss): validations.append(Validation(step: step, loss: loss))
      case .checkpoint(let checkpoint): checkpoints.append(checkpoint)
      case .warning(let text): warnings.append(text)
      case .end: break
      }
    }
    log.append(contentsOf: observation.log)
    if log.count > logLimit { log.removeFirst(log.count - logLimit) }
    job = JobLifecycle.header(job, after: observation, log: self.log)
  }
}
