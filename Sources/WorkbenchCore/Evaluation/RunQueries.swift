import Domain

/// What a run answered to the cases of an eval set as it is now.
package struct OutputsQuery: Query {
  /// The run.
  package var run: RunID
  /// The eval set.
  package var set: String
  /// Asks for a run's outputs.
  package init(run: RunID, set: String) {
    self.run = run
    self.set = set
  }

  /// The cases, and the run's outputs.
  package var sources: Set<QuerySource> { [.files, .run(run)] }

  /// Reads the run's outputs, scoring those of edited sets again.
  package func answer(on workbench: isolated Workbench, partial: (RunOutputs) -> Void) async throws -> RunOutputs {
    try await workbench.outputs(of: run, on: set)
  }
}

/// A run's outputs by case.
package struct RunOutputs: Sendable {
  /// The run.
  package var run: Run
  private var byCase: [String: Output]
  /// Gathers outputs; of several samples of a case the representative one counts.
  package init(run: Run, outputs: [Output]) {
    self.run = run
    byCase = outputs.representatives
  }
  /// The output that stands for a case.
  package subscript(caseID: String) -> Output? { byCase[caseID] }
}

/// Why requests of a run have no answer, or answers no score, with how many.
package struct FailuresQuery: Query {
  /// The run.
  package var run: RunID
  /// Asks why answers of a run are missing.
  package init(_ run: RunID) { self.run = run }

  /// The run's outputs.
  package var sources: Set<QuerySource> { [.run(run)] }

  /// Counts the reasons in the database.
  package func answer(on workbench: isolated Workbench, partial: ([String: Int]) -> Void) async throws -> [String: Int]
  {
    let failures = try await workbench.missingReasons(of: run)
    return Dictionary(failures.map { ($0.reason, $0.count) }, uniquingKeysWith: +)
  }
}
