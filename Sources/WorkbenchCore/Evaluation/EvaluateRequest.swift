import Domain

/// What to evaluate.
package struct EvaluateRequest: Sendable, Hashable {
  /// The variant.
  package var variant: String
  /// The eval set; the workspace's first where nil.
  package var set: String?
  /// Only the first so many cases.
  package var limit: Int?
  /// Only the cases with these ids, in this order.
  package var only: [String]?
  /// How many answers each case gets, 1 to 100.
  package var repeats: Int
  /// Ask everything anew, whatever was answered before.
  package var isFresh: Bool
  /// Hand the requests in as a batch, which is answered within a day and costs less.
  package var inBatches: Bool
  /// The most requests under way at once, below the model's own limit.
  package var concurrency: Int?
  /// What it may use.
  package var budget: RunPlan.Budget
  package init(
    variant: String, set: String? = nil, limit: Int? = nil, only: [String]? = nil, repeats: Int = 1,
    isFresh: Bool = false, inBatches: Bool = false, concurrency: Int? = nil, budget: RunPlan.Budget = RunPlan.Budget()
  ) {
    self.variant = variant
    self.set = set
    self.limit = limit
    self.only = only
    self.repeats = repeats
    self.isFresh = isFresh
    self.inBatches = inBatches
    self.concurrency = concurrency
    self.budget = budget
  }
}
