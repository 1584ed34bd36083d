import Domain

/// A run's stored answers as the graders judge them now.
package struct Regrade: Sendable {
  /// An answer that is judged in another way than it was.
  package struct Change: Sendable {
    /// As it was judged.
    package var before: Output
    /// As it is judged now.
    package var after: Output
  }

  /// The run as it was graded.
  package var run: Run
  /// The run with its averages as they are now.
  package var regraded: Run
  /// The eval set whose graders judged.
  package var set: String
  /// The answers as they are judged now, in the set's order.
  package var outputs: [Output]
  /// What changed, in the same order.
  package var changes: [Change]
  /// How many answers were left out because their case was edited or removed.
  package var leftOut: Int
}

extension Workbench {
  /// Judges a run's stored answers with the graders as the files say now. No model is asked and nothing is stored.
  /// - Parameters:
  ///   - name: A variant, whose run that stands for it is taken, or a run's number.
  ///   - set: The eval set whose graders judge; the run's own where nil.
  /// - Throws: `WorkbenchError` when there is no such run or set, or its files have errors; `CancellationError`.
  package func regrade(run name: String, set: String?) async throws -> Regrade {
    if let set, snapshot.workspace.evalSet(set) == nil {
      throw WorkbenchError.unknown("eval set", set, among: snapshot.workspace.evalSets.map(\.name))
    }
    let known = set != nil && snapshot.runs.contains { $0.variant.name == name && $0.set == set }
    let run = try await run(named: name, set: known ? set : nil)
    guard let target = snapshot.workspace.evalSet(set ?? run.set) else {
      throw WorkbenchError.unknown("eval set", set ?? run.set, among: snapshot.workspace.evalSets.map(\.name))
    }
    var meant = run
    meant.set = target.name
    try requireSound(meant)
    let stored = Dictionary(
      try await store.outputs(of: run.id).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let (found, leftOut) = try await outputs(of: run, on: target)
    let places = Dictionary(target.cases.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let outputs = found.sorted {
      (places[$0.caseID] ?? .max, $0.sample) < (places[$1.caseID] ?? .max, $1.sample)
    }
    let changes = outputs.compactMap { after -> Regrade.Change? in
      guard let before = stored[after.id], before.value != after.value || before.passed != after.passed else {
        return nil
      }
      return Regrade.Change(before: before, after: after)
    }
    var regraded = run
    regraded.summary = RunSummary(of: outputs)
    return Regrade(
      run: run, regraded: regraded, set: target.name, outputs: outputs, changes: changes, leftOut: leftOut)
  }
}
