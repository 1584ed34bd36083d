import Content
import Foundation

/// What `assay train` does when told nothing else, and the form's first values: the `training:` key of `assay.yaml`.
package struct TrainingDefaults: Sendable, Hashable {
  /// What does the work; where not named, the REST API of the base model's endpoint, or mlx.
  package var backend: String?
  /// How a batch system is told to do it.
  package var slurm: SlurmSettings?
  /// Another trainer's program.
  package var command: TrainerCommand?
  /// The model to tune; the first local one when not named.
  package var base: String?
  /// A file of training rows, relative to the workspace.
  package var data: String?
  /// What an hour of the machine costs, in dollars.
  package var pricePerHour: Double?
  /// The prompt that training rows carry: what the tuned model will be asked with.
  package var prompt: PromptName?
  /// Environment variables that trainers are given besides the usual ones; by name.
  package var environment: [String] = []
  /// How to tune.
  package var settings: TrainingSettings
  /// All defaults.
  package init(
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
package struct TrainingSettings: Sendable, Hashable {
  /// What is learnt.
  package enum Method: String, Sendable, Hashable, CaseIterable {
    /// Low-rank additions to frozen weights (Hu et al. 2021).
    case lora
    /// LoRA with the weights' magnitude apart from their direction (Liu et al. 2024).
    case dora
    /// All weights.
    case full
  }
  /// What an answer is learnt from.
  package enum Objective: String, Sendable, Hashable, CaseIterable {
    /// Answers to imitate; of plain text, every token.
    case sft
    /// Pairs of a better and a worse answer (Rafailov et al. 2023).
    case dpo
  }
  /// How the learning rate changes over the steps.
  package enum Schedule: String, Sendable, Hashable, CaseIterable {
    case constant, cosine, linear
  }
  /// What is learnt.
  package var method = Method.lora
  /// What it is learnt from.
  package var objective = Objective.sft
  /// How closely DPO keeps to the base model, above 0.
  package var beta = 0.1
  /// Rank of the additions, at least 1.
  package var rank = 8
  /// Factor of the additions.
  package var scale = 2.0
  /// Share of the additions dropped in each step, 0 to 1.
  package var dropout = 0.0
  /// How many of the last layers are tuned; all where nil.
  package var layers: Int?
  /// The peak learning rate.
  package var learningRate = 1e-4
  /// How it changes.
  package var schedule = Schedule.cosine
  /// Where it ends, unless it is constant.
  package var finalLearningRate = 0.0
  /// The optimiser, in the back end's words.
  package var optimizer = "adam"
  /// Steps of rising learning rate at the start.
  package var warmupSteps = 0
  /// Passes over the training rows; `steps` wins where given.
  package var epochs = 3.0
  /// Optimiser steps.
  package var steps: Int?
  /// Rows in a step.
  package var batchSize = 8
  /// Batches added up for one step.
  package var gradientAccumulation = 1
  /// Compute activations twice instead of keeping them: slower, with less memory.
  package var gradientCheckpointing = false
  /// Bits of the frozen weights, 4, where they are quantised for this job (QLoRA, Dettmers et al. 2023); 0 leaves them.
  package var quantizeBits = 0
  /// A file of accelerate's for several GPUs (DeepSpeed, but not FSDP), relative to the workspace.
  package var acceleratorConfig: String?
  /// Processes that share the work; one for each GPU where nil.
  package var processes: Int?
  /// Longest row in tokens; the rest is cut.
  package var maxTokens = 2048
  /// Learn only the answers, not the prompts.
  package var maskPrompt = true
  /// Share of the rows that is learnt from, above 0 and at most 1: what a smaller set would have brought.
  package var dataShare = 1.0
  /// Share of rows kept for validation, 0 to 0.5.
  package var validationShare = 0.1
  /// Steps between validations and checkpoints.
  package var evaluateEvery = 50
  /// Steps between reported losses.
  package var reportEvery = 5
  /// Validations without improvement after which the job stops; 0 never.
  package var patience = 0
  /// Seed of everything random.
  package var seed = 0
  /// Eval cases that are answered at each checkpoint, to be read.
  package var samples = 3
  /// Eval cases on which each checkpoint is evaluated while the job goes on; 0 for none. The job is then ended when more
  /// training isn't worth it, and its best adapter is the one that behaves best.
  package var checkpointCases = 0
  /// Hours of work after which the job saves and ends.
  package var maxHours: Double?
  /// What a provider is told besides, where one tunes.
  package var hosted = HostedSettings()
  /// Rows of other tasks that are learnt besides, so that less of them is forgotten; none where nil.
  package var mix: TrainingMix?
  /// All defaults.
  package init() {}
}

/// What a provider that tunes is told besides epochs, seed and beta: `training.openai` in `assay.yaml`. Nil leaves it to the
/// provider.
package struct HostedSettings: Sendable, Hashable {
  /// Ends the tuned model's name; 1 to 64 characters.
  package var suffix: String?
  /// Rows in a step, 1 to 256.
  package var batchSize: Int?
  /// Factor of the provider's own learning rate, more than 0.
  package var learningRateMultiplier: Double?
  /// All left to the provider.
  package init() {}
}

/// Rows of other tasks, mixed in among those of the task (rehearsal: Robins 1995).
package struct TrainingMix: Sendable, Hashable {
  /// A file of training rows, relative to the workspace.
  package var data: String
  /// Their share of all rows that are learnt from, above 0 and below 1.
  package var share: Double
  package init(data: String, share: Double = 0.1) {
    self.data = data
    self.share = share
  }
}
