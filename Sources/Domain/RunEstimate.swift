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
  /// What judging the answers would take besides, by judge and model.
  package var judging: [Judging] = []

  /// What one model of a judge would take.
  package struct Judging: Sendable, Hashable {
    /// The judge's name.
    package var judge: String
    /// The model's name.
    package var model: String
    /// The requests.
    package var estimate: RunEstimate

    /// What a model would take.
    package init(judge: String, model: String, estimate: RunEstimate) {
      self.judge = judge
      self.model = model
      self.estimate = estimate
    }
  }

  /// Dollars for answers and judges; nil where a price isn't known.
  package var allDollars: Range? {
    var sum = calls > 0 ? dollars : dollars ?? Range(0, 0)
    for part in judging where part.estimate.calls > 0 {
      guard let low = sum, let more = part.estimate.dollars else { return nil }
      sum = Range(low.low + more.low, low.high.flatMap { high in more.high.map { high + $0 } })
    }
    return sum
  }

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
