import Content
import Foundation
import Grading
import WorkbenchCore

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
struct VariantColumn: Codable {
  var name: String
  var model: String
  var prompt: String
  var sections: [String]?
  var adapter: String?
  var tuned: Bool?
  var base: String?
  var temperature: Double?
  var topP: Double?
  var maxTokens: Int?
  var seed: Int?
  var stop: [String]?

  /// A variant as it is stored.
  init(_ variant: Variant) {
    name = variant.name
    model = variant.model
    prompt = variant.prompt
    sections = variant.sections
    adapter = variant.adapter
    tuned = variant.isDeclaredTuned ? true : nil
    base = variant.base
    temperature = variant.sampling.temperature
    topP = variant.sampling.topP
    maxTokens = variant.sampling.maxTokens
    seed = variant.sampling.seed
    stop = variant.sampling.stop
  }

  /// The variant.
  var variant: Variant {
    var variant = Variant(
      name: name, model: model, prompt: prompt, sections: sections, adapter: adapter,
      sampling: Sampling(temperature: temperature, topP: topP, maxTokens: maxTokens, seed: seed, stop: stop ?? []))
    variant.isDeclaredTuned = tuned ?? false
    variant.base = base
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
struct SettingsColumn: Codable {
  var method: String?
  var rank: Int?
  var scale: Double?
  var dropout: Double?
  var layers: Int?
  var learningRate: Double?
  var schedule: String?
  var warmupSteps: Int?
  var epochs: Double?
  var steps: Int?
  var batchSize: Int?
  var gradientAccumulation: Int?
  var maxTokens: Int?
  var maskPrompt: Bool?
  var validationShare: Double?
  var evaluateEvery: Int?
  var reportEvery: Int?
  var patience: Int?
  var seed: Int?
  var mixData: String?
  var mixShare: Double?
  var objective: String?
  var beta: Double?
  var finalLearningRate: Double?
  var optimizer: String?
  var gradientCheckpointing: Bool?
  var quantizeBits: Int?
  var acceleratorConfig: String?
  var processes: Int?
  var dataShare: Double?
  var samples: Int?
  var checkpointCases: Int?
  var maxHours: Double?
  var hostedSuffix: String?
  var hostedBatchSize: Int?
  var learningRateMultiplier: Double?

  /// Settings as they are stored.
  init(_ settings: TrainingSettings) {
    hostedSuffix = settings.hosted.suffix
    hostedBatchSize = settings.hosted.batchSize
    learningRateMultiplier = settings.hosted.learningRateMultiplier
    method = settings.method.rawValue
    rank = settings.rank
    scale = settings.scale
    dropout = settings.dropout
    layers = settings.layers
    learningRate = settings.learningRate
    schedule = settings.schedule.rawValue
    warmupSteps = settings.warmupSteps
    epochs = settings.epochs
    steps = settings.steps
    batchSize = settings.batchSize
    gradientAccumulation = settings.gradientAccumulation
    maxTokens = settings.maxTokens
    maskPrompt = settings.maskPrompt
    validationShare = settings.validationShare
    evaluateEvery = settings.evaluateEvery
    reportEvery = settings.reportEvery
    patience = settings.patience
    seed = settings.seed
    mixData = settings.mix?.data
    mixShare = settings.mix?.share
    objective = settings.objective.rawValue
    beta = settings.beta
    finalLearningRate = settings.finalLearningRate
    optimizer = settings.optimizer
    gradientCheckpointing = settings.gradientCheckpointing
    quantizeBits = settings.quantizeBits
    acceleratorConfig = settings.acceleratorConfig
    processes = settings.processes
    dataShare = settings.dataShare
    samples = settings.samples
    checkpointCases = settings.checkpointCases
    maxHours = settings.maxHours
  }

  /// The settings.
  var settings: TrainingSettings {
    var settings = TrainingSettings()
    settings.hosted.suffix = hostedSuffix
    settings.hosted.batchSize = hostedBatchSize
    settings.hosted.learningRateMultiplier = learningRateMultiplier
    settings.method = method.flatMap(TrainingSettings.Method.init) ?? settings.method
    settings.rank = rank ?? settings.rank
    settings.scale = scale ?? settings.scale
    settings.dropout = dropout ?? settings.dropout
    settings.layers = layers
    settings.learningRate = learningRate ?? settings.learningRate
    settings.schedule = schedule.flatMap(TrainingSettings.Schedule.init) ?? settings.schedule
    settings.warmupSteps = warmupSteps ?? settings.warmupSteps
    settings.epochs = epochs ?? settings.epochs
    settings.steps = steps
    settings.batchSize = batchSize ?? settings.batchSize
    settings.gradientAccumulation = gradientAccumulation ?? settings.gradientAccumulation
    settings.maxTokens = maxTokens ?? settings.maxTokens
    settings.maskPrompt = maskPrompt ?? settings.maskPrompt
    settings.validationShare = validationShare ?? settings.validationShare
    settings.evaluateEvery = evaluateEvery ?? settings.evaluateEvery
    settings.reportEvery = reportEvery ?? settings.reportEvery
    settings.patience = patience ?? settings.patience
    settings.seed = seed ?? settings.seed
    settings.objective = objective.flatMap(TrainingSettings.Objective.init) ?? settings.objective
    settings.beta = beta ?? settings.beta
    settings.finalLearningRate = finalLearningRate ?? settings.finalLearningRate
    settings.optimizer = optimizer ?? settings.optimizer
    settings.gradientCheckpointing = gradientCheckpointing ?? settings.gradientCheckpointing
    settings.quantizeBits = quantizeBits ?? settings.quantizeBits
    settings.acceleratorConfig = acceleratorConfig
    settings.processes = processes
    settings.dataShare = dataShare ?? settings.dataShare
    settings.samples = samples ?? settings.samples
    settings.checkpointCases = checkpointCases ?? settings.checkpointCases
    settings.maxHours = maxHours
    settings.mix = mixData.map { TrainingMix(data: $0, share: mixShare ?? TrainingMix(data: $0).share) }
    return settings
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

  /// What `encode` wrote; what can't be read is left out.
  static func decode(_ text: String) -> [Score] {
    guard let scores = try? JSONValue(parsing: text).array else { return [] }
    return scores.compactMap { score in
      guard let grader = score["grader"]?.string else { return nil }
      let reason = score["reason"]?.string ?? ""
      guard let value = score["value"]?.double else { return Score(grader: grader, unscored: reason) }
      let fields = (score["fields"]?.array ?? []).compactMap { field -> FieldScore? in
        guard let path = field["path"]?.string, let passed = field["passed"]?.bool else { return nil }
        return FieldScore(path: path, passed: passed, expected: field["expected"], found: field["found"])
      }
      return Score(
        grader: grader, value: value, passed: score["passed"]?.bool ?? false, reason: reason,
        fields: fields)
    }
  }
}
