import Domain

/// What is known of a variant's sections, from the runs that there are.
package struct AblationQuery: Query {
  /// What is ablated.
  package var request: AblationRequest

  /// Asks for an ablation.
  package init(_ request: AblationRequest) { self.request = request }

  /// The prompt and the cases are files, and each arm is a run.
  package var sources: Set<QuerySource> { [.files, .runs] }

  /// Lines the arms up with the whole prompt.
  package func answer(
    on workbench: isolated Workbench, partial: (AblationReport) -> Void
  ) async throws -> AblationReport {
    try await workbench.ablation(request)
  }
}

extension Command {
  /// Evaluates a variant and the variant without each of its sections; resumes what an earlier start left.
  package static func ablate(_ request: AblationRequest) -> Command { Command(request) }
}

extension AblationRequest: Performable {
  /// What all evaluations would cost together.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] {
    var items: [Charge.Item] = []
    for evaluation in (try? workbench.evaluations(of: self)) ?? [] {
      if let item = await workbench.charge(for: evaluation) { items.append(item) }
    }
    return items
  }

  /// Evaluates what isn't evaluated.
  package func perform(on workbench: isolated Workbench) async throws {
    _ = try await workbench.ablate(self, consent: .given)
  }
}
