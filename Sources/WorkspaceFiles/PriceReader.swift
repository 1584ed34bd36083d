import Domain
import Evidence

/// Reads a model's `price:`.
enum PriceReader {
  /// Reads it.
  /// - Parameter listed: what the maker asks, where that is known.
  /// - Parameter dialect: the API that the model is asked through, whose makers may charge for the cache by a rule.
  static func price(
    _ fields: inout ConfigFields, listed: TokenPrice?, dialect: Endpoint.Dialect?
  ) -> TokenPrice? {
    guard let value = fields.value("price") else { return nil }
    let expected = "dollars for a million tokens, such as { input: 0.15, output: 0.6 }"
    guard var group = ConfigFields(value, expected: expected) else {
      fields.fail(nil, "Without a price that can be read, costs can't be known.")
      return nil
    }
    let names = ["input", "cached_input", "cache_write", "cache_write_1h", "output"]
    let isOfTrainingOnly = names.allSatisfy { group.value($0) == nil } && group.value("training") != nil
    let rates = isOfTrainingOnly ? listed?.rates : rates(&group, dialect)
    let training = group.number("training", "dollars for a million tokens") { $0 >= 0 && $0 < 1e6 }
    let longPrompt = longPrompt(&group, dialect)
    let tiers = tiers(&group, dialect)
    group.finish()
    guard !group.isBroken else {
      fields.fail("price", "Costs can't be known until the price can be read.")
      return nil
    }
    guard let rates else {
      fields.fail("price", "A price needs both input and output.")
      return nil
    }
    return TokenPrice(
      rates: rates, longPrompt: longPrompt, tiers: tiers, training: training,
      asOf: isOfTrainingOnly ? listed?.asOf : nil)
  }

  private static func rates(_ fields: inout ConfigFields, _ dialect: Endpoint.Dialect?) -> TokenRates? {
    func dollars(_ key: String) -> Double? {
      fields.number(key, "dollars for a million tokens") { $0 >= 0 && $0 < 1e6 }
    }
    let (input, cached, output) = (dollars("input"), dollars("cached_input"), dollars("output"))
    let (write, longWrite) = (dollars("cache_write"), dollars("cache_write_1h"))
    guard let input, let output else { return nil }
    return PriceTable.rates(
      input: input, cachedInput: cached, cacheWrite: write, longCacheWrite: longWrite, output: output, at: dialect)
  }

  private static func longPrompt(
    _ fields: inout ConfigFields, _ dialect: Endpoint.Dialect?
  ) -> TokenPrice.LongPrompt? {
    guard let value = fields.value("long_prompt"),
      var group = ConfigFields(value, expected: "rates such as { above: 200000, input: 4, output: 15 }")
    else { return nil }
    let above = group.count("above", from: 1, to: 1_000_000_000)
    let rates = rates(&group, dialect)
    group.finish()
    guard let above, let rates else {
      if !group.isBroken { fields.fail("long_prompt", "Rates for long prompts need above, input and output.") }
      fields.isBroken = true
      return nil
    }
    fields.isBroken = fields.isBroken || group.isBroken
    return TokenPrice.LongPrompt(above: above, rates: rates)
  }

  private static func tiers(_ fields: inout ConfigFields, _ dialect: Endpoint.Dialect?) -> [String: TokenRates] {
    guard let value = fields.value("tiers"),
      var group = ConfigFields(value, expected: "service tiers with their rates, such as flex: { input: 1, output: 5 }")
    else { return [:] }
    var tiers: [String: TokenRates] = [:]
    for (name, value) in group.all() {
      guard var tier = ConfigFields(value, expected: "rates such as { input: 1, output: 5 }") else {
        fields.isBroken = true
        continue
      }
      let rates = rates(&tier, dialect)
      tier.finish()
      if rates == nil, !tier.isBroken { group.fail(name, "A tier's price needs both input and output.") }
      tiers[name.lowercased()] = rates
      fields.isBroken = fields.isBroken || tier.isBroken
    }
    fields.isBroken = fields.isBroken || group.isBroken
    return tiers
  }
}
