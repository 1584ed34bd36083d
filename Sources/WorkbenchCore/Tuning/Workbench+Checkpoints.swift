import Content
import Domain
import Evidence
import Foundation
import NumberFormat

/// A job's checkpoints by what they do.
package struct CheckpointReport: Sendable {
  /// One checkpoint.
  package struct Row: Sendable {
    /// Which.
    package var checkpoint: Checkpoint
    /// Its run over a slice of the eval set.
    package var task: Run
    /// Its run over a slice of the general tasks, where there are any.
    package var general: Run?
    /// Answers to the task's cases that repeat training rows; nil where the job's rows can't be read.
    package var copies: VerbatimCopies?
    /// What its answers to the task's cases have in common; nil where there are none.
    package var figures: AnswerFigures?
  }
  /// The job.
  package var job: JobID
  /// The variant that the checkpoints take turns in.
  package var variant: String
  /// The base model's run over the same slice of the general tasks, where there are any.
  package var base: Run?
  /// In the order of their steps.
  package var rows: [Row]

  /// Which to keep, and whether more training could help.
  package var choice: CheckpointChoice {
    CheckpointChoice(
      rows.map { row in
        CheckpointChoice.Behaviour(
          step: row.checkpoint.step, task: row.task.summary.mean, taskCases: row.task.summary.scored,
          general: row.general.flatMap { $0.summary.scored > 0 ? $0.summary.mean : nil },
          generalCases: row.general?.summary.scored ?? 0, validationLoss: row.checkpoint.validationLoss)
      }, base: base.flatMap { $0.summary.scored > 0 ? $0.summary.mean : nil })
  }
}

extension CheckpointReport {
  /// What should not be, of the answers of the best checkpoint and of the last one, in sentences.
  package var signs: [String] {
    let told = Set([choice.best, rows.indices.last].compactMap { $0 })
    return told.sorted().compactMap { rows[$0].figures }.flatMap { figures in
      figures.signs(isLast: false).map { figures.sentence($0) }
    }
  }
}

extension CheckpointChoice.Reason {
  /// What it means for going on, in a sentence.
  package var sentence: String { "Going on isn't worth it. \(why)" }

  /// What was seen, in a sentence.
  package var why: String {
    switch self {
    case .forgetting: "The last two checkpoints forget more than 10 points of general tasks."
    case .overfitting: "The score falls behind while the validation loss rises."
    case .noProgress: "The score hasn't risen for several evaluations."
    }
  }
}

extension Snapshot {
  /// What is known of how a job's checkpoints behave, by step.
  package func behaviour(of job: JobID) -> [Int: (task: Run?, general: Run?)] {
    var found: [Int: (task: Run?, general: Run?)] = [:]
    for run in runs where run.summary.done > 0 {
      guard let name = CheckpointName(run.variant.name), name.job == job else { continue }
      let step = name.step
      let isGeneral = workspace.evalSet(run.set)?.isGeneral ?? false
      var known = found[step] ?? (nil, nil)
      if isGeneral { known.general = known.general ?? run } else { known.task = known.task ?? run }
      found[step] = known
    }
    return found
  }
}

/// A checkpoint as a variant's name says it: `tuned@3/100` is the variant `tuned` with what job 3 had learnt after step 100.
struct CheckpointName: Sendable, Hashable {
  /// The variant whose adapter it takes the place of.
  var variant: String
  /// The job.
  var job: JobID
  /// Steps done.
  var step: Int

  /// Reads a name; nil when it has another form.
  init?(_ name: String) {
    guard let mark = name.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    let place = name[name.index(after: mark)...].split(separator: "/", omittingEmptySubsequences: false)
    guard place.count == 2, let job = Int64(place[0]), let step = Int(place[1]), step >= 0 else { return nil }
    variant = String(name[..<mark])
    self.job = JobID(job)
    self.step = step
  }
}

extension Workbench {
  /// A variant with one of a job's checkpoints as its adapter, as `tuned@3/100` names it: the variant `tuned` with what
  /// job 3 had learnt after step 100. Its runs are like any others; nil when the name has another form.
  /// - Throws: `WorkbenchError.input` when there is no such variant.
  func checkpointVariant(_ name: String) throws -> Variant? {
    guard let parts = CheckpointName(name), let variant = snapshot.workspace.variant(parts.variant) else { return nil }
    let (job, step) = (parts.job, parts.step)
    let digits = String(step)
    let folder = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    var adapter = ".assay/jobs/\(job)/checkpoints/\(folder)"
    if let other = snapshot.jobs.first(where: { $0.id == job && $0.namesCheckpoints }) {
      // What its trainer calls it stands among the job's events.
      guard let checkpoint = details[other.id]?.checkpoints.first(where: { $0.step == step }) else {
        throw WorkbenchError.noCheckpoint(job, step: step)
      }
      adapter = other.adapter(at: checkpoint)
    }
    var checkpoint = Variant(
      name: name, model: variant.model, prompt: variant.prompt, adapter: adapter, sampling: variant.sampling)
    checkpoint.choice = variant.choice
    return checkpoint
  }

  /// Reads the events of the job that a variant such as `tuned@3/100` belongs to, where its checkpoints stand there alone.
  func readCheckpoints(for name: String) async {
    guard let id = CheckpointName(name)?.job, details[id] == nil,
      let job = snapshot.jobs.first(where: { $0.id == id && $0.namesCheckpoints })
    else { return }
    details[job.id] = await detail(of: job)
  }

  /// Evaluates each checkpoint of a job on the same slice of an eval set and of the general tasks. What was asked before
  /// isn't asked again, so it may be called while the job goes on, and afterwards.
  /// - Parameter variant: the variant whose adapter the checkpoints take the place of; the first tuned one on the job's
  ///   base model where nil.
  /// - Parameter limit: cases of each set.
  /// - Parameter onRow: told after each checkpoint.
  /// - Throws: `WorkbenchError.input` when there is nothing to evaluate, or what evaluating throws.
  package func evaluateCheckpoints(
    of id: JobID, variant: String? = nil, set: String? = nil, limit: Int,
    onRow: @Sendable (CheckpointReport) -> Void = { _ in }
  ) async throws -> CheckpointReport {
    let detail = try await detail(of: id)
    let workspace = snapshot.workspace
    let tuned = workspace.variants.filter { $0.isTuned && $0.model == detail.job.base }
    guard let plain = variant.map({ name in workspace.variants.first { $0.name == name } }) ?? tuned.first else {
      throw WorkbenchError.input(
        "No variant can take the checkpoints of job \(id): add one with `model: \(detail.job.base)` and an adapter, or name "
          + "one with --variant.")
    }
    let checkpoints = detail.checkpoints.filter { isThere($0, of: detail.job) }.sorted { $0.step < $1.step }
    guard !checkpoints.isEmpty else {
      throw WorkbenchError.input(
        "Job \(id) has no checkpoint yet; the first comes after \(detail.job.settings.evaluateEvery) steps.")
    }
    let chosen = set.map { name in workspace.evalSet(name) } ?? workspace.evalSets.first { !$0.isGeneral }
    guard let task = chosen else {
      throw WorkbenchError.unknown("eval set", set ?? "main", among: workspace.evalSets.map(\.name))
    }
    let general = workspace.evalSets.first { $0.isGeneral && $0.name != task.name }
    func run(_ variant: String, _ set: EvalSet) async throws -> Run {
      try await evaluate(EvaluateRequest(variant: variant, set: set.name, only: Self.slice(of: set, limit)))
    }
    var report = CheckpointReport(job: id, variant: plain.name, base: nil, rows: [])
    let learnt = try? await dependencies.files.trainingRows(at: detail.job.folder + "/train.jsonl")
    if let general, let untuned = workspace.variants.first(where: { !$0.isTuned && $0.model == plain.model }) {
      report.base = try await run(untuned.name, general)
    }
    for checkpoint in checkpoints {
      let name = "\(plain.name)@\(id)/\(checkpoint.step)"
      var row = CheckpointReport.Row(checkpoint: checkpoint, task: try await run(name, task))
      if let general { row.general = try await run(name, general) }
      guard row.task.summary.done > 0 else {
        let reason = try await failures(of: row.task.id).first?.reason ?? "No case was answered."
        throw WorkbenchError.model("The checkpoint \(name) can't be judged: \(reason)")
      }
      if let learnt { row.copies = try await copies(of: learnt, in: row.task, set: task) }
      row.figures = try await figures(of: row.task, at: checkpoint.step, set: task)
      report.rows.append(row)
      onRow(report)
      clients = clients.filter { $0.key.adapter?.contains("/checkpoints/") != true }  // its engine may go
    }
    return report
  }

  /// Answers of a run that repeat what was learnt.
  private func copies(of rows: [TrainingRow], in run: Run, set: EvalSet) async throws -> VerbatimCopies {
    let cases = Dictionary(set.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let answers = try await store.outputs(of: run.id).compactMap { output -> (String, [String])? in
      guard let text = output.answer?.text, let evalCase = cases[output.caseID] else { return nil }
      return (text, evalCase.input.texts + (evalCase.expected?.texts ?? []))
    }
    return await Self.copies(of: rows, in: answers)
  }

  /// Off the actor: it takes seconds for 100,000 rows.
  @concurrent private nonisolated static func copies(
    of rows: [TrainingRow], in answers: [(String, [String])]
  ) async -> VerbatimCopies {
    VerbatimCopies(answers: answers.map { (text: $0.0, known: $0.1) }, rows: rows.compactMap(\.messages.last?.told))
  }

  /// Evaluates each checkpoint as soon as it is there, until the job is over: then the best adapter is the one that
  /// behaves best. Ends the job when more training isn't worth it.
  /// - Parameter limit: cases of each set.
  /// - Throws: what evaluating throws; the job goes on.
  package func watchCheckpoints(
    of id: JobID, variant: String? = nil, set: String? = nil, limit: Int,
    onRow: @Sendable (CheckpointReport) -> Void = { _ in }
  ) async throws -> CheckpointReport? {
    let path = try jobFolder(id)
    var report: CheckpointReport?
    var evaluated: Set<Int> = []
    var stopped = false
    for await _ in dependencies.trainer.changes(folder: path) {
      while true {
        await refresh(id)
        guard let detail = details[id] else { break }
        let there = Set(detail.checkpoints.filter { isThere($0, of: detail.job) }.map(\.step))
        guard !there.isSubset(of: evaluated) else { break }
        let now = try await evaluateCheckpoints(of: id, variant: variant, set: set, limit: limit, onRow: onRow)
        evaluated.formUnion(there)
        report = now
        let choice = now.choice
        if let best = choice.best { try await keepAsBest(now.rows[best].checkpoint, of: id) }
        if let reason = choice.stop, !stopped, snapshot.jobs.first(where: { $0.id == id })?.state == .running {
          stopped = true
          try await dependencies.trainer.stop(folder: path, StopRequest(.finished, "Stopped early. \(reason.why)"))
        }
      }
    }
    return report
  }

  /// So many cases of a set, the same each time, in an order that has nothing to do with the file's.
  static func slice(of set: EvalSet, _ limit: Int) -> [String] {
    let order = set.cases.map(\.id).map { ($0, SHA256.hex($0)) }.sorted { $0.1 < $1.1 }
    return order.prefix(limit).map(\.0)
  }

  private func isThere(_ checkpoint: Checkpoint, of job: TrainingJob) -> Bool {
    job.isHosted
      || FileManager.default.fileExists(atPath: "\(snapshot.workspace.folder)/\(job.folder)/\(checkpoint.path)")
  }

  /// Evaluates a job's checkpoints and tells which one behaves best.
  func evaluateCheckpointsAndNotify(of id: JobID, limit: Int) async throws {
    let report = try await evaluateCheckpoints(of: id, limit: limit)
    guard let best = report.choice.best else { return }
    let why = ([report.choice.stop?.sentence] + report.signs.map(Optional.some)).compactMap { $0 }.map { " " + $0 }
      .joined()
    notify(
      .success,
      "Of job \(id), the checkpoint after step \(report.rows[best].checkpoint.step) behaves best: "
        + "\(NumberFormat.percent(report.rows[best].task.summary.mean)) of \(report.rows[best].task.summary.scored) cases.\(why)"
    )
  }

  /// Makes the checkpoint after a step the one that the job's `best` is.
  func keepCheckpoint(_ step: Int, of id: JobID) async throws {
    let detail = try await detail(of: id)
    guard let checkpoint = detail.checkpoints.first(where: { $0.step == step }), isThere(checkpoint, of: detail.job)
    else {
      throw WorkbenchError.input("Job \(id) has no checkpoint after step \(step).")
    }
    guard !detail.job.isHosted || detail.job.state.isOver else {
      throw WorkbenchError.input("Job \(id) still goes on at the provider; choose a checkpoint when it is over.")
    }
    try await keepAsBest(checkpoint, of: id)
    notify(.success, "The best adapter of job \(id) is what it had learnt after step \(step) now.")
  }

  /// Makes a checkpoint the one that the job's `best` is; of a job at a provider, the model that it made.
  /// - Throws: `WorkbenchError.input` when the link can't be changed.
  package func keepAsBest(_ checkpoint: Checkpoint, of id: JobID) async throws {
    guard var job = snapshot.jobs.first(where: { $0.id == id }) else {
      throw WorkbenchError.input("There is no job \(id).")
    }
    let best = TrainingJob.Best(step: checkpoint.step, validationLoss: checkpoint.validationLoss?.finite)
    if job.isHosted {
      (job.adapter, job.best, job.chosen) = (checkpoint.path, best, checkpoint.step)
      try await store.choose(best, adapter: checkpoint.path, of: id)
      return await take(job)
    }
    let folder = "\(snapshot.workspace.folder)/\(job.folder)"
    let temporary = folder + "/.best-\(UUID().uuidString)"
    guard symlink(checkpoint.path, temporary) == 0, rename(temporary, folder + "/best") == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw WorkbenchError.input("\(folder)/best can't be made to point at \(checkpoint.path): \(reason).")
    }
    // The link says it to everybody.
    job.best = best
    await take(job)
  }
}
