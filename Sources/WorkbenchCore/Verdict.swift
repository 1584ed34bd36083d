import Evidence

/// Which way to go for one eval set, with the runs behind it.
public struct VerdictReport: Sendable {
  /// The eval set that decides: the first that is not for general tasks.
  public var set: String
  /// The newest run of each of the workspace's variants on the set, prompted ones first, best first.
  public var runs: [Run]
  /// Those of the runs whose variant or prompt has changed since.
  public var outdated: Set<RunID>
  /// The best prompted run.
  public var prompted: Run?
  /// The best tuned run.
  public var tuned: Run?
  /// The tuned run (A) and the prompted one (B) on the cases that both have.
  public var paired: PairedOutcomes?
  /// General tasks: the newest runs without and with an adapter.
  public var general: (before: Run, after: Run)?
  /// What both cost, where prices are known.
  public var cost: CostModel?
  /// What to do, and why.
  public var advice: Advice

  /// Puts a report together.
  public init(
    set: String, runs: [Run], outdated: Set<RunID> = [], prompted: Run?, tuned: Run?, paired: PairedOutcomes?,
    general: (before: Run, after: Run)?,
    cost: CostModel?, advice: Advice
  ) {
    self.set = set
    self.runs = runs
    self.outdated = outdated
    self.prompted = prompted
    self.tuned = tuned
    self.paired = paired
    self.general = general
    self.cost = cost
    self.advice = advice
  }

  /// Runs of variants in the order they are shown: prompted ones first, among them those that have answered every case,
  /// then by score, by format, by the prompt's length and as in the file.
  static func ranked(_ runs: [Run], of variants: [Variant]) -> [Run] {
    func rank(_ run: Run) -> [Double] {
      let (summary, done) = (run.summary, Double(run.summary.done))
      return [
        run.variant.isTuned ? 1 : 0, summary.done < run.requests ? 1 : 0, -summary.mean,
        -Double(summary.formatValid) / done, summary.meanPromptTokens ?? .infinity,
      ]
    }
    return runs.enumerated().sorted { left, right in
      (rank(left.element) + [Double(left.offset)]).lexicographicallyPrecedes(
        rank(right.element) + [Double(right.offset)])
    }.map(\.element)
  }
}

extension RunSummary {
  /// The score with its interval, for a verdict.
  var estimate: Estimate? {
    guard scored > 0 else { return nil }
    let isYesNo = abs(mean * Double(scored) - Double(passed)) < 1e-6
    return Estimate(mean: mean, interval: Interval(low, high), count: scored, method: isYesNo ? .wilson : .unitT)
  }
}

extension VariantFacts {
  /// What a run measured.
  init(_ run: Run, isOutdated: Bool) {
    let summary = run.summary
    self.init(
      name: run.variant.name, score: summary.estimate,
      format: summary.done > 0 ? Proportion(successes: summary.formatValid, of: summary.done) : nil,
      medianLatency: summary.latencyMedian > 0 ? summary.latencyMedian * 1000 : nil,
      slowLatency: summary.latency95 > 0 ? summary.latency95 * 1000 : nil,
      unansweredCases: max(0, run.cases - run.casesAnswered), isOutdated: isOutdated)
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
