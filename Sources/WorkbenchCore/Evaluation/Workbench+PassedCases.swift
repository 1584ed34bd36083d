import Domain

extension Workbench {
  /// The cases that passed with all their answers in the run that stands for a variant on a set; none where it has no run.
  package func passedCases(of variant: String, on set: EvalSet) async throws -> Set<String> {
    if snapshot.bases.isEmpty { await refreshBases() }
    guard let run = snapshot.meantRun(of: variant, on: set.name)?.run else { return [] }
    let outputs = Dictionary(grouping: try await outputs(of: run, on: set).outputs, by: \.caseID)
    return Set(outputs.filter { $0.value.allSatisfy { $0.passed == true } }.keys)
  }
}
