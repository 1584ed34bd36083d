/// What tokens cost, in dollars per million.
public struct TokenPrice: Sendable, Hashable {
  /// Prompt tokens.
  public var input: Double
  /// Prompt tokens that the server had cached; the full price where not given.
  public var cachedInput: Double
  /// Tokens of the answer.
  public var output: Double
  /// Tokens learnt from in a fine-tuning job, over all passes; nil where not known.
  public var training: Double?
  /// The day of a price from `PriceTable`; nil where the workspace says the price.
  public var asOf: String?
  /// Makes a price.
  public init(
    input: Double, cachedInput: Double? = nil, output: Double, training: Double? = nil, asOf: String? = nil
  ) {
    self.asOf = asOf
    self.training = training
    self.input = input
    self.cachedInput = cachedInput ?? input
    self.output = output
  }
  /// Dollars for a fine-tuning job that learnt from so many tokens; nil where its price isn't known.
  public func cost(ofTraining tokens: Int) -> Double? { training.map { Double(tokens) * $0 / 1e6 } }
  /// Dollars for one answer; unknown counts cost nothing.
  public func cost(of usage: TokenUsage) -> Double {
    let cached = Double(usage.cachedPrompt ?? 0)
    let prompt = Double(usage.prompt ?? 0)
    return (max(0, prompt - cached) * input + cached * cachedInput + Double(usage.completion ?? 0) * output) / 1e6
  }
}

/// What a server said it read and wrote; servers may leave any of it out.
public struct TokenUsage: Sendable, Hashable {
  /// Tokens of the prompt, cached ones included.
  public var prompt: Int?
  /// Tokens of the answer.
  public var completion: Int?
  /// How many of `prompt` came from the server's cache.
  public var cachedPrompt: Int?
  /// Makes a count.
  public init(prompt: Int? = nil, completion: Int? = nil, cachedPrompt: Int? = nil) {
    self.prompt = prompt
    self.completion = completion
    self.cachedPrompt = cachedPrompt
  }
}
