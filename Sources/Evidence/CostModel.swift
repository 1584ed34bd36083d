/// Tokens of one request by what is charged for them; means may be fractions.
package struct TokenCounts: Sendable, Hashable {
  /// Input that was neither read from the provider's cache nor written to it.
  package var uncachedInput: Double
  /// Input read from the provider's cache.
  package var cachedInput: Double
  /// Input written to the provider's cache for minutes.
  package var cacheWrites: Double
  /// Input written to the provider's cache for an hour.
  package var longCacheWrites: Double
  /// Output, reasoning included.
  package var output: Double

  /// Creates token counts. Omitted counts are 0.
  package init(
    uncachedInput: Double = 0, cachedInput: Double = 0, cacheWrites: Double = 0, longCacheWrites: Double = 0,
    output: Double = 0
  ) {
    self.uncachedInput = uncachedInput
    self.cachedInput = cachedInput
    self.cacheWrites = cacheWrites
    self.longCacheWrites = longCacheWrites
    self.output = output
  }
}

/// Prices of tokens, in US dollars per million.
package struct TokenRates: Sendable, Hashable {
  /// Input that was neither read from the provider's cache nor written to it.
  package var input: Double
  /// Input read from the provider's cache.
  package var cachedInput: Double
  /// Input written to the provider's cache for minutes.
  package var cacheWrite: Double
  /// Input written to the provider's cache for an hour.
  package var longCacheWrite: Double
  /// Output, reasoning included.
  package var output: Double

  /// Makes rates; the cache costs as much as other input unless told, an hour as much as minutes.
  package init(
    input: Double, cachedInput: Double? = nil, cacheWrite: Double? = nil, longCacheWrite: Double? = nil, output: Double
  ) {
    self.input = input
    self.cachedInput = cachedInput ?? input
    self.cacheWrite = cacheWrite ?? input
    self.longCacheWrite = longCacheWrite ?? self.cacheWrite
    self.output = output
  }

  /// US dollars for so many tokens. Every cost that Assay shows is computed here.
  package func dollars(for tokens: TokenCounts) -> Double {
    let input = tokens.uncachedInput * self.input + tokens.cachedInput * cachedInput
    let writes = tokens.cacheWrites * cacheWrite + tokens.longCacheWrites * longCacheWrite
    return (input + writes + tokens.output * output) / 1e6
  }

  /// The highest price of input.
  package var dearestInput: Double { max(input, cachedInput, cacheWrite, longCacheWrite) }
}

/// What it takes to answer with one variant.
package struct CallCost: Sendable, Hashable {
  /// Tokens per call.
  package var tokens: TokenCounts
  /// Prices per million tokens.
  package var rates: TokenRates
  /// Calls until the user has what they asked for, 1 or more.
  package var callsPerGoal: Double
  /// Fixed costs in US dollars per month, such as a GPU that is always on; nil where not known.
  package var hostingPerMonth: Double?

  /// The make-up of a call; one call per goal and no hosting unless told.
  package init(tokens: TokenCounts, rates: TokenRates, callsPerGoal: Double = 1, hostingPerMonth: Double? = 0) {
    self.tokens = tokens
    self.rates = rates
    self.callsPerGoal = callsPerGoal
    self.hostingPerMonth = hostingPerMonth
  }

  /// The tokens of one query in US dollars, without hosting.
  package var tokensPerQuery: Double { rates.dollars(for: tokens) * callsPerGoal }

  /// A query in US dollars at a monthly volume, hosting included; nil when the hosting isn't known, or is to be shared and
  /// there is no volume.
  package func perQuery(queriesPerMonth: Double?) -> Double? {
    guard let hostingPerMonth else { return nil }
    guard hostingPerMonth != 0 else { return tokensPerQuery }
    guard let queriesPerMonth, queriesPerMonth > 0 else { return nil }
    return tokensPerQuery + hostingPerMonth / queriesPerMonth
  }
}

/// The up-front cost of tuning, in US dollars. Values that are not stated are nil.
package struct TuningInvestment: Sendable, Hashable {
  /// One training, data included.
  package var training: Double?
  /// Hours of work.
  package var engineeringHours: Double?
  /// What an hour costs.
  package var hourlyRate: Double?
  /// Trainings that follow the first.
  package var retrainings: Double?
  /// What each of them costs.
  package var retrainingCost: Double?

  /// An investment of which only what is given is known.
  package init(
    training: Double?, engineeringHours: Double? = nil, hourlyRate: Double? = nil, retrainings: Double? = nil,
    retrainingCost: Double? = nil
  ) {
    self.training = training
    self.engineeringHours = engineeringHours
    self.hourlyRate = hourlyRate
    self.retrainings = retrainings
    self.retrainingCost = retrainingCost
  }

  /// training + hours × rate + retrainings × cost each, as far as they are known.
  package var known: Double { (training ?? 0) + (work ?? 0) + (further ?? 0) }
  /// What the hours of work cost; nil where hours or rate aren't known and neither is 0.
  package var work: Double? { Self.product(engineeringHours, hourlyRate) }
  /// What the trainings after the first cost; nil where their number or cost isn't known and neither is 0.
  package var further: Double? { Self.product(retrainings, retrainingCost) }

  private static func product(_ left: Double?, _ right: Double?) -> Double? {
    if left == 0 || right == 0 { return 0 }
    guard let left, let right else { return nil }
    return left * right
  }
}

/// Prompting against tuning in money:
/// break-even = (training + hours × rate + retrainings × cost each) / (cost prompted − cost tuned).
package struct CostModel: Sendable, Hashable {
  /// The prompted variant.
  package var prompted: CallCost
  /// The tuned variant.
  package var tuned: CallCost
  /// What tuning costs up front.
  package var investment: TuningInvestment
  /// Queries per month; nil when unknown.
  package var queriesPerMonth: Double?

  /// When the investment comes back.
  package enum BreakEven: Sendable, Hashable {
    /// After so many queries; 0 when there was nothing to invest.
    case after(queries: Double)
    /// A tuned answer costs at least as much as a prompted one.
    case never
    /// Something is not known that decides it: ``missing``.
    case unknown
  }

  /// A fact that a cost needs and only a person can state.
  package enum Fact: String, Sendable, Hashable {
    /// What one training costs.
    case training = "training_cost"
    /// What the tuned model's hosting costs.
    case hosting = "hosting_per_month"
    /// How many queries share the hosting.
    case queries = "queries_per_month"
    /// Hours of work and what one costs.
    case work = "engineering_hours and hourly_rate"
    /// Trainings after the first.
    case retrainings
  }

  /// The facts that are needed for the break-even point and not stated.
  package var missing: [Fact] {
    var facts: [Fact] = []
    if tuned.hostingPerMonth == nil || prompted.hostingPerMonth == nil { facts.append(.hosting) }
    if investment.training == nil { facts.append(.training) }
    let isShared = [prompted, tuned].contains { $0.hostingPerMonth != 0 }
    if isShared, queriesPerMonth ?? 0 <= 0 { facts.append(.queries) }
    return facts
  }

  /// The facts that are not stated and are left out of the investment, so that break-even is a lower bound.
  package var notCounted: [Fact] {
    (investment.work == nil ? [.work] : []) + (investment.further == nil ? [.retrainings] : [])
  }

  /// A comparison of costs.
  package init(prompted: CallCost, tuned: CallCost, investment: TuningInvestment, queriesPerMonth: Double? = nil) {
    self.prompted = prompted
    self.tuned = tuned
    self.investment = investment
    self.queriesPerMonth = queriesPerMonth
  }

  /// What a tuned answer saves, in US dollars per query; negative when it costs more, nil when it is not known.
  package var savingPerQuery: Double? {
    guard let before = prompted.perQuery(queriesPerMonth: queriesPerMonth),
      let after = tuned.perQuery(queriesPerMonth: queriesPerMonth)
    else { return nil }
    return Self.difference(before, after)
  }

  /// What a tuned answer saves in tokens alone, in US dollars per query.
  package var tokenSaving: Double { Self.difference(prompted.tokensPerQuery, tuned.tokensPerQuery) }

  private static func difference(_ before: Double, _ after: Double) -> Double {
    // Rounding errors are not a saving.
    abs(before - after) <= 1e-12 * max(abs(before), abs(after)) ? 0 : before - after
  }

  /// When the investment comes back, in whole queries, as far as it is known; see ``notCounted``.
  package var breakEven: BreakEven {
    // Hosting of the tuned model can only add to its cost.
    if tuned.hostingPerMonth ?? 0 >= 0, prompted.hostingPerMonth == 0, tokenSaving <= 0 { return .never }
    guard missing.isEmpty, let savingPerQuery else { return .unknown }
    guard savingPerQuery > 0 else { return .never }
    let queries = investment.known / savingPerQuery
    return .after(queries: (queries * (1 - 1e-12)).rounded(.up))
  }

  /// Months until the investment comes back; nil when it never does or the volume is not known.
  package var monthsToBreakEven: Double? {
    guard case .after(let queries) = breakEven, let queriesPerMonth, queriesPerMonth > 0 else { return nil }
    return queries / queriesPerMonth
  }

  /// What tuning saves each month in US dollars, the investment apart; nil when the volume is not known.
  package var savingPerMonth: Double? {
    guard let savingPerQuery, let queriesPerMonth else { return nil }
    return savingPerQuery * queriesPerMonth
  }
}
