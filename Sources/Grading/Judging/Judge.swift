import Content

/// A judge: what `judges/NAME.md` says. It asks one or several models whether an answer is good.
package struct Judge: Sendable, Hashable, Identifiable {
  /// Something of a case that a judge may see besides the answer.
  package enum Sight: String, Sendable, Hashable, CaseIterable {
    /// The variables of the case: `{{input}}` and `{{case.NAME}}`.
    case input
    /// What a good answer is: `{{expected}}`.
    case expected
  }

  /// The name of the file, without its ending.
  package var name: String
  /// The file, relative to the workspace.
  package var path: String
  /// The names of the models that are asked, at least one; several are a panel.
  package var models: [String]
  /// The labels that they choose from.
  package var scale = JudgeScale.binary
  /// How often each is asked about an answer, at least 1.
  package var votes = 1
  /// What of a case they may see.
  package var sees = Set(Sight.allCases)
  /// The lowest score that passes, 0 to 1; the scale's own where nil.
  package var threshold: Double?
  /// How the next token is chosen; left to the server where nil.
  package var temperature: Double?
  /// The longest reply, in tokens.
  package var maxTokens = 2000
  /// The criteria, with slots.
  package var prompt: String
  /// The line of the file at which the prompt begins.
  package var firstLine = 1

  /// Same as `name`.
  package var id: String { name }
  /// The folder that judges stand in.
  package static let folder = "judges"

  package init(name: String, path: String? = nil, models: [String], prompt: String) {
    self.name = name
    self.path = path ?? "\(Self.folder)/\(name).md"
    self.models = models
    self.prompt = prompt
  }

  /// The lowest score that passes.
  package var passes: Double { threshold ?? scale.usualThreshold }

  /// Votes on one answer.
  package var votesInAll: Int { models.count * votes }

  /// Everything that decides its judgement, besides what its models are.
  package var json: JSONValue {
    [
      "models": .array(models.map { .string($0) }),
      "scale": .array([scale.json, .array(scale.labels.map { .string($0) })]),
      "votes": JSONValue(votes), "threshold": JSONValue(passes),
      "temperature": temperature.map { JSONValue($0) } ?? .null, "max_tokens": JSONValue(maxTokens),
      "prompt": .string(prompt),
    ]
  }
}
