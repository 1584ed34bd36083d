import Files
import Foundation
import WorkbenchCore

/// `spec.json`: the settings in the words of the trainers, which are those of `train/spec.py`.
struct TrainerSpec: Codable, Sendable, Hashable {
  var model: String
  var allowDownload: Bool
  /// Which state of the hub's model: a branch, a tag or a commit.
  var revision: String?
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
  var objective: String
  var beta: Double
  var optimizer: String
  var finalLearningRate: Double
  var gradientCheckpointing: Bool
  var quantizeBits: Int?
  var accelerateConfig: String?
  var processes: Int?
  var resume: Bool?
  /// Pre-flight checks that may fail, each with the reason.
  var accept: [String: String]?

  enum CodingKeys: String, CodingKey {
    case model, method, rank, scale, dropout, layers, schedule, steps, epochs, seed, patience, objective, beta,
      optimizer
    case processes, resume, accept
    case finalLearningRate = "final_learning_rate"
    case gradientCheckpointing = "gradient_checkpointing"
    case quantizeBits = "quantize_bits"
    case accelerateConfig = "accelerate_config"
    case allowDownload = "allow_download"
    case revision
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
  /// - Throws: `TrainerFailure` where a file that it names lies outside of the workspace.
  init(_ plan: TrainingPlan) throws(TrainerFailure) {
    let settings = plan.settings
    let hub = HubID(plan.base)
    model = hub?.name ?? plan.base
    revision = hub?.revision
    allowDownload = hub != nil
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
    objective = settings.objective.rawValue
    beta = settings.beta
    optimizer = settings.optimizer
    finalLearningRate = settings.finalLearningRate
    gradientCheckpointing = settings.gradientCheckpointing
    quantizeBits = settings.quantizeBits == 0 ? nil : settings.quantizeBits
    accelerateConfig = try settings.acceleratorConfig.map { path throws(TrainerFailure) in
      let place: String
      do throws(PathError) { place = try WorkspaceFolder(plan.workspace).reading(path, mayBeAbsolute: true) } catch {
        throw TrainerFailure("`training.accelerate_config`: \(error)")
      }
      try Self.checkAccelerate(place)
      return place
    }
    processes = settings.processes
    accept(plan.accepted)
  }

  /// Refuses what is known to fail hours later: under FSDP the first validation does.
  private static func checkAccelerate(_ path: String) throws(TrainerFailure) {
    guard let text = try? FileBytes.text(path, limit: 1 << 20) else {
      throw TrainerFailure("`training.accelerate_config`: \(path) can't be read; name a YAML file of accelerate's.")
    }
    let asksForFSDP = text.split(whereSeparator: \.isNewline).contains { line in
      let line = line.prefix { $0 != "#" }
      guard let name = line.range(of: "distributed_type") else { return false }
      return line[name.upperBound...].drop { " \t\"':".contains($0) }.uppercased().hasPrefix("FSDP")
    }
    guard !asksForFSDP else {
      throw TrainerFailure(
        "`training.accelerate_config`: \(path) asks for FSDP, under which the validation loss can't be measured, so the job "
          + "would fail at its first validation. Leave accelerate_config out, which shares the rows among all GPUs, or use "
          + "DeepSpeed.")
    }
  }

  /// Lets checks of the pre-flight fail, besides those that may already.
  mutating func accept(_ accepted: [Preflight.Check: String]) {
    guard !accepted.isEmpty else { return }
    let reasons = accepted.map { ($0.key.rawValue, $0.value) }
    accept = (accept ?? [:]).merging(reasons) { _, newer in newer }
  }
}
