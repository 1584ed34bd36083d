import Domain
import Evidence

/// Several runs, each against one baseline on the same cases, with p-values and intervals adjusted for their number.
package struct VariantFamily: Sendable, Hashable {
  /// One run against the baseline.
  package struct Member: Sendable, Hashable {
    /// The run.
    package var run: RunID
    /// It against the baseline, adjusted for all members.
    package var comparison: PairedComparison
    /// Whether a claim may be made: every case has a reply of both, and it doesn't depend on how replies that are no answer are
    /// counted.
    package var isClaimable: Bool

    /// A run with what was found of it.
    package init(run: RunID, comparison: PairedComparison, isClaimable: Bool) {
      self.run = run
      self.comparison = comparison
      self.isClaimable = isClaimable
    }
  }

  /// How p-values are adjusted.
  package var method: ComparisonFamily.Method
  /// The runs, in the order that was asked for.
  package var members: [Member]

  /// Runs that were compared.
  package init(method: ComparisonFamily.Method, members: [Member]) {
    self.method = method
    self.members = members
  }

  /// Compares outputs with those of a baseline.
  init(baseline: [Output], others: [(run: RunID, outputs: [Output])], on set: EvalSet, margin: Double) {
    let cases = set.cases
    let base = CaseOutputs(baseline)
    let scores = base.scored(cases)
    let outputs = others.map { CaseOutputs($0.outputs) }
    let family = ComparisonFamily(
      outputs.map { (candidate: $0.scored(cases), baseline: scores) }, margin: margin)
    method = family.method
    members = zip(others, zip(outputs, family.comparisons)).map { other, found in
      let (own, comparison) = found
      let isComplete = cases.allSatisfy { own.hasReply(to: $0.id) && base.hasReply(to: $0.id) }
      let pairs = CautiousPairs(candidate: own, baseline: base, cases: cases, margin: margin)
      return Member(run: other.run, comparison: comparison, isClaimable: isComplete && !pairs.disagrees)
    }
  }
}

/// Runs of several variants against one of them.
package struct VariantFamilyQuery: Query {
  /// The run that the others are compared with.
  package var baseline: RunID
  /// The others.
  package var others: [RunID]
  /// The eval set whose cases count.
  package var set: String

  /// Asks for several runs against one.
  package init(baseline: RunID, others: [RunID], set: String) {
    self.baseline = baseline
    self.others = others
    self.set = set
  }

  /// The cases, and the runs' outputs.
  package var sources: Set<QuerySource> { Set([.files, .run(baseline)] + others.map { .run($0) }) }

  /// Reads the runs' outputs and compares them.
  package func answer(on workbench: isolated Workbench, partial: (VariantFamily) -> Void) async throws -> VariantFamily
  {
    let workspace = workbench.snapshot.workspace
    guard let set = workspace.evalSet(set) else {
      throw WorkbenchError.unknown("eval set", self.set, among: workspace.evalSets.map(\.name))
    }
    var others: [(run: RunID, outputs: [Output])] = []
    for id in self.others {
      others.append((id, try await workbench.outputs(of: try workbench.knownRun(id), on: set).outputs))
    }
    let baseline = try await workbench.outputs(of: try workbench.knownRun(baseline), on: set).outputs
    return VariantFamily(
      baseline: baseline, others: others, on: set,
      margin: workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin)
  }
}
