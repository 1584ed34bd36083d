/// What the people who run the task say about it; nil means that nobody said.
public struct ProjectFacts: Sendable, Hashable {
  /// Good training examples at hand.
  public var trainingExamples: Int?
  /// What tuning has to change, which says how many examples it takes.
  public var dataTier: DataTier?
  /// Queries per month in production.
  public var queriesPerMonth: Double?
  /// The score from which the task counts as solved, 0 to 1.
  public var targetScore: Double?
  /// The longest acceptable time to an answer for 95 % of the queries, in milliseconds.
  public var latencyLimit: Double?
  /// Whether the product is at an early stage.
  public var isEarly: Bool?
  /// Whether the requirements still move.
  public var requirementsMove: Bool?
  /// Whether one model has to serve changing contexts.
  public var needsFlexibility: Bool?
  /// Whether results are needed today.
  public var isNeededToday: Bool?
  /// Whether somebody can train and run models.
  public var hasExpertise: Bool?
  /// Whether the budget is small.
  public var budgetIsSmall: Bool?
  /// Whether an answer in the wrong format is a failure.
  public var formatIsCritical: Bool?
  /// Whether the domain has conventions or words of its own.
  public var hasJargon: Bool?
  /// Whether every millisecond counts.
  public var latencyIsCritical: Bool?
  /// Whether behaviour of the base model must be changed or removed.
  public var behaviourMustChange: Bool?
  /// Whether the domain is regulated or a brand voice must be kept.
  public var isRegulated: Bool?
  /// Whether the answers rest on facts that change.
  public var factsChange: Bool?
  /// Whether the queries are of clearly different types.
  public var queryTypesDiffer: Bool?
  /// Whether a router between models can be built and run.
  public var canRoute: Bool?

  /// Nothing is said yet.
  public init() {}
}
