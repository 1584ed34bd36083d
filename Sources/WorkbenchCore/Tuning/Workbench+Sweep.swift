import Domain
import Evidence
import NumberFormat

extension Workbench {
  /// Trains and judges every trial of a sweep. The same request goes on with what was begun: jobs that exist are neither
  /// made nor judged again.
  /// - Parameter consent: whether a person agreed to what it costs.
  /// - Parameter onChange: told after each step of the sweep.
  /// - Throws: `WorkbenchError.input` when there is nothing to try, or what starting and evaluating jobs throws.
  package func sweep(
    _ request: SweepRequest, consent: Consent = .notAsked, onChange: @Sendable (SweepReport) -> Void = { _ in }
  ) async throws -> SweepReport {
    let spending = try await requireConsent(consent, to: [.sweep(request)])
    defer { ended(spending) }
    let settings = request.trials(from: request.job.settings ?? snapshot.workspace.training.settings)
    guard settings.count > 1 else {
      throw WorkbenchError.input("There is nothing to compare: name two values of a setting at least.")
    }
    guard settings.count <= 200 else {
      throw WorkbenchError.input("That makes \(settings.count) jobs; 200 are the most for one sweep.")
    }
    let defaults = snapshot.workspace.training
    let (backend, base) = try backend(
      named: request.job.backend ?? defaults.backend, tuning: request.job.base ?? defaults.base)
    if let unused = request.axes.settings.first(where: { !$0.backends.contains(backend.descriptor.settingsName) }) {
      let useful = TrainingSetting.sweepable.filter { $0.backends.contains(backend.descriptor.settingsName) }.map(
        \.heading)
      throw WorkbenchError.input(
        "The back end \(backend.word) doesn't use \(unused.label), so these trials would all be the same. It uses "
          + "\(useful.joined(separator: ", ")).")
    }
    let data = request.job.data ?? defaults.data
    if let other = snapshot.jobs.first(where: { job in
      job.sweep == request.name
        && (job.backend != backend.word || job.base != base.name || job.data != data
          || request.axes[\.epochs].isEmpty && job.settings.steps != settings[0].steps)
    }) {
      throw WorkbenchError.input(
        "The sweep \(request.name) has jobs with another model, file, back end or number of steps (job \(other.id)), which "
          + "can't be compared with these; choose another name.")
    }
    notify(
      .information,
      "The sweep \(request.name) begins: \(settings.count) trials, one after the other. It needs this program; if that ends, the "
        + "trial under way goes on, and the sweep when it is asked for again by its name.")
    var plan = SweepPlan(trials: settings.count, halving: request.halving)
    while case .train(let trial, let share) = plan.next {
      let job = try await job(of: request, settings[trial])
      if let result = try await result(of: job, upTo: share, request) {
        plan.record(result, of: trial)
      } else {
        plan.fail(trial)
      }
      onChange(snapshot.sweep(request.name))
    }
    let report = snapshot.sweep(request.name)
    if let best = report.rows.first(where: { $0.job.state == .finished }) {
      notify(.success, "The sweep \(request.name) is done; job \(best.job.id) did best.")
    }
    return report
  }

  /// The job of a trial: the one that is there, or a new one.
  private func job(of request: SweepRequest, _ settings: TrainingSettings) async throws -> JobID {
    let known = snapshot.jobs.first { job in
      job.sweep == request.name
        && TrainingSetting.sweepable.allSatisfy { $0.value(in: job.settings) == $0.value(in: settings) }
    }
    if let known { return known.id }
    var train = request.job
    train.settings = settings
    // The sweep judges its trials itself.
    train.settings?.checkpointCases = 0
    train.sweep = request.name
    return try await self.train(train).id
  }

  /// Sees a job to a share of its steps, pauses it there unless that is its end, and judges it.
  /// - Returns: nil when the job can't come that far.
  private func result(of id: JobID, upTo share: Double, _ request: SweepRequest) async throws -> SweepPlan.Result? {
    await refresh(id)
    var mayResume = true
    while true {
      guard let job = snapshot.jobs.first(where: { $0.id == id }) else { return nil }
      let steps = details[id]?.start?.steps ?? job.steps
      let checkpoints = details[id]?.checkpoints ?? []
      let there = checkpoints.first { steps > 0 && Double($0.step) >= share * Double(steps) - 1e-9 }
      if share < 1, let there {
        if !job.state.isOver { try await pauseAndWait(id) }
        return try await judge(id, there, request)
      }
      switch job.state {
      case .finished:
        guard let best = details[id]?.best else { return nil }
        return try await judge(id, best, request)
      case .paused where mayResume:
        _ = try await resumeJob(
          id, request.job.order, accepting: request.job.acceptedPreflight)
      case .paused:
        throw WorkbenchError.input(
          "Job \(id) was paused, and the sweep \(request.name) with it; the same command goes on with both.")
      case .failed, .lost, .canceled: return nil
      case .queued, .running: break
      }
      mayResume = false
      try await waitForChange(of: id, since: checkpoints.count)
    }
  }

  private func pauseAndWait(_ id: JobID) async throws {
    do { try await stopJob(id, .pause) } catch is TrainerFailure {
      // It has ended meanwhile.
    }
    while snapshot.jobs.first(where: { $0.id == id })?.state.isOver == false {
      try await waitForChange(of: id, since: .max)
    }
  }

  /// Returns when a job is over, or has saved more checkpoints than so many.
  private func waitForChange(of id: JobID, since checkpoints: Int) async throws {
    for await _ in dependencies.trainer.changes(folder: try jobFolder(id)) {
      try Task.checkCancellation()
      await refresh(id)
      guard let detail = details[id] else { return }
      if detail.job.state.isOver || detail.checkpoints.count > checkpoints { return }
    }
    await refresh(id)
  }

  private func judge(
    _ id: JobID, _ checkpoint: Checkpoint, _ request: SweepRequest
  ) async throws -> SweepPlan.Result? {
    let loss = checkpoint.validationLoss
    guard request.cases > 0, let job = snapshot.jobs.first(where: { $0.id == id }),
      let set = snapshot.workspace.evalSets.first(where: { !$0.isGeneral }),
      let tuned = snapshot.workspace.variants.first(where: { $0.isTuned && $0.model == job.base })
    else { return SweepPlan.Result(validationLoss: loss) }
    let run = try await evaluate(
      EvaluateRequest(
        variant: "\(tuned.name)@\(id)/\(checkpoint.step)", set: set.name, only: Self.slice(of: set, request.cases)))
    clients = clients.filter { $0.key.adapter?.contains("/checkpoints/") != true }  // its engine may go
    guard run.summary.scored > 0 else { return nil }
    return SweepPlan.Result(score: run.summary.mean, validationLoss: loss)
  }

  /// What a sweep says in sentences, each no stronger than its cases are.
  package func sentences(of report: SweepReport) async throws -> [String] {
    try await ranking(report) + Self.equalTrials(report) + Self.failures(report)
  }

  /// Why trials came to a bad end; those with the same reason together.
  private static func failures(_ report: SweepReport) -> [String] {
    var reasons: [(text: String, jobs: [JobID])] = []
    for job in report.rows.map(\.job).sorted(by: { $0.id < $1.id }) where job.state == .failed || job.state == .lost {
      let text = job.message ?? "Its log may tell why."
      if let index = reasons.firstIndex(where: { $0.text == text }) {
        reasons[index].jobs.append(job.id)
      } else {
        reasons.append((text, [job.id]))
      }
    }
    return reasons.prefix(5).map { reason in
      let names = reason.jobs.map(\.description).joined(separator: ", ")
      return "Job\(reason.jobs.count == 1 ? "" : "s") \(names) failed. \(reason.text)"
    }
  }

  /// Trials that a setting seems to make no difference to.
  private static func equalTrials(_ report: SweepReport) -> [String] {
    report.equalTrials.map { jobs in
      let names = jobs.map(\.description).joined(separator: ", ")
      let settings = report.axes.map(\.heading).joined(separator: " or ")
      return
        "Jobs \(names) ended with exactly the same losses: \(settings.isEmpty ? "what they differ in" : settings) had no "
        + "effect. Check that the trainer reads it."
    }
  }

  /// Which trial did best, and how sure that is.
  private func ranking(_ report: SweepReport) async throws -> [String] {
    let judged = report.rows.filter { $0.run != nil }
    guard let best = judged.first, let bestRun = best.run else { return [Self.rankingByLoss(report)] }
    var sentences = [
      "Job \(best.job.id) did best: \(NumberFormat.percent(bestRun.summary.mean)) of \(bestRun.summary.scored) cases. The best of \(judged.count) trials looks a "
        + "little better on the cases it was chosen by than it is; measure it on others before relying on the figure."
    ]
    let others = judged.dropFirst()
    var pValues: [Double] = []
    for row in others { pValues.append(try await paired(row.run, bestRun)?.pValue ?? 1) }
    let adjusted = Holm.adjusted(pValues)
    let same = zip(others, adjusted).filter { $0.1 >= 0.05 }.map { "\($0.0.job.id)" }
    if !same.isEmpty {
      sentences.append(
        "The cases can't tell it from job\(same.count == 1 ? "" : "s") \(same.joined(separator: ", ")) (paired tests, Holm)."
      )
    }
    if let line = try await learningCurve(report) { sentences.append(line) }
    return sentences
  }

  /// Which trial has the lowest validation loss.
  private static func rankingByLoss(_ report: SweepReport) -> String {
    guard let best = report.rows.first(where: \.isJudged)?.job, let checkpoint = best.best,
      let loss = checkpoint.validationLoss
    else { return "No trial has been judged yet." }
    let judged = report.rows.count(where: \.isJudged)
    return
      "Job \(best.id) did best of \(judged) by validation loss: \(NumberFormat.loss(loss)) at step \(checkpoint.step), its best "
      + "checkpoint. A loss says little of answers; `assay jobs checkpoints \(best.id)` evaluates them."
  }

  /// The second run against the first; nil where one of them is missing.
  private func paired(_ a: Run?, _ b: Run) async throws -> PairedComparison? {
    guard let a, let set = snapshot.workspace.evalSet(b.set) else { return nil }
    let baseline = CaseOutputs(try await store.outputs(of: a.id)).scored(set.cases)
    let candidate = CaseOutputs(try await store.outputs(of: b.id)).scored(set.cases)
    return PairedComparison(candidate: candidate, baseline: baseline)
  }

  /// Whether more rows have helped, and so may go on helping.
  private func learningCurve(_ report: SweepReport) async throws -> String? {
    guard report.axes == [TrainingSettings.setting(\.dataShare)] else { return nil }
    let rows = report.rows.filter { $0.run != nil }.sorted { $0.job.settings.dataShare < $1.job.settings.dataShare }
    guard let last = rows.last, let run = last.run, let before = rows.dropLast().last else { return nil }
    guard let paired = try await paired(before.run, run) else { return nil }
    let words = "\(Self.share(before.job)) to \(Self.share(last.job)) of the rows"
    let points = Int((paired.difference * 100).rounded())
    if paired.pValue < 0.05, points > 0 {
      return
        "From \(words) the score rose by \(points) points, more than chance: more rows of this kind are likely to help."
    }
    let seen = Power().detectableDifference(cases: paired.count).map {
      " (\(paired.count) cases can show \(Int(($0 * 100).rounded(.up))) points)"
    }
    return "From \(words) no rise can be told from chance\(seen ?? ""): whether more rows would help isn't known."
  }

  private static func share(_ job: TrainingJob) -> String { NumberFormat.percent(job.settings.dataShare) }
}
