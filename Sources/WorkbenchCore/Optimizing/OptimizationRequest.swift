import Domain

/// What to optimise.
package struct OptimizationRequest: Sendable, Hashable {
  /// The variant whose prompt is changed.
  package var variant: String
  /// The eval set; the workspace's first where nil.
  package var set: String?
  /// The most requests, those to the proposer included.
  package var budget: Int
  /// The model that rewrites sections; none are rewritten where nil.
  package var proposer: String?

  /// The requests unless told.
  package static let usualBudget = 600

  /// Makes a request.
  package init(variant: String, set: String? = nil, budget: Int = usualBudget, proposer: String? = nil) {
    self.variant = variant
    self.set = set
    self.budget = budget
    self.proposer = proposer
  }
}

extension Command {
  /// Looks for a better prompt by changing one thing after another; goes on with what an earlier start left.
  package static func optimize(_ request: OptimizationRequest) -> Command { Command(request) }
}

extension OptimizationRequest: Performable {
  /// What the budget would cost if all of it were used.
  package func charges(on workbench: isolated Workbench) async -> [Charge.Item] { await workbench.charges(for: self) }

  /// Looks for a better prompt.
  package func perform(on workbench: isolated Workbench) async throws {
    let report = try await workbench.optimize(self, consent: .given)
    for sentence in report.sentences { workbench.notify(.success, sentence) }
  }
}
