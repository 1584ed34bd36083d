import Evidence

/// What the makers of hosted models ask, where a workspace doesn't say it itself. Prices change: the table has a date, and
/// whatever is computed from it says so.
package enum PriceTable {
  /// The day the prices were looked up.
  package static let date = "2026-08-05"

  /// The price of a model at its maker's own address; nil for any other address and for models that aren't listed.
  package static func price(of endpoint: Endpoint) -> TokenPrice? {
    let models: [(name: String, input: Double, cached: Double, output: Double)]
    switch endpoint.baseURLs.first {
    case "https://api.openai.com/v1": models = openAI
    case "https://api.anthropic.com/v1": models = anthropic
    default: return nil
    }
    guard let found = models.first(where: { isName($0.name, of: endpoint.model) }) else { return nil }
    let rates = rates(input: found.input, cachedInput: found.cached, output: found.output, at: endpoint.dialect)
    return TokenPrice(rates: rates, asOf: date)
  }

  /// Rates of which the cache's may be left out: then they follow from what the API's makers publish for it.
  /// - Parameter dialect: the API; nil for one whose cache costs nothing by itself.
  package static func rates(
    input: Double, cachedInput: Double? = nil, cacheWrite: Double? = nil, longCacheWrite: Double? = nil, output: Double,
    at dialect: Endpoint.Dialect?
  ) -> TokenRates {
    let shares = dialect?.cacheWriteShares
    return TokenRates(
      input: input, cachedInput: cachedInput, cacheWrite: cacheWrite ?? shares.map { $0.fiveMinutes * input },
      longCacheWrite: longCacheWrite ?? cacheWrite.map { max($0, input) } ?? shares.map { $0.oneHour * input },
      output: output)
  }

  /// Whether a model goes by a name, perhaps with the date of its build behind it.
  private static func isName(_ name: String, of model: String) -> Bool {
    guard model.hasPrefix(name) else { return false }
    let rest = model.dropFirst(name.count)
    return rest.isEmpty || rest.first == "-" && rest.count >= 9 && rest.allSatisfy { $0 == "-" || $0.isNumber }
  }

  private static let openAI: [(name: String, input: Double, cached: Double, output: Double)] = [
    ("gpt-4o", 2.5, 1.25, 10), ("gpt-4o-mini", 0.15, 0.075, 0.6), ("gpt-4.1", 2, 0.5, 8),
    ("gpt-4.1-mini", 0.4, 0.1, 1.6), ("gpt-4.1-nano", 0.1, 0.025, 0.4), ("o3-mini", 1.1, 0.55, 4.4),
    ("o4-mini", 1.1, 0.275, 4.4), ("gpt-5", 1.25, 0.125, 10), ("gpt-5-mini", 0.25, 0.025, 2),
    ("gpt-5-nano", 0.05, 0.005, 0.4), ("gpt-5.1", 1.25, 0.125, 10), ("gpt-5.2", 1.75, 0.175, 14),
    ("gpt-5.4", 2.5, 0.25, 15), ("gpt-5.4-mini", 0.75, 0.075, 4.5), ("gpt-5.4-nano", 0.2, 0.02, 1.25),
    ("gpt-5.5", 5, 0.5, 30),
  ]

  private static let anthropic: [(name: String, input: Double, cached: Double, output: Double)] = [
    ("claude-haiku-4-5", 1, 0.1, 5), ("claude-sonnet-4-5", 3, 0.3, 15), ("claude-opus-4-1", 15, 1.5, 75),
    ("claude-opus-4-5", 5, 0.5, 25), ("claude-opus-4-6", 5, 0.5, 25),
  ]
}
