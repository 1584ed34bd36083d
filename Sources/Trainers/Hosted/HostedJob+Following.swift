import Domain
import Foundation

extension HostedJob {
  /// Looks at the job again and again until it is over; the less happens, the more seldom.
  mutating func follow(_ name: String) async throws -> Int {
    diary.write(.note("The provider calls the job \(name)."))
    var isStopped = job.folder.has(job.folder.stop)
    if state.isPaused, !isStopped { try await goOn(name) }
    var pause = pace.first
    var backoff = RetryBackoff(pace)
    while true {
      if stop.take() {
        if try await end(name) { return 1 }
        isStopped = job.folder.has(job.folder.stop)
        pause = pace.first
      }
      do {
        let status = try await service.status(of: name)
        let events = try await service.events(of: name, after: state.lastEvent)
        let hasChanged = !events.isEmpty || status.word != state.word
        // Not everybody tells of checkpoints; whoever does tells of an event then, too.
        let checkpoints = hasChanged || status.isOver ? try await service.checkpoints(of: name) : []
        if backoff.count > 2 { job.events.append(.note("The provider answers again.")) }
        backoff = RetryBackoff(pace)
        try take(status, events, checkpoints)
        if status.isOver { return finish(status, isStopped: isStopped) }
        pause = hasChanged ? pace.first : min(pace.longest, pause * 1.5)
        try await rest(pause)
      } catch let failure as ModelFailure {
        let mayPass = backoff.mayPass(failure)
        if backoff.count == 3 {
          job.events.append(.warning("\(failure) The job goes on there; it is looked at again."))
        }
        if !mayPass, backoff.count >= pace.tries {
          throw HostedEnd(
            .lost, "\(failure) The job \(name) may go on at the provider; going on with this one looks again.")
        }
        try await rest(backoff.pause)
      }
    }
  }

  // MARK: What is told

  private mutating func take(
    _ status: TuningStatus, _ events: [TuningEvent], _ checkpoints: [TuningCheckpoint]
  ) throws {
    let before = state
    if status.word != state.word { diary.write(.note("Status: \(status.word)")) }
    state.word = status.word
    if let finish = status.estimatedFinish?.timeIntervalSince1970, abs(finish - (state.finish ?? 0)) > 600 {
      state.finish = finish
      diary.write(
        .note("The provider expects to be done at \(Date(timeIntervalSince1970: finish).formatted(.iso8601))."))
    }
    start(status, events)
    for event in events { take(event) }
    for checkpoint in checkpoints {
      diary.write(
        .checkpoint(
          Checkpoint(step: checkpoint.step, path: checkpoint.model, validationLoss: checkpoint.validationLoss)))
    }
    diary.hasCaughtUp()
    state.lastEvent = events.last?.id ?? state.lastEvent
    // After the events: who dies in between hears them again, and finds them written.
    if state != before { try save() }
  }

  private mutating func take(_ event: TuningEvent) {
    let time = event.time > 0 ? event.time : nil
    if let step = event.metrics.step {
      if let loss = event.metrics.trainLoss {
        diary.write(.train(Metric(step: step, loss: loss, learningRate: event.metrics.learningRate)), at: time)
      }
      if let loss = event.metrics.validationLoss { diary.write(.validation(step: step, loss: loss), at: time) }
      if event.metrics.trainLoss != nil || event.metrics.validationLoss != nil { return }
    }
    guard !event.message.isEmpty else { return }
    diary.write(event.level == "info" ? .note(event.message) : .warning(event.message), at: time)
  }

  /// Tells that training has begun, as soon as the number of steps is known, or a first step is done.
  private mutating func start(_ status: TuningStatus, _ events: [TuningEvent]) {
    guard !diary.hasStarted else { return }
    var steps = events.lazy.compactMap(\.metrics.steps).first
    let first = events.first { $0.metrics.step != nil }
    if let epochs = status.epochs, let batch = status.batchSize, let rows = state.train?.rows, first != nil {
      steps = steps ?? (rows + batch - 1) / batch * epochs
    }
    guard steps != nil || first != nil || status.isSuccess else { return }
    diary.write(
      .start(
        TrainingStart(
          steps: steps ?? 0, trainRows: state.train?.rows ?? 0, validationRows: state.valid?.rows ?? 0,
          device: work.endpoint.baseURLs.first.flatMap { URLComponents(string: $0)?.host })),
      at: first.flatMap { $0.time > 0 ? $0.time : nil })
  }

  // MARK: Ends

  private mutating func finish(_ status: TuningStatus, isStopped: Bool) -> Int {
    let paid = status.trainedTokens.map { " \($0) tokens were learnt from\(work.cost(ofTokens: $0))." } ?? ""
    if status.isSuccess, let model = status.model {
      let last = diary.checkpoint(model)
      let better = last?.validationLoss.flatMap { diary.checkpoint(betterThan: $0) }
      diary.write(
        .checkpoint(
          Checkpoint(
            step: last?.step ?? diary.step, path: model, validationLoss: last?.validationLoss, isBest: better == nil)))
      var message = "\(model) is ready."
      if var best = better {
        best.isBest = true
        diary.write(.checkpoint(best))
        message +=
          " Its checkpoint after step \(best.step), \(best.path), has the lower validation loss and is the best."
      }
      diary.write(.end(.finished, message: message + paid, step: diary.step))
      return 0
    }
    // Ended early because more isn't worth it: what it has saved is the result.
    let stop = isStopped ? job.folder.read(job.folder.stop, as: StopRequest.self) : nil
    if let stop, stop.state == TrainingJob.State.finished.rawValue, var best = diary.bestCheckpoint {
      best.isBest = true
      diary.write(.checkpoint(best))
      diary.write(.end(.finished, message: stop.message + paid, step: diary.step))
      return 0
    }
    if status.isSuccess {
      diary.write(.end(.failed, message: "The provider is done and names no model.\(paid)", step: diary.step))
    } else if let failure = status.failure, !isStopped || status.word == "failed" {
      diary.write(.end(.failed, message: "The provider says: \(failure)\(paid)", step: diary.step))
    } else {
      diary.write(
        .end(
          isStopped || status.word.hasPrefix("cancel") ? .canceled : .failed,
          message: "The job is over at the provider: \(status.word).\(paid)", step: diary.step))
    }
    return 1
  }

  /// Asks the provider to rest or to end.
  /// - Returns: whether the job is over for us.
  private mutating func end(_ name: String) async throws -> Bool {
    let request = try request()
    if request.state == TrainingJob.State.paused.rawValue {
      state.isPaused = true
      try save()
      do {
        let service = service
        try await patiently { try await service.pause(name) }
      } catch let failure as ModelFailure {
        // Asked for a second time, after a kill, it may rest already.
        let word = try? await service.status(of: name).word
        guard word?.hasPrefix("paus") == true else {
          state.isPaused = false
          try save()
          try? FileManager.default.removeItem(atPath: job.folder.stop)
          stop.reset()
          job.events.append(.warning("The job can't be paused and goes on. \(failure)"))
          return false
        }
      }
      diary.write(.end(.paused, message: "It rests at the provider; going on with it wakes it.", step: diary.step))
      return true
    }
    do {
      let service = service
      try await patiently { try await service.cancel(name) }
    } catch let failure as ModelFailure {
      throw HostedEnd(
        .lost,
        "The provider can't be asked to end the job \(name), which may continue there and be paid for. \(failure) Resume "
          + "this job and cancel it again.")
    }
    return false
  }

  /// Wakes a job that rests at the provider.
  private mutating func goOn(_ name: String) async throws {
    let service = service
    do {
      try await patiently { try await service.resume(name) }
    } catch let failure as ModelFailure {
      // It may have been woken before, or be over.
      let status = try await service.status(of: name)
      guard status.isOver || !status.word.hasPrefix("paus") else {
        throw HostedEnd(.paused, "The job can't be woken at the provider. \(failure)")
      }
    }
    state.isPaused = false
    try save()
    job.events.append(.note("Woken at the provider."))
  }

  /// Tries again until the patience with a job that is to end is used up.
  private func patiently(_ act: @Sendable () async throws -> Void) async throws {
    let end = ContinuousClock.now + job.patience.toCancel
    var backoff = RetryBackoff(pace)
    while true {
      do {
        return try await act()
      } catch let failure as ModelFailure {
        guard backoff.mayPass(failure), ContinuousClock.now < end else { throw failure }
        try await Task.sleep(for: .seconds(backoff.pause))
      }
    }
  }
}
