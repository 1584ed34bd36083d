/// How the next token is chosen. What is nil is left to the server.
public struct Sampling: Sendable, Hashable {
  /// 0 is deterministic where the server is.
  public var temperature: Double?
  /// Nucleus share, 0 to 1.
  public var topP: Double?
  /// The longest answer, in tokens.
  public var maxTokens: Int?
  /// For servers that honour one.
  public var seed: Int?
  /// Texts that end an answer.
  public var stop: [String]
  /// Makes a choice.
  public init(
    temperature: Double? = nil, topP: Double? = nil, maxTokens: Int? = nil, seed: Int? = nil, stop: [String] = []
  ) {
    self.temperature = temperature
    self.topP = topP
    self.maxTokens = maxTokens
    self.seed = seed
    self.stop = stop
  }
}
