import Foundation

/// What a model was seen to do: `assay models test` finds out, and runs show some of it.
package struct ModelProbe: Sendable, Hashable, Codable {
  /// Something that endpoints differ in.
  package enum Ability: String, Sendable, Hashable, Codable, CaseIterable, CodingKeyRepresentable {
    /// Says which models it has.
    case modelList = "model list"
    /// Sends answers in pieces.
    case streaming
    /// Says how many tokens it read and wrote.
    case usage
    /// Ends an answer at the limit that it is given.
    case maxTokens = "max_tokens"
    /// Ends an answer at a text that it is given.
    case stop
    /// Answers the same to the same seed.
    case seed
    /// Varies its answers at a high temperature, and not at 0.
    case temperature
    /// Tells probabilities of tokens.
    case logprobs
    /// Answers in a form that it is given.
    case structuredOutput = "structured output"
    /// Counts tokens without answering.
    case tokenCounts = "token counts"
    /// Takes many requests at once and bills them cheaper.
    case batches
  }

  /// What was seen of an ability.
  package enum Finding: String, Sendable, Hashable, Codable {
    /// It works.
    case works
    /// It is taken without complaint and has no effect: what is asked for is dropped in silence.
    case ignored
    /// It is refused with a sentence.
    case refused
    /// There is no telling.
    case unknown
  }

  /// When it was last seen.
  package var time: Date
  /// Seconds to a one-token answer, the shortest of a few; nil where the model wasn't tested.
  package var latency: Double?
  /// Tokens a second of an answer, after its first, where known.
  package var tokensPerSecond: Double?
  /// What was seen; abilities that weren't tried are missing.
  package var findings: [Ability: Finding]
  /// The models that the server names, at most 200.
  package var models: [String]
  /// The server's own name and version, where it says one.
  package var server: String?
  /// Where the server says that models come from, by their names: a folder or a digest. Nil where that wasn't tested.
  package var origins: [String: String]?
  /// How the model, and each adapter that a variant names, answered a few fixed questions, by name: a hash, and only of
  /// those that said the same twice. Nil where that wasn't tested.
  package var answers: [String: String]?
  /// Names under which something else was served than when they were tested before, with the time when that was seen.
  package var replaced: [String: Date]?
  /// Whether it takes the limit on tokens as `max_completion_tokens`; nil where that was never seen.
  package var usesMaxCompletionTokens: Bool?

  package init(
    time: Date, latency: Double? = nil, tokensPerSecond: Double? = nil, findings: [Ability: Finding] = [:],
    models: [String] = [], server: String? = nil, usesMaxCompletionTokens: Bool? = nil
  ) {
    self.time = time
    self.latency = latency
    self.tokensPerSecond = tokensPerSecond
    self.findings = findings
    self.models = models
    self.server = server
    self.usesMaxCompletionTokens = usesMaxCompletionTokens
  }
}

extension ModelProbe {
  /// The most requests that a test of a model sends for itself.
  package static let mostRequests = 24
  /// The most requests that it sends for each adapter that a variant names there.
  package static let mostRequestsPerAdapter = 4

  /// A name under which something else is served than before.
  package struct Replacement: Sendable, Hashable {
    /// What requests call it.
    package var name: String
    /// Where it came from before, where the server has told; nil where it is known by its answers alone.
    package var before: String?
    /// Where it comes from now.
    package var now: String?
  }

  /// Names under which something else is served than in an earlier probe.
  package func replacements(since earlier: ModelProbe) -> [Replacement] {
    let names = Set((earlier.answers ?? [:]).keys).union((answers ?? [:]).keys)
    return names.sorted().compactMap { name in
      if let before = earlier.origins?[name], let now = origins?[name], before != now {
        return Replacement(name: name, before: before, now: now)
      }
      guard let before = earlier.answers?[name], let now = answers?[name], before != now else { return nil }
      return Replacement(name: name)
    }
  }

  /// Takes over what an earlier probe has seen, and notes what was replaced since.
  package mutating func note(_ earlier: ModelProbe) {
    var all = earlier.replaced ?? [:]
    for replacement in replacements(since: earlier) { all[replacement.name] = time }
    replaced = all.isEmpty ? nil : all
    // What wasn't there this time is compared with when it is there again.
    if let known = earlier.origins { origins = known.merging(origins ?? [:]) { _, new in new } }
    if let known = earlier.answers { answers = known.merging(answers ?? [:]) { _, new in new } }
  }
}
