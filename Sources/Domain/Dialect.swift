extension Endpoint {
  /// An API that endpoints are asked through: what `assay.yaml` and the core must know of it. How requests and answers are
  /// written stands beside it in ModelAPI. Two with one word are the same.
  package struct Dialect: Sendable, Hashable {
    /// The word after `api:` in `assay.yaml`. Runs are kept under it, so it never changes.
    package let word: String
    /// The API's name in sentences.
    package var title: String
    /// Base address where none is written.
    package var usualAddress: String
    /// The environment variable that holds the key for that address; nil where none is needed.
    package var usualKey: String?
    /// Whether base addresses end in a version, such as `/v1`.
    package var hasVersion: Bool
    /// Whether some servers take the limit on tokens only as `max_completion_tokens`.
    package var hasTwoLimitNames: Bool
    /// Whether system messages may follow the user's.
    package var takesLaterSystemText: Bool
    /// Whether it takes messages in OpenAI's form: calls of tools, their results, parts that are no text, and `tools`.
    package var takesWholeMessages: Bool
    /// Whether it has OpenAI's fine-tuning API.
    package var canTune: Bool
    /// What writing to the prompt cache costs by the API's rule; nil where that costs nothing by itself.
    package var cacheWriteShares: CacheWriteShares?
    /// Keys that a model's options can't have, because Assay writes them itself; each with what to do instead.
    package let reservedOptions: [String: String]

    /// Price of tokens written to the prompt cache, as multiples of the input's price.
    package struct CacheWriteShares: Sendable {
      /// For an entry that is kept for five minutes.
      package var fiveMinutes: Double
      /// For an entry that is kept for an hour.
      package var oneHour: Double

      package init(fiveMinutes: Double, oneHour: Double) {
        self.fiveMinutes = fiveMinutes
        self.oneHour = oneHour
      }
    }

    /// - Parameter reservedOptions: keys besides those that every API has.
    package init(
      word: String, title: String, usualAddress: String, usualKey: String? = nil, hasVersion: Bool = true,
      hasTwoLimitNames: Bool = false, takesLaterSystemText: Bool = true,
      takesWholeMessages: Bool = false, canTune: Bool = false,
      cacheWriteShares: CacheWriteShares? = nil, reservedOptions: [String: String] = [:]
    ) {
      self.word = word
      self.title = title
      self.usualAddress = usualAddress
      self.usualKey = usualKey
      self.hasVersion = hasVersion
      self.hasTwoLimitNames = hasTwoLimitNames
      self.takesLaterSystemText = takesLaterSystemText
      self.takesWholeMessages = takesWholeMessages
      self.canTune = canTune
      self.cacheWriteShares = cacheWriteShares
      let common = [
        "model": "Name it as the model's own key model.", "messages": Self.written, "stream": Self.written,
        "temperature": Self.inVariant("temperature"), "top_p": Self.inVariant("top_p"),
      ]
      self.reservedOptions = common.merging(reservedOptions) { _, own in own }
    }

    /// Host of the usual address.
    package var usualHost: String { Endpoint.host(of: usualAddress) }

    /// Advice for a key that Assay writes.
    package static let written = "Assay writes it itself; remove it."
    /// Advice for a key that holds what the model is told.
    package static let inPrompt = "What the model is told belongs into the prompt."
    /// Advice for a key that is a setting of variants.
    package static func inVariant(_ key: String) -> String { "It belongs to a variant, as \(key)." }

    /// Compares the words.
    package static func == (left: Dialect, right: Dialect) -> Bool { left.word == right.word }
    /// Hashes the word.
    package func hash(into hasher: inout Hasher) { hasher.combine(word) }
  }
}
