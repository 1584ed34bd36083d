import Domain

/// Two runs lined up case by case.
package struct ComparisonQuery: Query {
  /// The first run.
  package var a: RunID
  /// The second run.
  package var b: RunID
  /// The eval set whose cases count; outputs on an earlier version of it are scored again.
  package var set: String
  /// Asks for two runs side by side.
  package init(a: RunID, b: RunID, set: String) {
    self.a = a
    self.b = b
    self.set = set
  }

  /// The cases, and both runs' outputs.
  package var sources: Set<QuerySource> { [.files, .run(a), .run(b)] }

  /// Reads both runs' outputs and lines them up.
  package func answer(on workbench: isolated Workbench, partial: (Comparison) -> Void) async throws -> Comparison {
    try await workbench.compare(a, b, set: set)
  }
}
