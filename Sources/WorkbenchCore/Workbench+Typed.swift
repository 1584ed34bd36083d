import Content
import Domain

/// Commands whose results the caller awaits, as the command line does. Each passes the same gate before money as
/// `perform`.
extension Workbench {
  /// Runs a variant over an eval set.
  package func evaluate(_ request: EvaluateRequest, consent: Consent) async throws -> Run {
    try await spending(consent, on: .evaluate(request)) { try await evaluate(request) }
  }

  /// Finds out what a model can do, and keeps it.
  package func testModel(_ name: String, consent: Consent) async throws -> ModelProbe {
    try await spending(consent, on: .testModel(name)) { try await testModel(name) }
  }

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
