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
  /// What the outputs come to: the run's own figures, or those of the answers scored again.
  package var summary: RunSummary
  private var byCase: [String: Output]
  /// Gathers outputs; of several samples of a case the representative one counts.
  /// - Parameter isRescored: whether the set has changed since the run, so that its answers were scored again.
  package init(run: Run, outputs: [Output], isRescored: Bool = false) {
    self.run = run
    summary = isRescored ? RunSummary(of: outputs) : run.summary
    byCase = outputs.representatives
  }
  /// The output that stands for a case.
  package subscript(caseID: String) -> Output? { byCase[caseID] }
}

extension Snapshot {
  /// What a run's answers come to on an eval set as it is now; nil until answers to an edited set are scored again, which
  /// ``OutputsQuery`` does.
  package func summary(of run: Run, on set: EvalSet) -> RunSummary? {
    run.setHash == set.hash ? run.summary : self[OutputsQuery(run: run.id, set: set.name)].answer?.summary
  }
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
