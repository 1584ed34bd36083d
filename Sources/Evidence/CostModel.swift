/// What tokens cost, in US dollars per million.
public struct TokenPrices: Sendable, Hashable {
  /// Input tokens that the provider has not seen just before.
  public var input: Double
  /// Input tokens served from the provider's cache.
  public var cachedInput: Double
  /// Output tokens.
  public var output: Double

  /// Prices in US dollars per million tokens; cached input costs as much as other input unless told.
  public init(input: Double, cachedInput: Double? = nil, output: Double) {
    self.input = input
    self.cachedInput = cachedInput ?? input
    self.output = output
  }
}

/// What it takes to answer with one variant.
public struct CallCost: Sendable, Hashable {
  /// Input tokens per call that are not cached.
  public var uncachedInput: Double
  /// Input tokens per call that are cached.
  public var cachedInput: Double
  /// Output tokens per call.
  public var output: Double
  /// Prices per million tokens.
  public var prices: TokenPrices
  /// Calls until the user has what they asked for, 1 or more.
  public var callsPerGoal: Double
  /// Fixed costs in US dollars per month, such as a GPU that is always on.
  public var hostingPerMonth: Double

  /// The make-up of a call; one call per goal and no hosting unless told.
  public init(
    uncachedInput: Double, cachedInput: Double = 0, output: Double = 0, prices: TokenPrices, callsPerGoal: Double = 1,
    hostingPerMonth: Double = 0
  ) {
    self.uncachedInput = uncachedInput
    self.cachedInput = cachedInput
    self.output = output
    self.prices = prices
    self.callsPerGoal = callsPerGoal
    self.hostingPerMonth = hostingPerMonth
  }

  /// The tokens of one query in US dollars, without hosting:
  /// (uncached × p_in + cached × p_cached + out × p_out) × calls per goal.
  public var tokensPerQuery: Double {
    (uncachedInput * prices.input + cachedInput * prices.cachedInput + output * prices.output) / 1e6 * callsPerGoal
  }

  /// A query in US dollars at a monthly volume, hosting included; nil when there is hosting to share but no volume.
  public func perQuery(queriesPerMonth: Double?) -> Double? {
    guard hostingPerMonth != 0 else { return tokensPerQuery }
    guard let queriesPerMonth, queriesPerMonth > 0 else { return nil }
    return tokensPerQuery + hostingPerMonth / queriesPerMonth
  }
}

/// What has to be spent before the tuned variant answers, in US dollars.
public struct TuningInvestment: Sendable, Hashable {
  /// One training, data included.
  public var training: Double
  /// Hours of work.
  public var engineeringHours: Double
  /// What an hour costs.
  public var hourlyRate: Double
  /// Trainings that follow the first.
  public var retrainings: Double
  /// What each of them costs.
  public var retrainingCost: Double

  /// An investment; no hours and no retraining unless told.
  public init(
    training: Double, engineeringHours: Double = 0, hourlyRate: Double = 0, retrainings: Double = 0,
    retrainingCost: Double = 0
  ) {
    self.training = training
    self.engineeringHours = engineeringHours
    self.hourlyRate = hourlyRate
    self.retrainings = retrainings
    self.retrainingCost = retrainingCost
  }

  /// training + hours × rate + retrainings × cost each.
  public var total: Double { training + engineeringHours * hourlyRate + retrainings * retrainingCost }
}

/// Prompting against tuning in money:
/// break-even = (training + hours × rate + retrainings × cost each) / (cost prompted − cost tuned).
public struct CostModel: Sendable, Hashable {
  /// The prompted variant.
  public var prompted: CallCost
  /// The tuned variant.
  public var tuned: CallCost
  /// What tuning costs up front.
  public var investment: TuningInvestment
  /// Queries per month; nil when unknown.
  public var queriesPerMonth: Double?

  /// When the investment comes back.
  public enum BreakEven: Sendable, Hashable {
    /// After so many queries; 0 when there was nothing to invest.
    case after(queries: Double)
    /// A tuned answer costs at least as much as a prompted one.
    case never
    /// Hosting is paid per month, and the number of queries to share it is not known.
    case unknown
  }

  /// A comparison of costs.
  public init(prompted: CallCost, tuned: CallCost, investment: TuningInvestment, queriesPerMonth: Double? = nil) {
    self.prompted = prompted
    self.tuned = tuned
    self.investment = investment
    self.queriesPerMonth = queriesPerMonth
  }

  /// What a tuned answer saves, in US dollars per query; negative when it costs more, nil when it is not known.
  public var savingPerQuery: Double? {
    guard let before = prompted.perQuery(queriesPerMonth: queriesPerMonth),
      let after = tuned.perQuery(queriesPerMonth: queriesPerMonth)
    else { return nil }
    // Rounding errors are not a saving.
    return abs(before - after) <= 1e-12 * max(abs(before), abs(after)) ? 0 : before - after
  }

  /// When the investment comes back, in whole queries.
  public var breakEven: BreakEven {
    guard let savingPerQuery else { return .unknown }
    guard savingPerQuery > 0 else { return .never }
    let queries = investment.total / savingPerQuery
    return .after(queries: (queries * (1 - 1e-12)).rounded(.up))
  }

  /// Months until the investment comes back; nil when it never does or the volume is not known.
  public var monthsToBreakEven: Double? {
    guard case .after(let queries) = breakEven, let queriesPerMonth, queriesPerMonth > 0 else { return nil }
    return queries / queriesPerMonth
  }

  /// What tuning saves each month in US dollars, the investment apart; nil when the volume is not known.
  public var savingPerMonth: Double? {
    guard let savingPerQuery, let queriesPerMonth else { return nil }
    return savingPerQuery * queriesPerMonth
  }

  /// What the first month saves after paying for the investment; nil when the volume is not known.
  public var firstMonthNet: Double? { savingPerMonth.map { $0 - investment.total } }
}
