/// What is known about one variant.
package struct VariantFacts: Sendable, Hashable {
  /// The name to use in sentences.
  package var name: String
  /// Its mean score with interval.
  package var score: Estimate?
  /// How often its answers had the right format.
  package var format: Proportion?
  /// The median time to an answer, in milliseconds.
  package var medianLatency: Double?
  /// The time that 95 % of the answers don't exceed, in milliseconds.
  package var slowLatency: Double?
  /// Cases of the eval set that it has not answered.
  package var unansweredCases: Int
  /// Whether it has changed since it was measured.
  package var isOutdated: Bool

  /// A variant of which only the name is known unless more is told.
  package init(
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

/// Everything that a verdict can rest on; all of it may be missing.
package struct Facts: Sendable, Hashable {
  /// The best prompted variant.
  package var prompted: VariantFacts?
  /// The best tuned variant.
  package var tuned: VariantFacts?
  /// The tuned variant against the prompted one on the same cases. Of several prompts the one that the tuned variant is
  /// hardest to tell from; no correction for their number is needed then.
  package var comparison: PairedComparison?
  /// The same two variants on the other eval sets of the task, by name.
  package var otherSets: [OtherSet] = []
  /// How often people preferred the tuned variant's answers to the prompted one's.
  package var preferences: PreferenceCount?
  /// How many tuned variants were scored on these cases, at least 1: p-values of "tuned is better" are multiplied by it.
  package var tunedTried = 1
  /// How many prompts and versions of them were, at least 1: the same for "prompted is better".
  package var promptsTried = 1
  /// The smallest difference in score that would matter, 0 to 1.
  package var worthwhileGain = 0.05
  /// Whether the cases were kept apart while prompts were developed, and how often they were looked at.
  package var heldOut = HeldOut.none
  /// Whether an earlier version of the prompt, or another variant that is no longer as it was, scored better.
  package var earlierBest: EarlierVersion?
  /// Whether the prompt's versions have stopped getting better.
  package var plateau: Plateau?
  /// The newest version of the prompt against the one before it.
  package var lastStep: PairedComparison?
  /// The tuned variant against the prompted one by the share of a case's answers in the asked form.
  package var formatComparison: PairedComparison?
  /// How long the answers to the same cases took.
  package var latencyComparison: LatencyComparison?
  /// How long their first tokens took, where answers were streamed.
  package var firstTokenComparison: LatencyComparison?
  /// The tuned model and its base without what was learnt, on each set of other tasks.
  package var general: [GeneralAbility] = []
  /// Why the base model's general abilities aren't known, where they aren't.
  package var generalGap: GeneralGap?
  /// What the tuned variant's answers say of its training.
  package var adapterFindings: [AdapterFinding] = []
  /// Groups that the cases seem to form and that aren't stated.
  package var suspectedGroups: SuspectedGroups?
  /// Cases that are in the eval set and in the training set.
  package var leakedCases: Int?
  /// What is known of the rows that the tuned variant was trained on.
  package var trainingRows: RowsOrigin?
  /// Variants whose prompt holds eval cases among its examples.
  package var promptLeaks: [PromptLeak] = []
  /// The parts of a combination that have been measured; nil without a tuned variant.
  package var combination: Combination?
  /// Where each fact is stated: the line of assay.yaml by key.
  package var statedLines: [String: Int] = [:]
  /// How to measure what is missing.
  package var steps: [Measurement: MeasuringStep] = [:]
  /// The costs of both variants.
  package var cost: CostModel?
  /// What people say.
  package var project = ProjectFacts()

  /// A format that is right less often by this share is worse.
  package static let formatMargin = 0.02

  /// Nothing is known yet.
  package init() {}
}
