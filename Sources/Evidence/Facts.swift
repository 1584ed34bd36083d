/// What is known about one variant.
public struct VariantFacts: Sendable, Hashable {
  /// The name to use in sentences.
  public var name: String
  /// Its mean score with interval.
  public var score: Estimate?
  /// How often its answers had the right format.
  public var format: Proportion?
  /// The median time to an answer, in milliseconds.
  public var medianLatency: Double?
  /// The time that 95 % of the answers don't exceed, in milliseconds.
  public var slowLatency: Double?
  /// Cases of the eval set that it has not answered.
  public var unansweredCases: Int
  /// Whether it has changed since it was measured.
  public var isOutdated: Bool

  /// A variant of which only the name is known unless more is told.
  public init(
    name: String, score: Estimate? = nil, format: Proportion? = nil, medianLatency: Double? = nil,
    slowLatency: Double? = nil, unansweredCases: Int = 0, isOutdated: Bool = false
  ) {
    self.name = name
    self.score = score
    self.format = format
    self.medianLatency = medianLatency
    self.slowLatency = slowLatency
    self.unansweredCases = unansweredCases
    self.isOutdated = isOutdated
  }
}

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

/// Everything that a verdict can rest on; all of it may be missing.
public struct Facts: Sendable, Hashable {
  /// The best prompted variant.
  public var prompted: VariantFacts?
  /// The best tuned variant.
  public var tuned: VariantFacts?
  /// Both on the same cases: the tuned variant against the prompted one.
  public var comparison: PairedComparison?
  /// How many pairs of variants were compared before these two were picked, at least 1; p-values are multiplied by it.
  public var comparisonsTried = 1
  /// The smallest difference in score that would matter, 0 to 1.
  public var worthwhileGain = 0.05
  /// Whether the prompt's versions have stopped getting better.
  public var plateau: Plateau?
  /// The tuned (A) and the base model (B) on cases of other tasks.
  public var generalAbilities: PairedOutcomes?
  /// Cases that are in the eval set and in the training set.
  public var leakedCases: Int?
  /// The costs of both variants.
  public var cost: CostModel?
  /// What people say.
  public var project = ProjectFacts()

  /// Nothing is known yet.
  public init() {}
}
