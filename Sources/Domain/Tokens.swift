import Evidence

/// What the tokens of a model cost.
package struct TokenPrice: Sendable, Hashable {
  /// Rates for requests with long prompts.
  package struct LongPrompt: Sendable, Hashable {
    /// The most tokens of a prompt that the usual rates are for.
    package var above: Int
    /// What every token of a request with a longer prompt costs.
    package var rates: TokenRates
    /// Makes rates for long prompts.
    package init(above: Int, rates: TokenRates) {
      self.above = above
      self.rates = rates
    }
  }

  /// What a request costs that isn't in one of the other classes.
  package var rates: TokenRates
  /// What requests with long prompts cost; nil where length doesn't matter.
  package var longPrompt: LongPrompt?
  /// What requests of other service tiers cost, by the word that the server answers with.
  package var tiers: [String: TokenRates]
  /// Dollars per million tokens learnt from in a fine-tuning job, over all passes; nil where not known.
  package var training: Double?
  /// The day of a price from `PriceTable`; nil where the workspace says the price.
  package var asOf: String?

  package init(
    rates: TokenRates, longPrompt: LongPrompt? = nil, tiers: [String: TokenRates] = [:], training: Double? = nil,
    asOf: String? = nil
  ) {
    self.rates = rates
    self.longPrompt = longPrompt
    self.tiers = tiers
    self.training = training
    self.asOf = asOf
  }

  /// Makes a price that is the same for all requests.
  package init(
    input: Double, cachedInput: Double? = nil, output: Double, training: Double? = nil, asOf: String? = nil
  ) {
    self.init(
      rates: TokenRates(input: input, cachedInput: cachedInput, output: output), training: training, asOf: asOf)
  }

  /// Whether nothing is charged for any request.
  package var isFree: Bool {
    ([rates] + tiers.values + (longPrompt.map { [$0.rates] } ?? [])).allSatisfy {
      $0.dearestInput == 0 && $0.output == 0
    }
  }

  /// Tiers that are charged at the usual rates, in the words of all servers.
  private static let usualTiers: Set<String> = ["default", "standard", "auto", "on_demand", "standard_only"]

  /// The rates of a request; nil for a service tier whose rates aren't known.
  /// - Parameter prompt: tokens of its prompt, cached ones included.
  /// - Parameter tier: the service tier that the server said it was answered in.
  package func rates(prompt: Double, tier: String? = nil) -> TokenRates? {
    if let tier, !Self.usualTiers.contains(tier) { return tiers[tier] }
    if let longPrompt, prompt > Double(longPrompt.above) { return longPrompt.rates }
    return rates
  }

  /// Dollars for one answer; nil where the server didn't count what is charged for.
  package func cost(of usage: TokenUsage) -> Double? {
    guard let rates = rates(prompt: Double(usage.prompt ?? 0), tier: usage.tier) else { return nil }
    if usage.prompt == nil, rates.dearestInput > 0 || longPrompt != nil { return nil }
    if usage.completion == nil, rates.output > 0 { return nil }
    return rates.dollars(for: usage.counts)
  }

  /// The most that a request can cost, in dollars; nil where nothing bounds its answer.
  /// - Parameter promptTokens: no fewer than its prompt can have.
  /// - Parameter completionTokens: the limit on its answer.
  package func bound(promptTokens: Int, completionTokens: Int?) -> Double? {
    // Whether a long prompt costs more or less than a short one, and which tier serves it, isn't known before.
    let all = [rates] + tiers.values + (longPrompt.map { [$0.rates] } ?? [])
    let bounds = all.map { rates -> Double? in
      guard let completionTokens = rates.output == 0 ? 0 : completionTokens else { return nil }
      return (Double(promptTokens) * rates.dearestInput + Double(completionTokens) * rates.output) / 1e6
    }
    return bounds.contains(nil) ? nil : bounds.compactMap(\.self).max()
  }

  /// Dollars for a fine-tuning job that learnt from so many tokens; nil where its price isn't known.
  package func cost(ofTraining tokens: Int) -> Double? { training.map { Double(tokens) * $0 / 1e6 } }
}

/// What a server said it read and wrote; servers may leave any of it out.
package struct TokenUsage: Sendable, Hashable {
  /// Tokens of the prompt, cached ones included.
  package var prompt: Int?
  /// Tokens of the answer, reasoning included.
  package var completion: Int?
  /// How many of `prompt` came from the server's cache.
  package var cachedPrompt: Int?
  /// How many of `prompt` were written to the server's cache for minutes.
  package var cacheWrites: Int?
  /// How many of `prompt` were written to the server's cache for an hour.
  package var longCacheWrites: Int?
  /// The service tier that the request was answered in, in the server's word and small letters.
  package var tier: String?

  package init(
    prompt: Int? = nil, completion: Int? = nil, cachedPrompt: Int? = nil, cacheWrites: Int? = nil,
    longCacheWrites: Int? = nil, tier: String? = nil
  ) {
    self.prompt = prompt
    self.completion = completion
    self.cachedPrompt = cachedPrompt
    self.cacheWrites = cacheWrites
    self.longCacheWrites = longCacheWrites
    self.tier = tier
  }

  /// The counts without those of a server that doesn't count and sends 0 for both sides: no prompt has 0 tokens.
  /// - Parameter text: the answer; where it has none, 0 tokens of it may be right.
  package func plausible(for text: String) -> TokenUsage {
    guard prompt ?? 0 == 0 else { return self }
    var usage = self
    usage.prompt = nil
    if completion == 0, !text.isEmpty { usage.completion = nil }
    return usage
  }

  /// Whether both sides were counted.
  package var isWhole: Bool { prompt != nil && completion != nil }

  /// The tokens by what is charged for them; what wasn't counted is 0.
  package var counts: TokenCounts {
    let prompt = prompt ?? 0
    let cached = min(cachedPrompt ?? 0, prompt)
    let writes = min(cacheWrites ?? 0, prompt - cached)
    let longWrites = min(longCacheWrites ?? 0, prompt - cached - writes)
    return TokenCounts(
      uncachedInput: Double(prompt - cached - writes - longWrites), cachedInput: Double(cached),
      cacheWrites: Double(writes), longCacheWrites: Double(longWrites), output: Double(completion ?? 0))
  }
}
