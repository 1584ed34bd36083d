import Content
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
    let split = try await Self.split(rows, settings, file: data)
    let checked = await checked(
      rows, others, split, of: data, for: base, settings: settings, against: workspace.evalSets)
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
    openJobID = job.id
    publish()
    do {
      try await dependencies.trainer.start(
        TrainingPlan(
          folder: folder(of: job), backend: backend, base: place(of: base), settings: settings, rows: learnt,
          validationRows: split.validation, samples: try samples(settings.samples),
          dataRecord: checked.record(accepted), order: request.order, workspace: workspace.folder, job: job.id,
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

  /// What does the work, and the model that it tunes.
  func backend(named word: String?, tuning name: String?) throws -> (TrainingBackend, ModelSpec) {
    let training = snapshot.workspace.training
    let model = try baseModel(named: name, isHosted: word == "openai")
    if model.isEndpoint, word == nil {
      throw WorkbenchError.input(
        "The model \"\(model.name)\" is at a provider: tuning it there sends the rows up and costs money. Say so with the back "
          + "end openai (`--backend openai`, or `training.backend: openai`).")
    }
    let word = word ?? "mlx"
    switch (word, model.api) {
    case ("openai", .endpoint(let endpoint)) where endpoint.dialect == .chat || endpoint.dialect == .responses:
      return (.openai(model), model)
    case ("openai", _):
      throw WorkbenchError.input(
        "The model \"\(model.name)\" isn't at an endpoint with OpenAI's fine-tuning API; choose one with `api: openai`."
      )
    case ("mlx", .mlx): return (.mlx, model)
    case ("trl", .mlx): return (.trl, model)
    case ("slurm", .mlx): return (.slurm(training.slurm ?? SlurmSettings()), model)
    case ("command", .mlx):
      guard let command = training.command else {
        throw WorkbenchError.input(
          "The back end command needs to know the program: add `training.command: { run: [PROGRAM, ARGUMENT, …] }` to "
            + "assay.yaml.")
      }
      return (.command(command), model)
    case ("mlx", _), ("trl", _), ("slurm", _), ("command", _):
      throw WorkbenchError.input(
        "The model \"\(model.name)\" runs elsewhere and can't be tuned here; choose one with `api: mlx`, or the back end "
          + "openai where its provider tunes it.")
    default: throw WorkbenchError.unknown("training back end", word, among: TrainingBackend.words)
    }
  }

  /// The words by which a trainer finds the model.
  private func place(of model: ModelSpec) -> String {
    switch model.api {
    case .mlx(let path): absolute(path)
    case .endpoint(let endpoint): endpoint.model
    case .command, .replay: model.name
    }
  }

  /// A few eval cases as the tuned model will be asked them: the same ones each time, so that jobs can be compared.
  private func samples(_ count: Int) throws -> [SamplePrompt] {
    let workspace = snapshot.workspace
    guard count > 0, let set = workspace.evalSets.first(where: { !$0.isGeneral }) else { return [] }
    let tuned = workspace.variants.first(where: \.isTuned)
    let name = workspace.training.prompt ?? set.prompt ?? tuned?.prompt
    guard let prompt = name.flatMap({ workspace.prompt($0) }) ?? workspace.prompts.first else { return [] }
    let version = PromptVersion(freezing: prompt)
    let wanted = Set(Self.slice(of: set, count))
    return set.cases.filter { wanted.contains($0.id) }.compactMap { evalCase in
      guard let messages = try? version.messages(for: evalCase.input) else { return nil }
      return SamplePrompt(
        id: evalCase.id, messages: messages, expected: evalCase.expected.map { $0.string ?? $0.text() },
        maxTokens: min(256, tuned?.sampling.maxTokens ?? 128))
    }
  }

  /// The model to tune: the one named, or the first that can be.
  func baseModel(named name: String?, isHosted: Bool = false) throws -> ModelSpec {
    let models = snapshot.workspace.models
    if let name {
      guard let model = snapshot.workspace.model(name) else {
        throw WorkbenchError.unknown("model", name, among: models.map(\.name))
      }
      return model
    }
    let hosted = models.first { if case .endpoint(let endpoint) = $0.api { endpoint.dialect == .chat } else { false } }
    guard let model = isHosted ? hosted : models.first(where: \.isLocal) else {
      throw WorkbenchError.input(
        "No model in assay.yaml can be tuned here: add one with `api: mlx` and a path to its folder.")
    }
    return model
  }

  /// A path of the workspace in full; a hub id stays as it is.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") || path.hasPrefix(HubID.prefix) { return path }
    return path.hasPrefix("~/") ? (path as NSString).expandingTildeInPath : snapshot.workspace.folder + "/" + path
  }

  private func folder(of job: TrainingJob) -> String { snapshot.workspace.folder + "/" + job.folder }

  // MARK: Following

  /// Follows every job that is not over, so that none is forgotten whoever started it.
  func reconcileJobs() async {
    for job in snapshot.jobs where !job.state.isOver && followers[job.id] == nil { follow(job) }
    if let openJobID, details[openJobID] == nil { try? await openJob(openJobID) }
  }

  /// Looks once at every job that is not over, for commands that don't stay.
  public func refreshJobs() async {
    for job in snapshot.jobs where !job.state.isOver {
      await dependencies.trainer.pickUp(folder: folder(of: job))
      await refresh(job.id)
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
    var offset = 0
    while true {
      let observation = await dependencies.trainer.observe(folder: folder(of: job), from: offset)
      detail.apply(observation)
      detail.bestStep = bestStep(of: detail)
      guard observation.offset != offset else { return detail }
      offset = observation.offset
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
      var offset = 0
      await trainer.pickUp(folder: folder)
      for await _ in trainer.changes(folder: folder) {
        var observation: TrainerObservation
        repeat {
          observation = await trainer.observe(folder: folder, from: offset)
          // Whoever took its place sees the rest.
          guard !Task.isCancelled else { return }
          offset = observation.offset
          detail.apply(observation)
          await take(detail)
        } while observation.readShare < 1 && !Task.isCancelled
        if detail.job.state.isOver { break }
      }
      guard !Task.isCancelled else { return }
      followers[job.id] = nil
      if detail.job.state == .finished {
        notify(.success, "Job \(job.id) is finished; its best adapter is \(detail.job.adapter ?? "not there").")
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
    detail.bestStep = bestStep(of: new)
    let old = snapshot.jobs.first { $0.id == detail.job.id }
    details[detail.job.id] = detail
    if old != detail.job {
      do { try await store.update(detail.job) } catch { notify(.error, String(describing: error)) }
    }
    show(detail.job)
  }

  private func show(_ job: TrainingJob) {
    if let index = snapshot.jobs.firstIndex(where: { $0.id == job.id }) { snapshot.jobs[index] = job }
    showDetail(of: job)
    publishSoon()
  }

  private func showDetail(of job: TrainingJob) {
    if openJobID == job.id { snapshot.job = details[job.id] ?? JobDetail(job: job) }
    if overlayIDs.contains(job.id) { snapshot.overlays = overlayIDs.compactMap { details[$0] } }
  }

  /// Puts a job's curve and log into the snapshot.
  func openJob(_ id: JobID) async throws {
    let job = try job(id)
    openJobID = id
    await load(job)
    guard openJobID == id else { return }
    snapshot.job = details[id]
    publish()
  }

  /// Puts several jobs' curves into the snapshot, beside the opened one's.
  func overlay(_ ids: [JobID]) async throws {
    let jobs = try ids.map { try job($0) }
    overlayIDs = ids
    snapshot.overlays = ids.compactMap { details[$0] }
    publish()
    for job in jobs { await load(job) }
    guard overlayIDs == ids else { return }
    snapshot.overlays = ids.compactMap { details[$0] }
    publish()
  }

  /// Reads a job's files, where that hasn't been done, and returns when it is.
  private func load(_ job: TrainingJob) async {
    forgetDetails()
    if let running = loading[job.id] { return await running.value }
    guard details[job.id] == nil else { return }
    let task = Task {
      await read(job)
      loading[job.id] = nil
    }
    loading[job.id] = task
    await task.value
  }

  /// Reads a job's files part by part and shows what is read so far, as long as somebody wants to see it.
  private func read(_ job: TrainingJob) async {
    var isWanted = true
    let detail = await detail(of: job) { part in
      isWanted = followers[job.id] == nil && (openJobID == job.id || overlayIDs.contains(job.id))
      if isWanted {
        details[job.id] = part
        showDetail(of: job)
        publishSoon()
      }
      return isWanted
    }
    if followers[job.id] == nil { details[job.id] = isWanted ? detail : nil }
  }

  /// Forgets large curves that are neither shown nor grow: they can be read again.
  private func forgetDetails() {
    for (id, detail) in details where detail.curves[.loss].count > 500_000 {
      if id != openJobID, !overlayIDs.contains(id), followers[id] == nil { details[id] = nil }
    }
  }

  /// Waits until a job is over, giving each newer state to `onChange`.
  public func follow(_ id: JobID, onChange: @Sendable (JobDetail) -> Void) async throws -> TrainingJob {
    try await openJob(id)
    if let job = snapshot.jobs.first(where: { $0.id == id }), !job.state.isOver { follow(job) }
    for await snapshot in snapshots() {
      guard let detail = snapshot.job, detail.job.id == id else { continue }
      onChange(detail)
      if detail.job.state.isOver { return detail.job }
    }
    throw CancellationError()
  }

  private func job(_ id: JobID) throws -> TrainingJob {
    guard let job = snapshot.jobs.first(where: { $0.id == id }) else {
      throw WorkbenchError.unknown(
        "job", id.description, among: snapshot.jobs.map(\.id.description), whenNone: "`assay train` starts one.")
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

  /// Goes on with a job that is over, from what it saved last.
  func resumeJob(_ id: JobID, _ order: QueueOrder = QueueOrder()) async throws -> TrainingJob {
    try requireTrust()
    var job = try job(id)
    guard job.state.isOver else { throw WorkbenchError.input("Job \(id) is \(job.state.rawValue) already.") }
    guard job.state.canResume else {
      throw WorkbenchError.input(
        "Job \(id) is finished: there is nothing left to go on with. `assay train` starts another.")
    }
    followers[id]?.cancel()
    followers[id] = nil
    try await dependencies.trainer.resume(folder: folder(of: job), order)
    job.state = .queued
    job.message = nil
    details[id] = nil
    try await store.update(job)
    openJobID = id
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
