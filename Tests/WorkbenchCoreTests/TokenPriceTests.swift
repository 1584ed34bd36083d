import Evidence
import Testing

@testable import Domain
@testable import WorkbenchCore

/// What a request costs, and what isn't known of it.
@Suite struct TokenPriceTests {
  private let price = TokenPrice(
    rates: TokenRates(input: 3, cachedInput: 0.3, cacheWrite: 3.75, longCacheWrite: 6, output: 15),
    longPrompt: TokenPrice.LongPrompt(above: 1000, rates: TokenRates(input: 6, output: 30)),
    tiers: ["flex": TokenRates(input: 1, output: 5)])

  private func isClose(_ value: Double?, _ expected: Double) -> Bool { abs((value ?? -1) - expected) < 1e-12 }

  @Test func everyKindOfTokenHasItsRate() {
    let usage = TokenUsage(
      prompt: 900, completion: 50, cachedPrompt: 400, cacheWrites: 100, longCacheWrites: 200)
    let expected: [Double] = [200 * 3, 400 * 0.3, 100 * 3.75, 200 * 6, 50 * 15]
    #expect(isClose(price.cost(of: usage), expected.reduce(0, +) / 1e6))
  }

  @Test func whatWasNotCountedHasNoCost() {
    #expect(price.cost(of: TokenUsage()) == nil)
    #expect(price.cost(of: TokenUsage(prompt: 10)) == nil)
    #expect(price.cost(of: TokenUsage(completion: 10)) == nil)
    #expect(isClose(TokenPrice(input: 1, output: 0).cost(of: TokenUsage(prompt: 10)), 1e-5))
    #expect(isClose(TokenPrice(input: 0, output: 1).cost(of: TokenUsage(completion: 10)), 1e-5))
    #expect(TokenPrice(input: 0, output: 0).isFree && !price.isFree)
  }

  @Test func longPromptsAndTiersHaveTheirOwnRates() {
    #expect(isClose(price.cost(of: TokenUsage(prompt: 1000, completion: 0)), 0.003))
    #expect(isClose(price.cost(of: TokenUsage(prompt: 1001, completion: 10)), 6306 / 1e6))
    #expect(isClose(price.cost(of: TokenUsage(prompt: 100, completion: 10, tier: "flex")), 150 / 1e6))
    #expect(isClose(price.cost(of: TokenUsage(prompt: 100, completion: 10, tier: "default")), 450 / 1e6))
    #expect(price.cost(of: TokenUsage(prompt: 100, completion: 10, tier: "priority")) == nil)
  }

  @Test func theBoundIsNeverBelowTheCost() {
    #expect(price.bound(promptTokens: 100, completionTokens: nil) == nil)
    #expect(isClose(price.bound(promptTokens: 100, completionTokens: 10), 900 / 1e6))
    #expect(TokenPrice(input: 1, output: 0).bound(promptTokens: 100, completionTokens: nil) != nil)
    var random = SplitMix64(seed: 7)
    for _ in 0..<1000 {
      let prompt = Int.random(in: 0...3000, using: &random)
      let usage = TokenUsage(
        prompt: prompt, completion: Int.random(in: 0...50, using: &random),
        cachedPrompt: Int.random(in: 0...prompt, using: &random), cacheWrites: Int.random(in: 0...500, using: &random),
        longCacheWrites: Int.random(in: 0...500, using: &random), tier: Bool.random(using: &random) ? "flex" : nil)
      let cost = price.cost(of: usage) ?? .infinity
      let bound = price.bound(promptTokens: prompt, completionTokens: 50) ?? 0
      #expect(cost <= bound + 1e-12)
    }
  }
}
