import Domain

/// A trainer for samples that train nothing.
struct IdleTrainer: Trainer {
  func start(_ plan: TrainingPlan) async throws { throw TrainerFailure("Nothing is trained here.") }
  func resume(folder: String, _ order: QueueOrder, accepting accepted: [Preflight.Check: String]) async throws {
    throw TrainerFailure("Nothing is trained here.")
  }
  func pickUp(folder: String) async {}
  func observe(folder: String, from cursor: ObservationCursor) async -> TrainerObservation {
    TrainerObservation(events: [], cursor: cursor, isAlive: false, exitStatus: nil, log: [])
  }
  func changes(folder: String) -> AsyncStream<Void> { AsyncStream { $0.finish() } }
  func stop(folder: String, _ request: StopRequest) async throws {}
  func setPriority(_ priority: Int, folder: String) async throws {}
}
