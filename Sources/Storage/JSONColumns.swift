import Content
import Domain
import Foundation
import Grading
import Routing

/// Columns that hold JSON. Keys that are missing take the default, so that later versions can add some.
enum JSONColumn {
  /// JSON text with sorted keys.
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// What `encode` wrote.
  static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}

/// `runs.variant`.
enum VariantColumn {
  /// A variant as it is stored.
  static func encode(_ variant: Variant) -> String {
    var object: JSONObject = [
      "name": .string(variant.name), "model": .string(variant.model), "prompt": .string(variant.prompt),
    ]
    object["sections"] = variant.sections.map { .array($0.map { .string($0) }) }
    if !variant.with.isEmpty { object["with"] = .array(variant.with.map { .string($0) }) }
    if !variant.without.isEmpty { object["without"] = .array(variant.without.map { .string($0) }) }
    object["ablation_of"] = variant.ablated.map { .string($0) }
    object["adapter"] = variant.adapter.map { .string($0) }
    if variant.isDeclaredTuned { object["tuned"] = true }
    object["base"] = variant.base.map { .string($0) }
    if let router = variant.router { object["router"] = .object(router.json) }
    for (key, value) in variant.sampling.json { object[key] = value }
    return JSONValue.object(object).text()
  }

  /// The variant.
  /// - Throws: `JSONError` where the text is no JSON, `DecodingError` where a name is missing.
  static func decode(_ text: String) throws -> Variant {
    let object = try JSONValue(parsing: text).object ?? [:]
    guard let name = object["name"]?.string, let model = object["model"]?.string,
      let prompt = object["prompt"]?.string
    else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "runs.variant has no name, model or prompt"))
    }
    var variant = Variant(
      name: name, model: model, prompt: prompt, sections: object["sections"]?.array?.compactMap(\.string),
      adapter: object["adapter"]?.string,
      sampling: Sampling(json: object, orNamed: ["top_p": "topP", "max_tokens": "maxTokens"]))
    variant.with = object["with"]?.array?.compactMap(\.string) ?? []
    variant.without = object["without"]?.array?.compactMap(\.string) ?? []
    variant.ablated = object["ablation_of"]?.string
    variant.isDeclaredTuned = object["tuned"]?.bool ?? false
    variant.base = object["base"]?.string
    if let router = object["router"]?.object {
      guard let read = Router(json: router) else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: [], debugDescription: "runs.variant has a router that can't be read"))
      }
      variant.router = read
    }
    return variant
  }
}

/// `runs.no_answers`: how many replies of each kind are no answer.
enum NoAnswersColumn {
  /// The counts as they are stored.
  static func encode(_ counts: [NoAnswer: Int]) throws -> String {
    try JSONColumn.encode(Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) }))
  }

  /// The counts; kinds that only a later version knows are left out.
  static func decode(_ text: String) throws -> [NoAnswer: Int] {
    let counts = try JSONColumn.decode([String: Int].self, text)
    return Dictionary(
      uniqueKeysWithValues: counts.compactMap { name, count in
        NoAnswer(rawValue: name).map { ($0, count) }
      })
  }
}

/// An element of `prompt_versions.parts`.
struct PartColumn: Codable {
  var title: String
  var role: String
  var body: String

  /// A part as it is stored.
  init(_ part: PromptVersion.Part) {
    title = part.title
    role = part.role.rawValue
    body = part.body
  }

  /// The part.
  var part: PromptVersion.Part {
    PromptVersion.Part(title: title, role: MessageRole(rawValue: role) ?? .user, body: body)
  }
}

/// `jobs.settings`.
enum SettingsColumn {
  /// Settings as they are stored: an object with the keys of `assay.yaml`.
  static func encode(_ settings: TrainingSettings) -> String { JSONValue.object(settings.json).text() }

  /// The settings. A setting that isn't there has its default.
  /// - Throws: `JSONError` where the text is no JSON.
  static func decode(_ text: String) throws -> TrainingSettings {
    TrainingSettings(json: try JSONValue(parsing: text).object ?? [:], orNamed: earlierNames)
  }

  /// What earlier versions called the keys.
  private static let earlierNames = Dictionary(
    uniqueKeysWithValues: TrainingSettings.table.map { ($0.key, renamed[$0.key] ?? camelCase($0.key)) })

  private static let renamed = [
    "accelerate_config": "acceleratorConfig", "openai.suffix": "hostedSuffix", "openai.batch_size": "hostedBatchSize",
    "openai.learning_rate_multiplier": "learningRateMultiplier",
  ]

  private static func camelCase(_ key: String) -> String {
    let words = key.split { $0 == "_" || $0 == "." }
    return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }
}

/// `outputs.scores`. Written with our own JSON because there is one for every output.
enum ScoresColumn {
  /// A list of scores.
  static func encode(_ scores: [Score]) -> String {
    JSONValue.array(
      scores.map { score in
        var object: JSONObject = [
          "grader": .string(score.grader), "value": score.value.map { JSONValue($0) } ?? .null,
          "passed": score.passed.map { .bool($0) } ?? .null,
          "reason": .string(score.reason),
        ]
        if !score.fields.isEmpty { object["fields"] = .array(score.fields.map(encode)) }
        if !score.replies.isEmpty { object["replies"] = .array(score.replies.map(encode)) }
        return .object(object)
      }
    ).text()
  }

  private static func encode(_ field: FieldScore) -> JSONValue {
    var object: JSONObject = ["path": .string(field.path), "passed": .bool(field.passed)]
    object["expected"] = field.expected
    object["found"] = field.found
    return .object(object)
  }

  private static func encode(_ reply: JudgeReply) -> JSONValue {
    var object: JSONObject = ["model": .string(reply.model)]
    object["label"] = reply.label.map { .string($0) }
    object["reason"] = reply.reason.map { .string($0) }
    object["raw"] = reply.raw.map { .string($0) }
    object["cost"] = reply.cost.map { JSONValue($0) }
    return .object(object)
  }

  private static func replies(_ score: JSONValue) -> [JudgeReply] {
    (score["replies"]?.array ?? []).compactMap { entry in
      guard let model = entry["model"]?.string else { return nil }
      var reply = JudgeReply(
        model: model, label: entry["label"]?.string, reason: entry["reason"]?.string, raw: entry["raw"]?.string)
      reply.cost = entry["cost"]?.double
      return reply
    }
  }

  /// What `encode` wrote; what can't be read is left out.
  static func decode(_ text: String) -> [Score] {
    guard let scores = try? JSONValue(parsing: text).array else { return [] }
    return scores.compactMap { score in
      guard let grader = score["grader"]?.string else { return nil }
      let reason = score["reason"]?.string ?? ""
      guard let value = score["value"]?.double else {
        var unscored = Score(grader: grader, unscored: reason)
        unscored.replies = replies(score)
        return unscored
      }
      let fields = (score["fields"]?.array ?? []).compactMap { field -> FieldScore? in
        guard let path = field["path"]?.string, let passed = field["passed"]?.bool else { return nil }
        return FieldScore(path: path, passed: passed, expected: field["expected"], found: field["found"])
      }
      var read = Score(
        grader: grader, value: value, passed: score["passed"]?.bool ?? false, reason: reason,
        fields: fields)
      read.replies = replies(score)
      return read
    }
  }
}
