import Domain

extension Workbench {
  /// The cases that passed with all their answers in the newest run of a variant on a set; none where it has no run.
  package func passedCases(of variant: String, on set: EvalSet) async throws -> Set<String> {
    guard
      let run = snapshot.runs.first(where: { $0.variant.name == variant && $0.set == set.name && $0.summary.done > 0 })
    else { return [] }
    let outputs = Dictionary(grouping: try await outputs(of: run, on: set).outputs, by: \.caseID)
    return Set(outputs.filter { $0.value.allSatisfy { $0.passed == true } }.keys)
  }
}
