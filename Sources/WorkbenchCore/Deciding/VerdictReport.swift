import Domain
import Evidence

/// Which way to go for one eval set, with the runs behind it.
package struct VerdictReport: Sendable {
  /// The eval set that decides: one that is held out, once something is measured on it; else the first that is not for
  /// general tasks.
  package var set: String
  /// The newest run of each of the workspace's variants on the set, prompted ones first, best first.
  package var runs: [Run]
  /// Those of the runs whose variant or prompt has changed since.
  package var outdated: Set<RunID>
  /// The best prompted run.
  package var prompted: Run?
  /// The best tuned run.
  package var tuned: Run?
  /// The tuned run against the prompted one on the cases that both have.
  package var comparison: PairedComparison?
  /// What both cost, where prices are known.
  package var cost: CostModel?
  /// What to do, and why.
  package var advice: Advice
  /// How far each stated number is from changing the recommendation.
  package var flips: [FlipDistance] = []
  /// When tuning pays for itself, from ranges; nil without prices.
  package var forecast: MoneyForecast?
  /// What each line of the advice rests on, in the lines' order; nil where there is nothing to open.
  package var sources: [VerdictSource?] = []
  /// What measures each piece of missing evidence, by its command.
  package var measures: [String: MeasureRequest] = [:]
  /// What people weigh besides the score, both ways side by side.
  package var criteria: [Criteria.Row] = []
  /// Where the general tasks that come with Assay would go; nil where there is a general set.
  package var generalSetPath: String?
  /// Letters of the variants on the set, by name: those that share one can't be told apart. Empty where only one is
  /// measured, or more than can be compared at once.
  package var letters: [String: String] = [:]

  /// Puts a report together.
  package init(
    set: String, runs: [Run], outdated: Set<RunID> = [], prompted: Run?, tuned: Run?, comparison: PairedComparison?,
    cost: CostModel?, advice: Advice
  ) {
    self.set = set
    self.runs = runs
    self.outdated = outdated
    self.prompted = prompted
    self.tuned = tuned
    self.comparison = comparison
    self.cost = cost
    self.advice = advice
  }

  /// What the line at a place of the advice rests on.
  package func source(ofLine place: Int) -> VerdictSource? { sources.indices.contains(place) ? sources[place] : nil }

  /// What measures a piece of missing evidence.
  package func measure(_ missing: MissingEvidence) -> MeasureRequest? { missing.command.flatMap { measures[$0] } }

  /// Where the general tasks would go that a piece of missing evidence asks for; nil where it asks for something else.
  package func newGeneralSet(_ missing: MissingEvidence) -> String? {
    generalSetPath.flatMap { missing.command == GeneralSet.command(at: $0) ? $0 : nil }
  }

  /// More variants are not compared with each other.
  static let mostLettered = 16
}

extension VerdictReport {
  /// Runs of variants in the order they are shown: prompted ones first, among them those that have answered every case,
  /// then by score, by format, by the prompt's length and as in the file.
  static func ranked(_ runs: [Run], of variants: [Variant]) -> [Run] {
    let tuned = Set(variants.filter(\.isTuned).map(\.name))
    func rank(_ run: Run) -> [Double] {
      let (summary, done) = (run.summary, Double(run.summary.done))
      return [
        run.variant.isTuned || tuned.contains(run.variant.name) ? 1 : 0, summary.done < run.requests ? 1 : 0,
        -summary.mean, -Double(summary.formatValid) / done, summary.meanPromptTokens ?? .infinity,
      ]
    }
    return runs.enumerated().sorted { left, right in
      (rank(left.element) + [Double(left.offset)]).lexicographicallyPrecedes(
        rank(right.element) + [Double(right.offset)])
    }.map(\.element)
  }
}

extension CallCost {
  /// An average call of a run; nil without prices, or where the server counted nothing that is charged for.
  init?(_ run: Run, price: TokenPrice?, hostingPerMonth: Double? = 0) {
    let summary = run.summary
    guard let price, summary.counted > 0, let rates = price.rates(prompt: summary.meanPromptTokens ?? 0) else {
      return nil
    }
    let sums = TokenUsage(
      prompt: summary.promptTokens, completion: summary.completionTokens, cachedPrompt: summary.cachedPromptTokens,
      cacheWrites: summary.cacheWriteTokens, longCacheWrites: summary.longCacheWriteTokens
    ).counts
    let calls = Double(summary.counted)
    self.init(
      tokens: TokenCounts(
        uncachedInput: sums.uncachedInput / calls, cachedInput: sums.cachedInput / calls,
        cacheWrites: sums.cacheWrites / calls, longCacheWrites: sums.longCacheWrites / calls,
        output: sums.output / calls),
      rates: rates, hostingPerMonth: hostingPerMonth)
  }
}
