import Foundation
import Grading

extension Workbench {
  /// Turns a run's passed outputs into training rows: the prompt the tuned model will be asked with, and the answer.
  func collect(_ request: CollectRequest) async throws -> Outcome {
    guard let run = snapshot.runs.first(where: { $0.id == request.run }) else {
      throw WorkbenchError.unknown(
        "run", request.run.description, among: snapshot.runs.map(\.id.description), whenNone: "`assay eval` makes one.")
    }
    guard let set = snapshot.workspace.evalSet(run.set) else {
      throw WorkbenchError.unknown("eval set", run.set, among: snapshot.workspace.evalSets.map(\.name))
    }
    let name = request.prompt ?? run.variant.prompt
    guard let prompt = snapshot.workspace.prompt(name) else {
      throw WorkbenchError.unknown("prompt", name, among: snapshot.workspace.prompts.map(\.name))
    }
    let version = PromptVersion(freezing: prompt)
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let rows = try await dependencies.store.outputs(of: run.id).compactMap { output -> TrainingRow? in
      guard output.passed, let answer = output.answer, let evalCase = cases[output.caseID] else { return nil }
      let messages = try version.messages(for: evalCase.input)
      return TrainingRow(messages: messages + [ChatMessage(role: .assistant, content: answer.text)])
    }
    guard !rows.isEmpty else {
      throw WorkbenchError.input("Run \(run.id) has no output that passed its graders, so there is nothing to collect.")
    }
    try await dependencies.files.write(rows, to: request.path)
    notify(
      .success,
      "\(rows.count) passed outputs of run \(run.id) are in \(request.path). Their cases stand in the eval set "
        + "\"\(set.name)\": measure the tuned model on other cases.")
    return .collected(rows: rows.count, path: request.path)
  }

  /// Starts a job that outlives this process, and follows it.
  func train(_ request: TrainRequest) async throws -> TrainingJob {
    let workspace = snapshot.workspace
    guard workspace.trainingFlaws.isEmpty else { throw WorkbenchError.flawed("trained", workspace.trainingFlaws) }
    let defaults = workspace.training
    let base = try baseModel(named: request.base ?? defaults.base)
    guard case .mlx(let path) = base.api else {
      throw WorkbenchError.input(
        "The model \"\(base.name)\" runs elsewhere and can't be tuned here; choose one with `api: mlx`.")
    }
    let trainer = try trainer(named: request.backend ?? defaults.backend)
    guard let data = request.data ?? defaults.data else {
      throw WorkbenchError.input(
        "There is nothing to learn from: name a file (assay train --data FILE), collect a run's passed outputs "
          + "(assay train --from RUN), or set training.data in assay.yaml.")
    }
    var settings = request.settings ?? defaults.settings
    let rows = try await dependencies.files.trainingRows(at: data)
    let others =
      if let mix = settings.mix { try await dependencies.files.trainingRows(at: mix.data) } else { [TrainingRow]() }
    let checked = await checked(
      rows, others, of: data, for: base, settings: settings, against: workspace.evalSets)
    let accepted = request.allAccepted
    try checked.stop(unlessAccepted: accepted)
    let split = try TrainingSplit(
      rows: rows, validationShare: settings.validationShare, seed: settings.seed, file: data)
    let learnt = split.mixing(others, share: settings.mix?.share ?? 0, seed: settings.seed)
    let batch = min(settings.batchSize, learnt.count)
    if batch < settings.batchSize {
      notify(.warning, "Batches are \(batch) rows, not \(settings.batchSize): there are only \(learnt.count).")
      settings.batchSize = batch
    }
    var job = try await dependencies.store.beginJob(
      JobDraft(
        backend: trainer.backend, base: base.name, data: data, settings: settings,
        created: dependencies.now()))
    job.message = checked.message(accepted)
    snapshot.jobs.insert(job, at: 0)
    openJobID = job.id
    publish()
    do {
      try await trainer.start(
        TrainingPlan(
          folder: folder(of: job), base: absolute(path), settings: settings, rows: learnt,
          validationRows: split.validation, dataRecord: checked.record(accepted)))
    } catch {
      job.state = .failed
      job.message = String(describing: error)
      try await dependencies.store.update(job)
      show(job)
      throw error
    }
    follow(job)
    return job
  }

  private func trainer(named name: String?) throws -> any Trainer {
    let trainers = dependencies.trainers
    guard let trainer = name.map({ name in trainers.first { $0.backend == name } }) ?? trainers.first else {
      throw WorkbenchError.unknown("training back end", name ?? "", among: trainers.map(\.backend))
    }
    return trainer
  }

  /// The trainer that a job was started with; nil when it is one of another version.
  private func trainer(of job: TrainingJob) -> (any Trainer)? {
    dependencies.trainers.first { $0.backend == job.backend }
  }

  func baseModel(named name: String?) throws -> ModelSpec {
    let models = snapshot.workspace.models
    if let name {
      guard let model = snapshot.workspace.model(name) else {
        throw WorkbenchError.unknown("model", name, among: models.map(\.name))
      }
      return model
    }
    guard let model = models.first(where: \.isLocal) else {
      throw WorkbenchError.input(
        "No model in assay.yaml can be tuned here: add one with `api: mlx` and a path to its folder.")
    }
    return model
  }

  /// A path of the workspace in full; a hub id stays as it is.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    let inside = snapshot.workspace.folder + "/" + path
    return FileManager.default.fileExists(atPath: inside) ? inside : path
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
      guard let trainer = trainer(of: job) else { continue }
      var detail = JobDetail(job: job)
      detail.apply(await trainer.observe(folder: folder(of: job), from: 0))
      await take(detail)
    }
  }

  private func follow(_ job: TrainingJob) {
    guard followers[job.id] == nil, let trainer = trainer(of: job) else { return }
    var detail = JobDetail(job: job)
    details[job.id] = detail
    let folder = folder(of: job)
    followers[job.id] = Task {
      var offset = 0
      for await _ in trainer.changes(folder: folder) {
        let observation = await trainer.observe(folder: folder, from: offset)
        offset = observation.offset
        detail.apply(observation)
        await take(detail)
        if detail.job.state.isOver { break }
      }
      followers[job.id] = nil
      if detail.job.state == .finished {
        notify(.success, "Job \(job.id) is finished; its best adapter is \(detail.job.adapter ?? "not there").")
      } else if detail.job.state.isOver, detail.job.state != .canceled {
        notify(.error, "Job \(job.id) is \(detail.job.state.rawValue). \(detail.job.message ?? "")")
      }
    }
  }

  private func take(_ detail: JobDetail) async {
    let old = snapshot.jobs.first { $0.id == detail.job.id }
    details[detail.job.id] = detail
    if old != detail.job {
      do { try await dependencies.store.update(detail.job) } catch { notify(.error, String(describing: error)) }
    }
    show(detail.job)
  }

  private func show(_ job: TrainingJob) {
    if let index = snapshot.jobs.firstIndex(where: { $0.id == job.id }) { snapshot.jobs[index] = job }
    if openJobID == job.id { snapshot.job = details[job.id] ?? JobDetail(job: job) }
    publishSoon()
  }

  /// Puts a job's curve and log into the snapshot.
  func openJob(_ id: JobID) async throws {
    guard let job = snapshot.jobs.first(where: { $0.id == id }) else {
      throw WorkbenchError.unknown(
        "job", id.description, among: snapshot.jobs.map(\.id.description), whenNone: "`assay train` starts one.")
    }
    openJobID = id
    if details[id] == nil {
      var detail = JobDetail(job: job)
      if let trainer = trainer(of: job) {
        detail.apply(await trainer.observe(folder: folder(of: job), from: 0))
        detail.job = job
      }
      details[id] = detail
    }
    snapshot.job = details[id]
    publish()
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

  func cancelJob(_ id: JobID) async throws {
    guard let job = snapshot.jobs.first(where: { $0.id == id }) else {
      throw WorkbenchError.unknown(
        "job", id.description, among: snapshot.jobs.map(\.id.description), whenNone: "`assay train` starts one.")
    }
    guard !job.state.isOver else { throw WorkbenchError.input("Job \(id) is \(job.state.rawValue) already.") }
    guard let trainer = trainer(of: job) else {
      throw WorkbenchError.unknown("training back end", job.backend, among: dependencies.trainers.map(\.backend))
    }
    follow(job)
    try await trainer.cancel(folder: folder(of: job))
  }
}
