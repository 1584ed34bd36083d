import Content
import Domain

extension Workbench {
  /// The query that lines up the runs that stand for two variants on a set, or two runs by number.
  /// - Parameter name: The eval set; the workspace's first where nil.
  /// - Throws: `WorkbenchError.input` when there is no such run or set.
  package func comparisonQuery(_ a: String, _ b: String, set name: String?) async throws -> ComparisonQuery {
    guard let set = name == nil ? snapshot.workspace.evalSets.first : snapshot.workspace.evalSet(name ?? "") else {
      throw WorkbenchError.unknown("eval set", name ?? "main", among: snapshot.workspace.evalSets.map(\.name))
    }
    return ComparisonQuery(
      a: try await run(named: a, set: set.name).id, b: try await run(named: b, set: set.name).id, set: set.name)
  }

  /// Lines up two runs over a set.
  func compare(_ a: RunID, _ b: RunID, set name: String) async throws -> Comparison {
    guard let set = snapshot.workspace.evalSet(name) else {
      throw WorkbenchError.unknown("eval set", name, among: snapshot.workspace.evalSets.map(\.name))
    }
    let left = try knownRun(a)
    let right = try knownRun(b)
    for run in [left, right] { try requireSound(run) }
    let first = try await outputs(of: left, on: set)
    let second = try await outputs(of: right, on: set)
    var comparison = Comparison(
      a: left, b: right, cases: set.cases, outputsA: first.outputs, outputsB: second.outputs)
    comparison.leftOut = (first.leftOut, second.leftOut)
    comparison.isRescored = (left.setHash != set.hash, right.setHash != set.hash)
    if left.setHash != set.hash { comparison.a.summary = RunSummary(of: first.outputs) }
    if right.setHash != set.hash { comparison.b.summary = RunSummary(of: second.outputs) }
    return comparison
  }

  /// A run with its outputs in the eval set's order, scored by the graders as they are now; those of cases that were edited
  /// or removed since have no score and, where the case is gone, come last.
  /// - Throws: `WorkbenchError.input` when there is no such run, `WorkbenchError.files` when what it rests on has an error,
  ///   or a store's error.
  package func outputs(ofRun name: String, set: String?) async throws -> (run: Run, outputs: [Output]) {
    let run = try await run(named: name, set: set ?? snapshot.workspace.evalSets.first?.name)
    let cases = snapshot.workspace.evalSet(run.set)?.cases ?? []
    let places = Dictionary(cases.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { $1 })
    try requireSound(run)
    let outputs = try await currentOutputs(of: run).sorted {
      (places[$0.caseID] ?? .max, $0.caseID, $0.sample) < (places[$1.caseID] ?? .max, $1.caseID, $1.sample)
    }
    return (run, outputs)
  }

  /// Why answers of a run could not be scored, the most frequent reason first.
  package func unscoredReasons(of run: RunID) async throws -> [(reason: String, count: Int)] {
    let reasons = try await store.outputs(of: run).compactMap(\.unscored)
    return Dictionary(grouping: reasons, by: \.self).map { (reason: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }

  /// What a run answered to the cases of an eval set as it is now.
  func outputs(of id: RunID, on name: String) async throws -> RunOutputs {
    guard let set = snapshot.workspace.evalSet(name) else {
      throw WorkbenchError.unknown("eval set", name, among: snapshot.workspace.evalSets.map(\.name))
    }
    let run = try knownRun(id)
    return RunOutputs(
      run: run, outputs: try await outputs(of: run, on: set).outputs, isRescored: run.setHash != set.hash)
  }

  /// The run that stands for a variant on a set (on any where nil), or the run with this number.
  /// - Throws: `WorkbenchError.input` that says what there is.
  package func run(named name: String, set: String? = nil) async throws -> Run {
    if snapshot.bases.isEmpty { await refreshBases() }
    if let meant = snapshot.meantRun(of: name, on: set) { return meant.run }
    if let number = Int64(name), let run = snapshot.runs.first(where: { $0.id.number == number }) { return run }
    let names = snapshot.workspace.variants.map(\.name)
    guard names.contains(name) else { throw WorkbenchError.unknown("variant or run", name, among: names) }
    throw WorkbenchError.notEvaluated(name, on: set)
  }
}
