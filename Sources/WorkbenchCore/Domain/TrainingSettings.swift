import Content
import Foundation

/// What `assay train` does when told nothing else, and the form's first values: the `training:` key of `assay.yaml`.
public struct TrainingDefaults: Sendable, Hashable {
  /// What does the work; where not named, the REST API of the base model's endpoint, or mlx.
  public var backend: String?
  /// How a batch system is told to do it.
  public var slurm: SlurmSettings?
  /// Another trainer's program.
  public var command: TrainerCommand?
  /// The model to tune; the first local one when not named.
  public var base: String?
  /// A file of training rows, relative to the workspace.
  public var data: String?
  /// What an hour of the machine costs, in dollars.
  public var pricePerHour: Double?
  /// The prompt that training rows carry: what the tuned model will be asked with.
  public var prompt: PromptName?
  /// Environment variables that trainers are given besides the usual ones; by name.
  public var environment: [String] = []
  /// How to tune.
  public var settings: TrainingSettings
  /// All defaults.
  public init(
    base: String? = nil, data: String? = nil, prompt: PromptName? = nil,
    settings: TrainingSettings = TrainingSettings()
  ) {
    self.base = base
    self.data = data
    self.prompt = prompt
    self.settings = settings
  }
}

/// How to tune.
public struct TrainingSettings: Sendable, Hashable {
  /// What is learnt.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    /// Low-rank additions to frozen weights (Hu et al. 2021).
    case lora
    /// LoRA with the weights' magnitude apart from their direction (Liu et al. 2024).
    case dora
    /// All weights.
    case full
  }
  /// What an answer is learnt from.
  public enum Objective: String, Sendable, Hashable, CaseIterable {
    /// Answers to imitate; of plain text, every token.
    case sft
    /// Pairs of a better and a worse answer (Rafailov et al. 2023).
    case dpo
  }
  /// How the learning rate changes over the steps.
  public enum Schedule: String, Sendable, Hashable, CaseIterable {
    case constant, cosine, linear
  }
  /// What is learnt.
  public var method = Method.lora
  /// What it is learnt from.
  public var objective = Objective.sft
  /// How closely DPO keeps to the base model, above 0.
  public var beta = 0.1
  /// Rank of the additions, at least 1.
  public var rank = 8
  /// Factor of the additions.
  public var scale = 2.0
  /// Share of the additions dropped in each step, 0 to 1.
  public var dropout = 0.0
  /// How many of the last layers are tuned; all where nil.
  public var layers: Int?
  /// The peak learning rate.
  public var learningRate = 1e-4
  /// How it changes.
  public var schedule = Schedule.cosine
  /// Where it ends, unless it is constant.
  public var finalLearningRate = 0.0
  /// The optimiser, in the back end's words.
  public var optimizer = "adam"
  /// Steps of rising learning rate at the start.
  public var warmupSteps = 0
  /// Passes over the training rows; `steps` wins where given.
  public var epochs = 3.0
  /// Optimiser steps.
  public var steps: Int?
  /// Rows in a step.
  public var batchSize = 8
  /// Batches added up for one step.
  public var gradientAccumulation = 1
  /// Compute activations twice instead of keeping them: slower, with less memory.
  public var gradientCheckpointing = false
  /// Bits of the frozen weights, 4, where they are quantised for this job (QLoRA, Dettmers et al. 2023); 0 leaves them.
  public var quantizeBits = 0
  /// A file of accelerate's for several GPUs (DeepSpeed, but not FSDP), relative to the workspace.
  public var acceleratorConfig: String?
  /// Processes that share the work; one for each GPU where nil.
  public var processes: Int?
  /// Longest row in tokens; the rest is cut.
  public var maxTokens = 2048
  /// Learn only the answers, not the prompts.
  public var maskPrompt = true
  /// Share of the rows that is learnt from, above 0 and at most 1: what a smaller set would have brought.
  public var dataShare = 1.0
  /// Share of rows kept for validation, 0 to 0.5.
  public var validationShare = 0.1
  /// Steps between validations and checkpoints.
  public var evaluateEvery = 50
  /// Steps between reported losses.
  public var reportEvery = 5
  /// Validations without improvement after which the job stops; 0 never.
  public var patience = 0
  /// Seed of everything random.
  public var seed = 0
  /// Eval cases that are answered at each checkpoint, to be read.
  public var samples = 3
  /// Eval cases on which each checkpoint is evaluated while the job goes on; 0 for none. The job is then ended when more
  /// training isn't worth it, and its best adapter is the one that behaves best.
  public var checkpointCases = 0
  /// Hours of work after which the job saves and ends.
  public var maxHours: Double?
  /// What a provider is told besides, where one tunes.
  public var hosted = HostedSettings()
  /// Rows of other tasks that are learnt besides, so that less of them is forgotten; none where nil.
  public var mix: TrainingMix?
  /// All defaults.
  public init() {}
}

/// What a provider that tunes is told besides epochs, seed and beta: `training.openai` in `assay.yaml`. Nil leaves it to the
/// provider.
public struct HostedSettings: Sendable, Hashable {
  /// Ends the tuned model's name; 1 to 64 characters.
  public var suffix: String?
  /// Rows in a step, 1 to 256.
  public var batchSize: Int?
  /// Factor of the provider's own learning rate, more than 0.
  public var learningRateMultiplier: Double?
  /// All left to the provider.
  public init() {}
}

/// Rows of other tasks, mixed in among those of the task (rehearsal: Robins 1995).
public struct TrainingMix: Sendable, Hashable {
  /// A file of training rows, relative to the workspace.
  public var data: String
  /// Their share of all rows that are learnt from, above 0 and below 1.
  public var share: Double
  /// Makes a mix.
  public init(data: String, share: Double = 0.1) {
    self.data = data
    self.share = share
  }
}
