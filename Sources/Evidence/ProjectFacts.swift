/// What the people who run the task say about it; nil means not stated.
package struct ProjectFacts: Sendable, Hashable {
  /// Good training examples at hand.
  package var trainingExamples: Int?
  /// What tuning has to change, which says how many examples it takes.
  package var dataTier: DataTier?
  /// Queries per month in production.
  package var queriesPerMonth: Double?
  /// The score from which the task counts as solved, 0 to 1.
  package var targetScore: Double?
  /// The longest acceptable time to an answer for 95 % of the queries, in milliseconds.
  package var latencyLimit: Double?
  /// Whether the product is at an early stage.
  package var isEarly: Bool?
  /// Whether the requirements still move.
  package var requirementsMove: Bool?
  /// Whether one model has to serve changing contexts.
  package var needsFlexibility: Bool?
  /// Whether results are needed today.
  package var isNeededToday: Bool?
  /// Whether the team can train and run models.
  package var hasExpertise: Bool?
  /// Whether the budget is small.
  package var budgetIsSmall: Bool?
  /// Whether an answer in the wrong format is a failure.
  package var formatIsCritical: Bool?
  /// Whether the domain has conventions or words of its own.
  package var hasJargon: Bool?
  /// Whether every millisecond counts.
  package var latencyIsCritical: Bool?
  /// Whether behaviour of the base model must be changed or removed.
  package var behaviourMustChange: Bool?
  /// Whether the domain is regulated or a brand voice must be kept.
  package var isRegulated: Bool?
  /// Whether the answers rest on facts that change.
  package var factsChange: Bool?
  /// Whether the queries are of clearly different types.
  package var queryTypesDiffer: Bool?
  /// Whether a router between models can be built and run.
  package var canRoute: Bool?

  /// Nothing is said yet.
  package init() {}
}
