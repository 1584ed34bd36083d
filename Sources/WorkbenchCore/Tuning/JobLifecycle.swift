import Domain
import Evidence
import NumberFormat

/// How a job's header follows what its trainer says: a pure function of the header and one observation.
package enum JobLifecycle {
  /// The header after the observation. A state that is over never changes again.
  /// - Parameter log: the end of the log as known so far, for a job that leaves no other word.
  package static func header(
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
      if job.adapter == nil || checkpoint.isBest && job.chosen == nil {
        job.adapter = job.isHosted ? checkpoint.path : job.folder + "/best"
      }
    case .note(let text): if job.state == .queued { job.message = text }
    case .paused(let message, let step):
      job.message = message
      job.step = max(job.step, step)
    case .preflight, .warning, .sample, .answers, .system: break
    case .end(let state, let message, let step):
      job.state = state
      job.message = message
      job.step = max(job.step, step)
    }
  }
}

extension JobDetail {
  /// Adds what an observation brought; the log keeps its last `logLimit` lines.
  package mutating func apply(_ observation: TrainerObservation, logLimit: Int = 2_000) {
    for event in observation.events { apply(event) }
    log.append(contentsOf: observation.log)
    if log.count > logLimit { log.removeFirst(log.count - logLimit) }
    readShare = observation.readShare
    let wasOver = job.state.isOver
    job = JobLifecycle.header(job, after: observation, log: self.log)
    if !wasOver, job.state == .finished, let last = answers.last {
      // A good end of a model that answers badly is none: lists say so, too.
      let signs = signs(of: last).map { " " + last.sentence($0) }.joined()
      if !signs.isEmpty { job.message = (job.message ?? "") + signs }
    }
    noteBest()
  }

  /// Takes the best checkpoint over into the header.
  mutating func noteBest() {
    guard job.chosen == nil, let best else { return }
    job.best = TrainingJob.Best(step: best.step, validationLoss: best.validationLoss?.finite)
  }

  /// The checkpoint that a variant would use: the one that `best` is, and where that isn't known the one with the lowest
  /// validation loss that is a number, else the newest; nil where nothing was saved.
  package var best: Checkpoint? {
    if let bestStep, let chosen = checkpoints.last(where: { $0.step == bestStep }) { return chosen }
    let validated = checkpoints.filter { $0.validationLoss?.isFinite == true }
    return validated.min { ($0.validationLoss ?? 0, $0.step) < ($1.validationLoss ?? 0, $1.step) } ?? checkpoints.last
  }

  /// What a person should know of it besides its message, in sentences: what the pre-flight refused, what is wrong with its
  /// newest answers, and what the trainer warned of.
  package var remarks: [String] {
    var remarks = preflight.filter(\.isRefused).map { "\($0.message) \($0.fix)" }
    if let last = answers.last { remarks += signs(of: last).map { last.sentence($0) } }
    if let loss = metrics.last?.loss ?? job.trainLoss ?? job.validationLoss, !loss.isFinite {
      remarks.append(
        "The loss is \(NumberFormat.loss(loss)): what was learnt since then is worth nothing. Lower the learning rate.")
    }
    // A job that goes on repeats some.
    for warning in warnings.suffix(20) where !remarks.contains(warning) { remarks.append(warning) }
    let message = job.message ?? ""
    return remarks.filter { !message.contains($0) }
  }

  /// The gravest thing that should not be, of the answers of each step that has any.
  package var answerSigns: [Int: AnswerFigures.Sign] {
    Dictionary(
      answers.compactMap { figures in
        let signs = signs(of: figures)
        return (signs.contains(.collapsed) ? .collapsed : signs.first).map { (figures.step, $0) }
      }, uniquingKeysWith: { $1 })
  }

  /// What should not be, of the answers of a step.
  package func signs(of figures: AnswerFigures) -> [AnswerFigures.Sign] {
    let steps = start?.steps ?? job.steps
    return figures.signs(isLast: job.state == .finished ? figures == answers.last : figures.step >= max(1, steps))
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
    case .preflight(let found):
      // A job that is resumed is checked again.
      preflight.removeAll { found.hasPassed || $0.hasPassed || $0.check == found.check && $0.file == found.file }
      preflight.append(found)
      if found.isRefused { marks.append(mark(.warning, found.message)) }
    case .train(let metric):
      if !metric.loss.isFinite, metrics.last?.loss.isFinite ?? true {
        marks.append(mark(.warning, "The loss is \(NumberFormat.loss(metric.loss)).", at: metric.step))
      }
      curves.add(metric, seconds: event.time - (firstEvent ?? event.time))
      metrics.append(metric)
      Self.trim(&metrics, to: 300)
    case .validation(let step, let loss):
      if !loss.isFinite, validations.last?.loss.isFinite ?? true {
        marks.append(
          mark(.warning, "The validation loss is \(NumberFormat.loss(loss)).", at: step))
      }
      curves.add(validationLoss: loss, at: step)
      validations.append(Validation(step: step, loss: loss))
      Self.trim(&validations, to: 300)
    case .checkpoint(var checkpoint):
      if checkpoint.validationLoss == nil, let known = validations.last(where: { $0.step == checkpoint.step }) {
        checkpoint.validationLoss = known.loss
      }
      if checkpoint.validationLoss?.isFinite == false { checkpoint.isBest = false }
      // One that turned out to be the best is told again.
      if let last = checkpoints.last, last.step == checkpoint.step, last.path == checkpoint.path {
        checkpoints.removeLast()
      }
      checkpoints.append(checkpoint)
      marks.append(mark(checkpoint.isBest ? .best : .checkpoint, at: checkpoint.step))
    case .sample(let sample): samples.append(sample)
    case .answers(let figures):
      if answers.last?.step == figures.step { answers.removeLast() }
      answers.append(figures)
      for sign in figures.signs(isLast: false) {
        marks.append(mark(.warning, figures.sentence(sign), at: figures.step))
      }
    case .system(let use):
      curves.add(use, at: step)
      system.append((event.time, step, use))
      Self.trim(&system, to: 300)
    case .warning(let text):
      warnings.append(text)
      marks.append(mark(.warning, text))
    case .note(let text): marks.append(mark(.note, text))
    case .paused(let message, let step):
      // What has stopped it is looked at anew.
      preflight.removeAll(where: \.isRefused)
      marks.append(mark(.paused, message ?? "", at: step))
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
    answers.removeAll { $0.step > step }
  }
}

extension Double {
  /// Itself, where it is a number.
  var finite: Double? { isFinite ? self : nil }
}
