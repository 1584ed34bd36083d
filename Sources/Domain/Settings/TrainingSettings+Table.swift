import Content

extension TrainingSettings.Method: SettingRepresentable {}
extension TrainingSettings.Objective: SettingRepresentable {}
extension TrainingSettings.Schedule: SettingRepresentable {}

/// A setting of training.
package typealias TrainingSetting = Setting<TrainingSettings>

extension TrainingSettings: SettingTable {
  /// Every setting. A new one is a property, an entry here, and its use in the trainers.
  package static let table: [TrainingSetting] =
    data + weights + learning + steps + memory + measuring + provider

  private static let data: [TrainingSetting] = [
    Setting(
      \.mixData, "mix.data", .file, "rows of other tasks",
      details: "learnt too, so that less of them is forgotten",
      label: "mix in", flag: "mix", unset: "none", uses: .form),
    Setting(
      \.mixShare, "mix.share", .number(.from(0, below: 1)), "their share of all rows", details: "0 mixes none in",
      label: "mix share", unit: .share, uses: .form, matters: { $0.mix != nil }),
    Setting(
      \.objective, "objective", .choice(Objective.allCases.map(\.rawValue)), "answers, or pairs of answers",
      details: "`dpo` learns pairs (trl, openai), `sft` everything else", uses: [.form, .trainer]),
  ]

  private static let weights: [TrainingSetting] = [
    Setting(
      \.method, "method", .choice(Method.allCases.map(\.rawValue)), "what is learnt", details: "`full`: all weights",
      backends: .ours, uses: [.form, .trainer]),
    Setting(
      \.rank, "rank", .whole(1...4096), "rank of the adapter", backends: .ours.union([.command]),
      uses: [.form, .trainer, .sweep], matters: \.isLowRank),
    Setting(
      \.scale, "scale", .number(.above(0)), "factor of the adapter", details: "PEFT's `lora_alpha` is rank times scale",
      backends: .ours, uses: [.form, .trainer, .sweep], matters: \.isLowRank),
    Setting(
      \.dropout, "dropout", .number(.from(0, below: 1)), "share of the adapter dropped",
      backends: .ours.union([.command]), uses: [.trainer, .sweep], matters: \.isLowRank),
    Setting(
      \.layers, "layers", .whole(1...4096), "how many last layers are tuned", unit: .layers, unset: "all",
      backends: .ours, uses: .trainer),
    Setting(
      \.quantizeBits, "quantize_bits", .choice(["0", "4"]), "4 for QLoRA; 0 leaves the weights",
      details: "needs an NVIDIA GPU", unit: .bits, backends: .trlOnly, uses: .trainer, matters: \.isLowRank),
    Setting(
      \.beta, "beta", .number(.above(0)), "how closely DPO keeps to the base", details: "at most 2 with openai",
      backends: .trlOnly.union([.openai]), uses: [.trainer, .sweep], matters: { $0.objective == .dpo }),
  ]

  private static let learning: [TrainingSetting] = [
    Setting(
      \.learningRate, "learning_rate", .number(.above(0, to: 1)), "peak learning rate",
      backends: .ours.union([.command]), uses: [.form, .trainer, .sweep]),
    Setting(
      \.schedule, "schedule", .choice(Schedule.allCases.map(\.rawValue)), "how the learning rate changes",
      backends: .ours, uses: [.form, .trainer]),
    Setting(
      \.finalLearningRate, "final_learning_rate", .number(.from(0, to: 1)), "where the schedule ends",
      backends: .ours, uses: .trainer, matters: { $0.schedule != .constant }),
    Setting(
      \.warmupSteps, "warmup_steps", .whole(0...noLimit), "steps of rising learning rate", unit: .steps,
      backends: .ours.union([.command]), uses: .trainer),
    Setting(
      \.optimizer, "optimizer", .choice(["adam", "adamw", "sgd", "adafactor", "muon"]), "optimiser",
      details: "`muon` with mlx only; `adamw` has a weight decay of 0.01", backends: .ours, uses: .trainer),
  ]

  private static let steps: [TrainingSetting] = [
    Setting(
      \.epochs, "epochs", .number(.above(0, below: 1e6)), "passes over the rows", unit: .passes,
      uses: [.form, .trainer, .sweep], matters: { $0.steps == nil }, overrides: { $0.steps = nil }),
    Setting(
      \.steps, "steps", .whole(1...noLimit), "optimiser steps", details: "in place of `epochs`", unit: .steps,
      unset: "by epochs", backends: .ours.union([.command]), uses: [.form, .trainer], matters: { $0.steps != nil }),
    Setting(
      \.batchSize, "batch_size", .whole(1...65_536), "rows in a batch", unit: .rows,
      backends: .ours.union([.command]), uses: [.form, .trainer, .sweep]),
    Setting(
      \.gradientAccumulation, "gradient_accumulation", .whole(1...65_536), "batches in a step",
      backends: .ours.union([.command]), uses: .trainer),
    Setting(
      \.maxTokens, "max_tokens", .whole(8...noLimit), "longest row",
      details: "a longer one fails the [pre-flight](#pre-flight)", unit: .tokens, backends: .ours.union([.command]),
      uses: [.form, .trainer]),
    Setting(
      \.maskPrompt, "mask_prompt", .flag, "learn the answers only", backends: .ours, uses: .trainer),
  ]

  private static let memory: [TrainingSetting] = [
    Setting(
      \.gradientCheckpointing, "gradient_checkpointing", .flag, "less memory, slower",
      details: "with mlx not together with `dropout`", backends: .ours, uses: .trainer),
    Setting(
      \.processes, "processes", .whole(1...4096), "how many share the work", unset: "one for each GPU",
      backends: .trlOnly, uses: .trainer),
    Setting(
      \.acceleratorConfig, "accelerate_config", .file, "a YAML file of accelerate's",
      details:
        "one that asks for FSDP is refused, as the validation loss can't be measured under it; DeepSpeed was not tried",
      unset: "none", backends: .trlOnly, uses: .trainer),
  ]

  private static let measuring: [TrainingSetting] = [
    Setting(
      \.validationShare, "validation_share", .number(.from(0, to: 0.5)), "share of rows held back",
      details: "see [the split](#the-split)", label: "validation", unit: .share, uses: .form),
    Setting(
      \.dataShare, "data_share", .number(.above(0, to: 1)), "share of rows to learn from",
      details: "see [the split](#the-split)", heading: "data", unit: .share, uses: [.form, .sweep]),
    Setting(
      \.evaluateEvery, "evaluate_every", .whole(1...noLimit), "steps between validations",
      details: "which are checkpoints too", unit: .steps, backends: .ours.union([.command]), uses: .trainer),
    Setting(
      \.reportEvery, "report_every", .whole(1...noLimit), "steps between reported losses", unit: .steps,
      backends: .ours.union([.command]), uses: .trainer),
    Setting(
      \.patience, "patience", .whole(0...100_000), "validations without a lower loss",
      details: "in a row, after which the job ends; 0: never", backends: .ours, uses: [.form, .trainer]),
    Setting(
      \.checkpointCases, "checkpoint_cases", .whole(0...100_000), "eval cases for each checkpoint",
      details: "see [checkpoints by behaviour](#checkpoints-by-behaviour)", label: "checkpoints", unit: .cases,
      backends: .ours.union([.openai]), uses: .form),
    Setting(
      \.samples, "samples", .whole(0...16), "cases answered at each checkpoint", label: "answers", unit: .cases,
      backends: .ours, uses: .form),
    Setting(
      \.maxHours, "max_hours", .number(.above(0)), "hours of work, then it ends",
      details: "and is saved; waiting and pauses don't count", unit: .hours, unset: "no limit", uses: .form),
    Setting(
      \.seed, "seed", .whole(0...Int(UInt32.max)), "seed of everything random", uses: [.form, .trainer]),
  ]

  private static let provider: [TrainingSetting] = [
    Setting(
      \.hosted.suffix, "openai.suffix", .text(atMost: 64), "ends the tuned model's name", unset: "none",
      backends: [.openai]),
    Setting(
      \.hosted.batchSize, "openai.batch_size", .whole(1...256), "rows in a batch at the provider", unit: .rows,
      unset: "the provider's choice", backends: [.openai], uses: [.auto, .sweep]),
    Setting(
      \.hosted.learningRateMultiplier, "openai.learning_rate_multiplier", .number(.above(0)),
      "factor of the provider's rate", unset: "the provider's choice", backends: [.openai], uses: [.auto, .sweep]),
  ]

  private static let noLimit = TrainingSetting.noLimit
}

extension TrainingSetting {
  /// Whether it had an effect on a job; true for back ends that aren't built in.
  package func applies(to job: TrainingJob) -> Bool {
    matters(in: job.settings) && (job.descriptor.map { backends.contains($0.settingsName) } ?? true)
  }
}

extension TrainingSettings {
  /// `training_settings.json`: what the trainers' programs know of the settings that they read.
  package static var trainerTable: JSONObject {
    JSONObject(table.filter { $0.uses.contains(.trainer) }.map { (key: $0.key, value: .object($0.trainerEntry)) })
  }
}

extension TrainingSetting {
  fileprivate var trainerEntry: JSONObject {
    var entry: JSONObject = ["default": defaultValue?.json ?? .null, "expected": .string(expected)]
    switch kind {
    case .choice(let words): entry["choices"] = .array(words.map { .string($0) })
    case .whole(let range):
      entry["least"] = JSONValue(range.lowerBound)
      if range.upperBound < Self.noLimit { entry["most"] = JSONValue(range.upperBound) }
    case .number(let range):
      entry[range.includesLow ? "least" : "above"] = JSONValue(range.low)
      if range.high.isFinite { entry[range.includesHigh ? "most" : "below"] = JSONValue(range.high) }
    case .flag, .text, .file, .texts: break
    }
    return entry
  }
}

extension Set<BackendName> {
  /// Every back end.
  package static let all = Set([Backend].builtIn.map(\.name))
  /// mlx and trl, here or under Slurm.
  package static let ours: Self = [.mlx, .trl, .slurm]
  /// trl, here or under Slurm.
  package static let trlOnly: Self = [.trl, .slurm]
}

extension TrainingSettings {
  /// Whether an adapter is learnt rather than the weights themselves.
  fileprivate var isLowRank: Bool { method != .full }

  /// The file of rows that are mixed in.
  var mixData: String? {
    get { mix?.data }
    set { mix = newValue.map { TrainingMix(data: $0, share: mix?.share ?? TrainingMix(data: $0).share) } }
  }

  /// The share of the rows that are mixed in; 0 mixes none in. Has no effect where there is no file of them.
  var mixShare: Double {
    get { mix?.share ?? TrainingMix(data: "").share }
    set { if newValue == 0 { mix = nil } else { mix?.share = newValue } }
  }
}
