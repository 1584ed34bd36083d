import Domain

/// Which way to go, from everything that was measured and declared; nil where there is no eval set.
package struct VerdictQuery: Query {
  /// Asks for the verdict.
  package init() {}

  /// Everything that was measured and declared.
  package var sources: Set<QuerySource> { [.files, .runs, .jobs, .reviews] }

  /// Pairs the runs that stand for the variants, and weighs the facts.
  package func answer(
    on workbench: isolated Workbench, partial: (VerdictReport?) -> Void
  ) async throws -> VerdictReport? {
    try await workbench.verdict()
  }
}

extension Snapshot {
  /// The best prompted and the best tuned run on a set, of those that stand for a variant and have answers; none, one or
  /// two.
  package func sides(on set: String) -> [Run] {
    let variants = workspace.variants.filter { !$0.isRouter }
    let runs = variants.compactMap { meantRun(of: $0.name, on: set)?.run }.filter { $0.summary.done > 0 }
    let ranked = VerdictReport.ranked(runs, of: workspace.variants)
    return [ranked.first { !$0.variant.isTuned }, ranked.first { $0.variant.isTuned }].compactMap(\.self)
  }
}
