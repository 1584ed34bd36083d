import Domain

extension Command {
  /// Runs a variant over an eval set; resumes what an earlier start left.
  package static func evaluate(_ request: EvaluateRequest) -> Command { Command(request) }

  /// Stops a run after the requests under way; `evaluate` resumes it.
  package static func pauseRun(_ id: RunID) -> Command { Command(RunPause(id: id)) }

  /// Keeps what a person found of answers: which is better, or what one should have been.
  package static func review(_ request: ReviewRequest) -> Command { Command(request) }

  /// Finds out what a model can do, with a few small requests, and keeps it.
  package static func testModel(_ name: String) -> Command { Command(ModelTest(model: name)) }
}

extension EvaluateRequest: Performable {
  /// The requests that are not answered yet.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    await workbench.charges(for: self)
  }

  /// Evaluates.
  package func perform(on workbench: isolated Workbench) async throws { _ = try await workbench.evaluate(self) }
}

extension ReviewRequest: Performable {
  /// Keeps what was found.
  package func perform(on workbench: isolated Workbench) async throws { try await workbench.review(self) }
}

private struct RunPause: Performable {
  var id: RunID

  func perform(on workbench: isolated Workbench) async throws {
    workbench.stop(id)
  }
}

private struct ModelTest: Performable {
  var model: String

  func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    workbench.charge(testing: model).map { [$0] } ?? []
  }

  func perform(on workbench: isolated Workbench) async throws { _ = try await workbench.testModel(model) }
}

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
}
