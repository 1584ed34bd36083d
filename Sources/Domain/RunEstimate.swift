import Evidence
import Foundation

/// What an evaluation would take, before it is run.
package struct RunEstimate: Sendable, Hashable {
  /// A number that isn't known yet.
  package struct Range: Sendable, Hashable {
    /// The least, to be expected.
    package var low: Double
    /// The most, to be expected; nil where nothing bounds it.
    package var high: Double?
    /// Makes a range.
    package init(_ low: Double, _ high: Double?) {
      self.low = low
      self.high = high
    }
  }

  /// Where token counts come from.
  package enum Basis: Sendable, Hashable {
    /// The same variant, or one with the same prompt and model, was run before: its means, a fifth up and down.
    case earlierRun(RunID)
    /// The prompts were counted by the model's tokenizer.
    case tokenizer
    /// A token is taken for two and a half to five characters.
    case characters
  }

  /// Requests to send; failed ones that are sent again aren't foreseen.
  package var calls: Int
  /// Answers that are there already.
  package var reused: Int
  /// Tokens of all prompts.
  package var promptTokens: Range
  /// Tokens of all answers.
  package var completionTokens: Range
  /// Dollars; nil where the price isn't known.
  package var dollars: Range?
  /// What is charged, as a share of the usual price: less than 1 in a batch.
  package var priceShare: Double
  /// Where the counts come from.
  package var basis: Basis

  /// What so many requests would take.
  /// - Parameter prompt: tokens of one prompt, the mean.
  /// - Parameter completion: tokens of one answer, the mean.
  package init(
    calls: Int, reused: Int, prompt: Range, completion: Range, price: TokenPrice?, priceShare: Double = 1, basis: Basis
  ) {
    func all(_ range: Range) -> Range { Range(range.low * Double(calls), range.high.map { $0 * Double(calls) }) }
    self.calls = calls
    self.reused = reused
    promptTokens = all(prompt)
    completionTokens = all(completion)
    self.basis = basis
    self.priceShare = priceShare
    dollars = price.flatMap { price in
      // The least is what it costs when all of every prompt is cached, the most when nothing is.
      guard let least = price.rates(prompt: prompt.low), let most = price.rates(prompt: prompt.high ?? prompt.low)
      else { return nil }
      let count = Double(calls)
      let low = least.dollars(for: TokenCounts(cachedInput: prompt.low, output: completion.low))
      let high = prompt.high.flatMap { prompt in
        completion.high.map { most.dollars(for: TokenCounts(uncachedInput: prompt, output: $0)) }
      }
      return Range(min(low, high ?? low) * count * priceShare, high.map { max(low, $0) * count * priceShare })
    }
  }

  /// Whether what was spent lies within the range.
  package func contains(dollars spent: Double) -> Bool? {
    dollars.map { $0.low <= spent && spent <= $0.high ?? .infinity }
  }
}
