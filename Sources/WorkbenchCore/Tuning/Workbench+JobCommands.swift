import Domain

extension Command {
  /// Turns runs' outputs into a training file.
  package static func collect(_ request: CollectRequest) -> Command { Command(request) }

  /// Starts a job.
  package static func train(_ request: TrainRequest) -> Command { Command(request) }

  /// Trains with several settings, and judges each.
  package static func sweep(_ request: SweepRequest) -> Command { Command(request) }

  /// Asks a job to save and end.
  package static func cancelJob(_ id: JobID) -> Command { Command(JobStop(id: id, request: .cancel)) }

  /// Asks a job to save and end for a while.
  package static func pauseJob(_ id: JobID) -> Command { Command(JobStop(id: id, request: .pause)) }

  /// Resumes a job that is over, from its last checkpoint; checks of the pre-flight may fail then for a reason.
  package static func resumeJob(_ id: JobID, accepting accepted: [Preflight.Check: String] = [:]) -> Command {
    Command(JobResumption(id: id, accepted: accepted))
  }

  /// Gives a waiting job another place in the queue; higher priorities come first.
  package static func prioritizeJob(_ id: JobID, _ priority: Int) -> Command {
    Command(JobPriority(id: id, priority: priority))
  }

  /// Evaluates each checkpoint of a job on the same slice of the eval set and of the general tasks.
  package static func evaluateCheckpoints(_ id: JobID, limit: Int) -> Command {
    Command(CheckpointEvaluation(id: id, limit: limit))
  }

  /// Makes the checkpoint after this step the one that the job's best adapter is.
  package static func keepCheckpoint(_ id: JobID, step: Int) -> Command {
    Command(CheckpointChoosing(id: id, step: step))
  }

  /// Adds a variant with an adapter of a job as a file: the job's best one, and a name of the core's choice, where
  /// nil. A folder is relative to the workspace.
  package static func useAdapter(_ id: JobID, adapter: String?, name: String?) -> Command {
    Command(AdapterUse(id: id, adapter: adapter, name: name))
  }
}

extension CollectRequest: Performable {
  /// Writes the rows.
  package func perform(on workbench: isolated Workbench) async throws { _ = try await workbench.collect(self) }
}

extension TrainRequest: Performable {
  /// What a provider takes, or the machine's hours.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    await workbench.charge(for: self).map { [$0] } ?? []
  }

  /// Starts the job.
  package func perform(on workbench: isolated Workbench) async throws { _ = try await workbench.train(self) }
}

extension SweepRequest: Performable {
  /// What all its jobs take.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] { await workbench.charges(for: self) }

  /// Trains and judges all trials. Its cost was agreed to as a whole.
  package func perform(on workbench: isolated Workbench) async throws {
    _ = try await workbench.sweep(self, consent: .given)
  }
}

private struct JobStop: Performable {
  var id: JobID
  var request: StopRequest

  func perform(on workbench: isolated Workbench) async throws { try await workbench.stopJob(id, request) }
}

private struct JobResumption: Performable {
  var id: JobID
  var accepted: [Preflight.Check: String]

  func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    guard let job = workbench.snapshot.jobs.first(where: { $0.id == id }) else { return [] }
    let request = TrainRequest(base: job.base, data: job.data, settings: job.settings, backend: job.backend)
    return await workbench.charge(for: request, named: "job \(id)").map { [$0] } ?? []
  }

  func perform(on workbench: isolated Workbench) async throws {
    _ = try await workbench.resumeJob(id, accepting: accepted)
  }
}

private struct JobPriority: Performable {
  var id: JobID
  var priority: Int

  func perform(on workbench: isolated Workbench) async throws { try await workbench.prioritizeJob(id, priority) }
}

private struct CheckpointEvaluation: Performable {
  var id: JobID
  var limit: Int

  func perform(on workbench: isolated Workbench) async throws {
    try await workbench.evaluateCheckpointsAndNotify(of: id, limit: limit)
  }
}

private struct CheckpointChoosing: Performable {
  var id: JobID
  var step: Int

  func perform(on workbench: isolated Workbench) async throws { try await workbench.keepCheckpoint(step, of: id) }
}

private struct AdapterUse: Performable {
  var id: JobID
  var adapter: String?
  var name: String?

  func perform(on workbench: isolated Workbench) async throws {
    _ = try await workbench.useAdapter(of: id, adapter, named: name)
  }
}

/// Commands whose results the caller awaits, as the command line does. Each passes the same gate before money as
/// `perform`.
extension Workbench {
  /// Starts a job.
  package func train(_ request: TrainRequest, consent: Consent) async throws -> TrainingJob {
    try await spending(consent, on: .train(request)) { try await train(request) }
  }

  /// Starts a job that is over again, from what it saved last.
  /// - Parameter accepted: Checks of the pre-flight that may fail, with the reason why.
  package func resumeJob(
    _ id: JobID, accepting accepted: [Preflight.Check: String] = [:], consent: Consent
  ) async throws -> TrainingJob {
    try await spending(consent, on: .resumeJob(id, accepting: accepted)) {
      try await resumeJob(id, accepting: accepted)
    }
  }
}
