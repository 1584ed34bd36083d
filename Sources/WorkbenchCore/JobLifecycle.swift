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
    if observation.isGone {
      job.state = .lost
      job.adapter = nil
      job.message = "The job's folder \(job.folder) is gone, and with it all that the job had saved. Start a new one."
      return job
    }
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
        + (job.adapter == nil
          ? " It had saved nothing yet; `assay jobs resume \(job.id)` begins again."
          : " What it saved last is kept; `assay jobs resume \(job.id)` goes on from there.")
    }
    return job
  }

  private static func apply(_ event: TrainingEvent.Kind, to job: inout TrainingJob) {
    switch event {
    case .start(let start):
      job.state = .running
      job.steps = start.steps
      job.step = start.firstStep
      job.message = nil
    case .train(let metric):
      job.state = .running
      job.step = max(job.step, metric.step)
      job.trainLoss = metric.loss
    case .validation(let step, let loss):
      job.step = max(job.step, step)
      job.validationLoss = loss
    case .checkpoint(let checkpoint):
      if checkpoint.isBest || job.adapter == nil {
        job.adapter = job.isHosted ? checkpoint.path : job.folder + "/best"
      }
    case .note(let text): if job.state == .queued { job.message = text }
    case .paused(let message, let step):
      job.message = message
      job.step = max(job.step, step)
    case .warning, .sample, .system: break
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
    for event in observation.events { apply(event) }
    log.append(contentsOf: observation.log)
    if log.count > logLimit { log.removeFirst(log.count - logLimit) }
    readShare = observation.readShare
    job = JobLifecycle.header(job, after: observation, log: self.log)
  }

  private mutating func apply(_ event: TrainingEvent) {
    if firstEvent == nil, case .start = event.kind { firstEvent = event.time }
    lastEvent = event.time
    let step = max(metrics.last?.step ?? 0, validations.last?.step ?? 0)
    func mark(_ kind: Mark.Kind, _ text: String = "", at place: Int? = nil) -> Mark {
      Mark(step: place ?? step, time: event.time, kind: kind, text: text)
    }
    switch event.kind {
    case .start(let start):
      self.start = start
      drop(after: start.firstStep)
      marks.append(mark(.started, start.firstStep > 0 ? "went on" : "", at: start.firstStep))
    case .train(let metric):
      curves.add(metric, seconds: event.time - (firstEvent ?? event.time))
      metrics.append(metric)
      Self.trim(&metrics, to: 300)
    case .validation(let step, let loss):
      curves.add(validationLoss: loss, at: step)
      validations.append(Validation(step: step, loss: loss))
      Self.trim(&validations, to: 300)
    case .checkpoint(let checkpoint):
      checkpoints.append(checkpoint)
      marks.append(mark(checkpoint.isBest ? .best : .checkpoint, at: checkpoint.step))
    case .sample(let sample): samples.append(sample)
    case .system(let use):
      curves.add(use, at: step)
      system.append((event.time, step, use))
      Self.trim(&system, to: 300)
    case .warning(let text):
      warnings.append(text)
      marks.append(mark(.warning, text))
    case .note(let text): marks.append(mark(.note, text))
    case .paused(let message, let step): marks.append(mark(.paused, message ?? "", at: step))
    case .end(_, let message, let step): marks.append(mark(.ended, message ?? "", at: step))
    }
    Self.trim(&marks, to: 2_000)
  }

  /// Drops the first elements once there are half as many again as are to be kept.
  private static func trim<Element>(_ list: inout [Element], to most: Int) {
    if list.count >= most + most / 2 { list.removeFirst(list.count - most) }
  }

  /// Forgets what was reported after a step: a job that went on from there reports it again.
  private mutating func drop(after step: Int) {
    curves.removeAll(after: step)
    metrics.removeAll { $0.step > step }
    validations.removeAll { $0.step > step }
    checkpoints.removeAll { $0.step > step }
    samples.removeAll { $0.step > step }
  }
}
