import Foundation
import WorkbenchCore

/// `spec.json`: the settings in the words of the trainers, which are those of training_job.py.
struct TrainerSpec: Codable, Sendable, Hashable {
  var model: String
  var allowDownload: Bool
  var method: String
  var rank: Int
  var scale: Double
  var dropout: Double
  var layers: Int
  var learningRate: Double
  var schedule: String
  var warmupSteps: Int
  var steps: Int?
  var epochs: Double?
  var batchSize: Int
  var gradientAccumulation: Int
  var maxTokens: Int
  var maskPrompt: Bool
  var seed: UInt32
  var reportEvery: Int
  var evaluateEvery: Int
  var saveEvery: Int
  var patience: Int

  enum CodingKeys: String, CodingKey {
    case model, method, rank, scale, dropout, layers, schedule, steps, epochs, seed, patience
    case allowDownload = "allow_download"
    case learningRate = "learning_rate"
    case warmupSteps = "warmup_steps"
    case batchSize = "batch_size"
    case gradientAccumulation = "gradient_accumulation"
    case maxTokens = "max_tokens"
    case maskPrompt = "mask_prompt"
    case reportEvery = "report_every"
    case evaluateEvery = "evaluate_every"
    case saveEvery = "save_every"
  }

  /// The spec of a plan.
  init(_ plan: TrainingPlan) {
    let settings = plan.settings
    model = plan.base
    allowDownload = !plan.base.hasPrefix("/")
    method = settings.method.rawValue
    rank = settings.rank
    scale = settings.scale
    dropout = settings.dropout
    layers = settings.layers ?? -1
    learningRate = settings.learningRate
    schedule = settings.schedule.rawValue
    warmupSteps = settings.warmupSteps
    steps = settings.steps
    epochs = settings.steps == nil ? settings.epochs : nil
    batchSize = settings.batchSize
    gradientAccumulation = settings.gradientAccumulation
    maxTokens = settings.maxTokens
    maskPrompt = settings.maskPrompt
    seed = UInt32(truncatingIfNeeded: settings.seed)
    reportEvery = settings.reportEvery
    evaluateEvery = settings.evaluateEvery
    saveEvery = settings.evaluateEvery
    patience = settings.patience
  }
}

/// A row of `train.jsonl`.
struct TrainerRow: Codable, Sendable, Hashable {
  struct Message: Codable, Sendable, Hashable {
    var role: String
    var content: String
  }
  var messages: [Message]

  init(_ row: TrainingRow) {
    messages = row.messages.map { Message(role: $0.role.rawValue, content: $0.content) }
  }

  /// All rows as text, one a line.
  static func text(of rows: [TrainingRow]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try rows.map { String(decoding: try encoder.encode(TrainerRow($0)), as: UTF8.self) + "\n" }.joined()
  }
}
