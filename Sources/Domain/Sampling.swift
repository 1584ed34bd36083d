/// How the next token is chosen. What is nil is left to the server.
package struct Sampling: Sendable, Hashable {
  /// 0 is deterministic where the server is.
  package var temperature: Double?
  /// Nucleus share, 0 to 1.
  package var topP: Double?
  /// The longest answer, in tokens.
  package var maxTokens: Int?
  /// For servers that honour one.
  package var seed: Int?
  /// Texts that end an answer.
  package var stop: [String]
  package init(
    temperature: Double? = nil, topP: Double? = nil, maxTokens: Int? = nil, seed: Int? = nil, stop: [String] = []
  ) {
    self.temperature = temperature
    self.topP = topP
    self.maxTokens = maxTokens
    self.seed = seed
    self.stop = stop
  }
}
