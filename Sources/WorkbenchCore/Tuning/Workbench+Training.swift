import Content
import Domain
import Foundation

extension Workbench {
  /// Starts a job that outlives this process, and follows it.
  func train(_ request: TrainRequest) async throws -> TrainingJob {
    try requireTrust()
    let workspace = snapshot.workspace
    let defaults = workspace.training
    let flaws = workspace.trainingFlaws(of: request.base ?? defaults.base)
    guard flaws.isEmpty else { throw WorkbenchError.flawed("trained", flaws) }
    let (backend, base) = try backend(
      named: request.backend ?? defaults.backend, tuning: request.base ?? defaults.base)
    guard let data = request.data ?? defaults.data else {
      throw WorkbenchError.input(
        "There is nothing to learn from: name a file (assay train --data FILE), collect a run's passed outputs "
          + "(assay train --from RUN), or set training.data in assay.yaml.")
    }
    var settings = request.settings ?? defaults.settings
    let rows = try await dependencies.files.trainingRows(at: data)
    try backend.checkLearns(rows.first?.kind ?? .conversation, by: settings.objective, file: data)
    let others = try await others(settings, besides: rows, of: data)
    try backend.checkLearns(rows + others)
    tellUnused(rows + others, by: backend, file: data)
    let split = try await Self.split(rows, settings, file: data)
    let checked = await checked(
      rows, others, split, of: data, for: base, by: backend, settings: settings, against: workspace.evalSets,
      startsEngine: true)
    let accepted = request.allAccepted
    try checked.stop(unlessAccepted: accepted)
    let learnt = split.keeping(settings.dataShare).mixing(others, share: settings.mix?.share ?? 0, seed: settings.seed)
    let batch = min(settings.batchSize, learnt.count)
    if batch < settings.batchSize {
      notify(.warning, "Batches are \(batch) rows, not \(settings.batchSize): there are only \(learnt.count).")
      settings.batchSize = batch
    }
    var job = try await store.beginJob(
      JobDraft(
        backend: backend.word, base: base.name, data: data, settings: settings, created: dependencies.now(),
        sweep: request.sweep))
    job.message = checked.message(accepted)
    snapshot.jobs.insert(job, at: 0)
    jobChanges.note(job.id)
    publish()
    do {
      try await dependencies.trainer.start(
        TrainingPlan(
          folder: folder(of: job), backend: backend, base: place(of: base), settings: settings, rows: learnt,
          validationRows: split.validation, samples: try samples(settings.samples),
          dataRecord: checked.record(accepted), accepted: request.acceptedPreflight, order: request.order,
          workspace: workspace.folder, job: job.id,
          variables: defaults.environment))
    } catch {
      job.state = .failed
      job.message = String(describing: error)
      try await store.update(job)
      show(job)
      throw error
    }
    follow(job)
    return job
  }

  private func folder(of job: TrainingJob) -> String { snapshot.workspace.folder + "/" + job.folder }

  // MARK: Following

  /// Follows every job that is not over, whichever process started it.
  func reconcileJobs() async {
    await fillBests()
    for job in snapshot.jobs where !job.state.isOver && followers[job.id] == nil { follow(job) }
  }

  /// Looks once at every job that is not over, for commands that don't stay.
  package func refreshJobs() async {
    await fillBests()
    for job in snapshot.jobs where !job.state.isOver {
      await dependencies.trainer.pickUp(folder: folder(of: job))
      await refresh(job.id)
    }
  }

  /// Reads which checkpoints are the best of a sweep's jobs, where an earlier version did not note it.
  private func fillBests() async {
    for job in snapshot.jobs where job.sweep != nil && job.state.isOver && job.best == nil && job.adapter != nil {
      let best = await detail(of: job).job.best
      guard let best, let index = snapshot.jobs.firstIndex(where: { $0.id == job.id }) else { continue }
      snapshot.jobs[index].best = best
      jobChanges.note(job.id)
      // Where it can't be kept it is read again.
      try? await store.update(snapshot.jobs[index])
    }
  }

  /// Reads all that a job's folder says.
  func refresh(_ id: JobID) async {
    guard let job = snapshot.jobs.first(where: { $0.id == id }) else { return }
    await take(await detail(of: job))
  }

  /// All that a job's folder says; what its header says is left as it is where the job is over.
  /// - Parameter onPart: gets what is read so far of a large one, and says whether to go on.
  func detail(of job: TrainingJob, onPart: (JobDetail) -> Bool = { _ in true }) async -> JobDetail {
    var detail = JobDetail(job: job)
    var cursor = ObservationCursor()
    while true {
      let observation = await dependencies.trainer.observe(folder: folder(of: job), from: cursor)
      detail.apply(observation)
      detail.bestStep = bestStep(of: detail)
      detail.noteBest()
      guard observation.cursor != cursor else { return detail }
      cursor = observation.cursor
      guard onPart(detail) else { return detail }
    }
  }

  /// A job's folder in full.
  func jobFolder(_ id: JobID) throws -> String { folder(of: try job(id)) }

  private func follow(_ job: TrainingJob) {
    guard followers[job.id] == nil else { return }
    let trainer = dependencies.trainer
    var detail = JobDetail(job: job)
    details[job.id] = detail
    let folder = folder(of: job)
    followers[job.id] = Task {
      var cursor = ObservationCursor()
      await trainer.pickUp(folder: folder)
      for await _ in trainer.changes(folder: folder) {
        var observation: TrainerObservation
        repeat {
          observation = await trainer.observe(folder: folder, from: cursor)
          // Whoever took its place sees the rest.
          guard !Task.isCancelled else { return }
          cursor = observation.cursor
          detail.apply(observation)
          await take(detail)
        } while observation.readShare < 1 && !Task.isCancelled
        if detail.job.state.isOver { break }
      }
      guard !Task.isCancelled else { return }
      followers[job.id] = nil
      if detail.job.state == .finished {
        let remarks = detail.remarks.map { " " + $0 }.joined()
        notify(
          remarks.isEmpty ? .success : .warning,
          "Job \(job.id) is finished; its best adapter is \(detail.job.adapter ?? "not there").\(remarks)")
      } else if detail.job.state == .failed || detail.job.state == .lost {
        notify(.error, "Job \(job.id) is \(detail.job.state.rawValue). \(detail.job.message ?? "")")
      }
    }
  }

  /// Takes over a job's header.
  func take(_ job: TrainingJob) async {
    var detail = details[job.id] ?? JobDetail(job: job)
    detail.job = job
    await take(detail)
  }

  /// The step of the checkpoint that a job's best adapter is.
  func bestStep(of detail: JobDetail) -> Int? {
    if detail.job.isHosted { return detail.checkpoints.first { $0.path == detail.job.adapter }?.step }
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: folder(of: detail.job) + "/best")
    return link.flatMap { link in detail.checkpoints.last { link.hasSuffix($0.path) }?.step }
  }

  private func take(_ new: JobDetail) async {
    var detail = new
    // Somebody may have looked earlier and come back later.
    if let known = snapshot.jobs.first(where: { $0.id == new.job.id }), known.state.isOver, !new.job.state.isOver {
      return
    }
    let old = snapshot.jobs.first { $0.id == detail.job.id }
    if detail.job.chosen == nil, let old, let chosen = old.chosen {
      // Whoever reads the folder knows nothing of the choice.
      (detail.job.chosen, detail.job.best, detail.job.adapter) = (chosen, old.best, old.adapter)
    }
    detail.bestStep = bestStep(of: detail)
    detail.noteBest()
    details[detail.job.id] = detail
    if old != detail.job {
      do { try await store.update(detail.job) } catch { notify(.error, String(describing: error)) }
    }
    show(detail.job)
    if old?.state.isOver != detail.job.state.isOver || old?.adapter != detail.job.adapter { changed([.jobs]) }
  }

  private func show(_ job: TrainingJob) {
    if let index = snapshot.jobs.firstIndex(where: { $0.id == job.id }) {
      snapshot.jobs[index] = job
      jobChanges.note(job.id)
    }
    if let detail = details[job.id] {
      offer(detail, to: JobDetailQuery(job.id), isWhole: detail.readShare >= 1)
    }
    publishSoon()
  }

  /// A job with all that its folder says.
  /// - Parameter partial: Takes what is read so far of a large one.
  /// - Throws: `WorkbenchError.input` when there is no such job; `CancellationError`.
  func detail(of id: JobID, partial: (JobDetail) -> Void = { _ in }) async throws -> JobDetail {
    let job = try job(id)
    if let known = details[id] { return known }
    let detail = await detail(of: job) { part in
      partial(part)
      return !Task.isCancelled
    }
    try Task.checkCancellation()
    // Whoever follows it meanwhile knows more.
    if followers[id] == nil { details[id] = detail }
    return details[id] ?? detail
  }

  /// Forgets the details of a job that is neither followed nor shown.
  func forgetDetail(of id: JobID) { if followers[id] == nil { details[id] = nil } }

  /// Waits until a job is over, giving each newer state to `onChange`.
  package func follow(_ id: JobID, onChange: @Sendable (JobDetail) -> Void) async throws -> JobDetail {
    _ = try await detail(of: id)
    if let job = snapshot.jobs.first(where: { $0.id == id }), !job.state.isOver { follow(job) }
    for await _ in snapshots() {
      guard let detail = details[id] else { continue }
      onChange(detail)
      if detail.job.state.isOver { return detail }
    }
    throw CancellationError()
  }

  private func job(_ id: JobID) throws -> TrainingJob {
    guard let job = snapshot.jobs.first(where: { $0.id == id }) else {
      throw WorkbenchError.unknown(
        "job", id.description, among: snapshot.jobs.map(\.id.description), whenNone: .train)
    }
    return job
  }

  /// Asks a job to save and end.
  func stopJob(_ id: JobID, _ request: StopRequest) async throws {
    if try !job(id).state.isOver { await refresh(id) }
    let job = try job(id)
    if job.state == .paused, request.state == TrainingJob.State.canceled.rawValue {
      var ended = job
      ended.state = .canceled
      ended.message = request.message
      return await take(ended)
    }
    guard !job.state.isOver else {
      let why = job.state == .lost ? job.message.map { " " + $0 } ?? "" : ""
      throw WorkbenchError.input("Job \(id) is over already: \(job.state.rawValue).\(why)")
    }
    follow(job)
    try await dependencies.trainer.stop(folder: folder(of: job), request)
  }

  /// Resumes a job that is over, from its last checkpoint.
  /// - Parameter accepted: checks of the pre-flight that may fail, besides those that were accepted before.
  func resumeJob(
    _ id: JobID, _ order: QueueOrder = QueueOrder(), accepting accepted: [Preflight.Check: String] = [:]
  ) async throws -> TrainingJob {
    try requireTrust()
    var job = try job(id)
    guard job.state.isOver else { throw WorkbenchError.input("Job \(id) is \(job.state.rawValue) already.") }
    guard job.state.canResume else { throw WorkbenchError.finishedJob(id) }
    followers[id]?.cancel()
    followers[id] = nil
    try await dependencies.trainer.resume(folder: folder(of: job), order, accepting: accepted)
    job.state = .queued
    job.message = nil
    job.chosen = nil
    details[id] = nil
    try await store.reopen(id)
    show(job)
    follow(job)
    return job
  }

  /// Gives a waiting job another place in the queue.
  func prioritizeJob(_ id: JobID, _ priority: Int) async throws {
    let job = try job(id)
    try await dependencies.trainer.setPriority(priority, folder: folder(of: job))
  }
}
