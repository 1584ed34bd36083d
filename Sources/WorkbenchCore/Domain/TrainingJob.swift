import Foundation
import Grading

/// What `assay train` does when told nothing else, and the form's first values: the `training:` key of `assay.yaml`.
public struct TrainingDefaults: Sendable, Hashable {
  /// The back ends that can be named.
  public static let backends = ["mlx", "trl"]
  /// What does the work; the first back end where not named.
  public var backend: String?
  /// The model to tune; the first local one when not named.
  public var base: String?
  /// A file of training rows, relative to the workspace.
  public var data: String?
  /// The prompt that training rows carry: what the tuned model will be asked with.
  public var prompt: PromptName?
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
  /// How the learning rate changes over the steps.
  public enum Schedule: String, Sendable, Hashable, CaseIterable {
    case constant, cosine, linear
  }
  /// What is learnt.
  public var method = Method.lora
  /// Rank of the additions, at least 1.
  public var rank = 8
  /// Factor of the additions.
  public var scale = 20.0
  /// Share of the additions dropped in each step, 0 to 1.
  public var dropout = 0.0
  /// How many of the last layers are tuned; all where nil.
  public var layers: Int?
  /// The peak learning rate.
  public var learningRate = 1e-4
  /// How it changes.
  public var schedule = Schedule.cosine
  /// Steps of rising learning rate at the start.
  public var warmupSteps = 0
  /// Passes over the training rows; `steps` wins where given.
  public var epochs = 3.0
  /// Optimiser steps.
  public var steps: Int?
  /// Rows in a step.
  public var batchSize = 4
  /// Batches added up for one step.
  public var gradientAccumulation = 1
  /// Longest row in tokens; the rest is cut.
  public var maxTokens = 2048
  /// Learn only the answers, not the prompts.
  public var maskPrompt = true
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
  /// Rows of other tasks that are learnt besides, so that less of them is forgotten; none where nil.
  public var mix: TrainingMix?
  /// All defaults.
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

/// One attempt to tune a model.
public struct TrainingJob: Sendable, Hashable, Identifiable {
  /// Where it stands.
  public enum State: String, Sendable, Hashable, CaseIterable {
    case queued, running, finished, failed, canceled
    /// Silent too long, or its process died without a word.
    case lost
    /// Whether nothing more can come.
    public var isOver: Bool { self != .queued && self != .running }
  }

  /// Its number and its folder's name.
  public let id: JobID
  /// What does the work, for example `mlx`.
  public var backend: String
  /// The model's name.
  public var base: String
  /// Where the rows came from, in words: a file, or a run.
  public var data: String
  /// How it tunes.
  public var settings: TrainingSettings
  /// Where it stands.
  public var state: State
  /// When it was made.
  public var created: Date
  /// The last step reported.
  public var step: Int
  /// Steps planned; 0 while unknown.
  public var steps: Int
  /// The last training loss.
  public var trainLoss: Double?
  /// The last validation loss.
  public var validationLoss: Double?
  /// The best adapter so far, relative to the workspace.
  public var adapter: String?
  /// Why it failed, was lost or ended early; a sentence.
  public var message: String?

  /// Makes a job.
  public init(
    id: JobID, backend: String, base: String, data: String, settings: TrainingSettings, state: State, created: Date,
    step: Int = 0, steps: Int = 0, trainLoss: Double? = nil, validationLoss: Double? = nil, adapter: String? = nil,
    message: String? = nil
  ) {
    self.id = id
    self.backend = backend
    self.base = base
    self.data = data
    self.settings = settings
    self.state = state
    self.created = created
    self.step = step
    self.steps = steps
    self.trainLoss = trainLoss
    self.validationLoss = validationLoss
    self.adapter = adapter
    self.message = message
  }

  /// The job's folder, relative to the workspace.
  public var folder: String { ".assay/jobs/\(id)" }
}

/// What a trainer says of a job while it works: one line of its `events.jsonl`.
public struct TrainingEvent: Sendable, Hashable {
  /// What happened.
  public enum Kind: Sendable, Hashable {
    case start(steps: Int, trainableParameters: Int, totalParameters: Int, trainRows: Int, validationRows: Int)
    case train(Metric)
    /// Loss over the validation rows.
    case validation(step: Int, loss: Double)
    /// A state that can be used, in a folder relative to the job's.
    case checkpoint(Checkpoint)
    case warning(String)
    case end(TrainingJob.State, message: String?, step: Int)
  }
  /// When, in seconds since 1970.
  public var time: Double
  /// What.
  public var kind: Kind
  /// Makes an event.
  public init(time: Double, kind: Kind) {
    self.time = time
    self.kind = kind
  }
}

/// Numbers that a job reports at a step.
public struct Metric: Sendable, Hashable {
  /// Optimiser steps done.
  public var step: Int
  /// Mean loss over the rows since the last report.
  public var loss: Double
  /// At this step.
  public var learningRate: Double?
  /// Since the last report.
  public var tokensPerSecond: Double?
  /// Since the last report.
  public var stepsPerSecond: Double?
  /// So far.
  public var trainedTokens: Int?
  /// In gigabytes.
  public var peakMemory: Double?
  /// Makes a metric.
  public init(
    step: Int, loss: Double, learningRate: Double? = nil, tokensPerSecond: Double? = nil,
    stepsPerSecond: Double? = nil, trainedTokens: Int? = nil, peakMemory: Double? = nil
  ) {
    self.step = step
    self.loss = loss
    self.learningRate = learningRate
    self.tokensPerSecond = tokensPerSecond
    self.stepsPerSecond = stepsPerSecond
    self.trainedTokens = trainedTokens
    self.peakMemory = peakMemory
  }
}

/// A saved state at a step.
public struct Checkpoint: Sendable, Hashable, Identifiable {
  /// Steps done when it was saved.
  public var step: Int
  /// A folder that the engine can load, relative to the job's folder.
  public var path: String
  /// Loss over the validation rows there.
  public var validationLoss: Double?
  /// Whether it was the best so far.
  public var isBest: Bool
  /// Same as `step`.
  public var id: Int { step }
  /// Makes a checkpoint.
  public init(step: Int, path: String, validationLoss: Double? = nil, isBest: Bool = false) {
    self.step = step
    self.path = path
    self.validationLoss = validationLoss
    self.isBest = isBest
  }
}

/// One example to learn from: a conversation that ends with the answer. Where it stands is no part of what it is.
public struct TrainingRow: Sendable, Hashable {
  /// Ends with the assistant's message.
  public var messages: [ChatMessage]
  /// The line of the file it was read from, counted from 1; 0 when it wasn't read.
  public var line: Int
  /// Makes a row.
  public init(messages: [ChatMessage], line: Int = 0) {
    self.messages = messages
    self.line = line
  }
  /// Whether both teach the same.
  public static func == (left: TrainingRow, right: TrainingRow) -> Bool { left.messages == right.messages }
  /// Feeds the messages.
  public func hash(into hasher: inout Hasher) { hasher.combine(messages) }
}
