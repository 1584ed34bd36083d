import Content

extension Workbench {
  /// Lines up the newest runs of two variants over a set, or two runs by number.
  func compare(_ a: String, _ b: String, set name: String?) async throws -> Comparison {
    guard let set = name == nil ? snapshot.workspace.evalSets.first : snapshot.workspace.evalSet(name ?? "") else {
      throw WorkbenchError.unknown("eval set", name ?? "main", among: snapshot.workspace.evalSets.map(\.name))
    }
    let left = try run(named: a, set: set.name)
    let right = try run(named: b, set: set.name)
    let comparison = Comparison(
      a: left, b: right, cases: set.cases, outputsA: try await store.outputs(of: left.id),
      outputsB: try await store.outputs(of: right.id))
    snapshot.comparison = comparison
    publish()
    return comparison
  }

  /// A run with its outputs in the eval set's order; those of cases that are no longer in it come last.
  /// - Throws: `WorkbenchError.input` when there is no such run, or a store's error.
  public func outputs(ofRun name: String, set: String?) async throws -> (run: Run, outputs: [Output]) {
    let run = try run(named: name, set: set ?? snapshot.workspace.evalSets.first?.name)
    let cases = snapshot.workspace.evalSet(run.set)?.cases ?? []
    let places = Dictionary(cases.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { $1 })
    let outputs = try await store.outputs(of: run.id).sorted {
      (places[$0.caseID] ?? .max, $0.caseID, $0.sample) < (places[$1.caseID] ?? .max, $1.caseID, $1.sample)
    }
    return (run, outputs)
  }

  /// The newest run of a variant over a set (over any where nil), or the run with this number.
  /// - Throws: `WorkbenchError.input` that says what there is.
  public func run(named name: String, set: String? = nil) throws -> Run {
    if let run = snapshot.latestRun(variant: name, set: set) { return run }
    if let number = Int64(name), let run = snapshot.runs.first(where: { $0.id.number == number }) { return run }
    let names = snapshot.workspace.variants.map(\.name)
    guard names.contains(name) else { throw WorkbenchError.unknown("variant or run", name, among: names) }
    let place = set.map { " on \"\($0)\"" } ?? ""
    throw WorkbenchError.input("\"\(name)\" has not been evaluated\(place) yet: run `assay eval \(name)` first.")
  }
}
