import Foundation

/// Tunes a model at a provider (the fine-tuning API in OpenAI's shape). Whatever was begun lives there: any process finds
/// it again, a file by its name and size, a job by the label that was written down before it was asked for.
///
/// What only asks is tried again by itself when the provider is busy or can't be reached; what makes something never is.
package protocol TuningService: Sendable {
  /// Sends a file up, a piece at a time.
  /// - Returns: the provider's name for it.
  /// - Throws: `ModelFailure`. Unless it is `.rejected`, the file may have arrived all the same.
  func upload(_ file: TuningFile) async throws -> String
  /// A file of that name and size that stands there, ready for use; nil where there is none, or no list of them.
  func find(_ file: TuningFile) async throws -> String?
  /// Begins a job.
  /// - Returns: the provider's name for it.
  /// - Throws: `ModelFailure`. Unless it is `.rejected` or `.busy`, the job may have begun all the same.
  func create(_ request: TuningRequest) async throws -> String
  /// Jobs with a label, and jobs without any label that learn from a file, newest first.
  func find(label: String, file: String) async throws -> [TuningJob]
  /// Where a job stands.
  func status(of job: String) async throws -> TuningStatus
  /// What happened, oldest first; all of it, or what came after one that is known.
  func events(of job: String, after: String?) async throws -> [TuningEvent]
  /// States that can be asked already, in the order of their steps; none where the provider keeps none.
  func checkpoints(of job: String) async throws -> [TuningCheckpoint]
  /// Asks the provider to end a job. One that is over is left as it is.
  func cancel(_ job: String) async throws
  /// Asks the provider to rest.
  func pause(_ job: String) async throws
  /// Asks the provider to go on.
  func resume(_ job: String) async throws
}

/// Makes tuning services that share connections.
package protocol TuningServices: Sendable {
  /// The service at a model's endpoint.
  /// - Throws: `ModelFailure.rejected` where the model's API has none.
  func tuning(for model: ModelSpec, workspace: String) throws -> any TuningService
}

/// A file to send up.
package struct TuningFile: Sendable, Hashable, Codable {
  /// Where it is, in full.
  package var path: String
  /// What it is called there; made from its content, so that the same content is found again.
  package var name: String
  /// Its size.
  package var bytes: Int
  package init(path: String, name: String, bytes: Int) {
    self.path = path
    self.name = name
    self.bytes = bytes
  }
}

/// What a new job needs. What is nil is left to the provider.
package struct TuningRequest: Sendable, Hashable {
  /// What the job will be known by, kept by the provider among the job's metadata; at most 512 characters.
  package var label: String
  /// The base model's name there.
  package var model: String
  /// The provider's name for the file to learn from.
  package var trainingFile: String
  /// The provider's name for the file that the loss is measured on.
  package var validationFile: String?
  /// What is learnt from.
  package var method: TuningMethod
  /// Passes over the rows, 1 to 50.
  package var epochs: Int?
  /// Rows in a step, 1 to 256.
  package var batchSize: Int?
  /// Factor of the provider's own learning rate, more than 0.
  package var learningRateMultiplier: Double?
  /// Ends the tuned model's name, at most 64 characters.
  package var suffix: String?
  /// Seed, 0 to 2³¹ − 1.
  package var seed: Int?
  package init(
    label: String, model: String, trainingFile: String, validationFile: String? = nil,
    method: TuningMethod = .supervised, epochs: Int? = nil, batchSize: Int? = nil,
    learningRateMultiplier: Double? = nil, suffix: String? = nil, seed: Int? = nil
  ) {
    self.label = label
    self.model = model
    self.trainingFile = trainingFile
    self.validationFile = validationFile
    self.method = method
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRateMultiplier = learningRateMultiplier
    self.suffix = suffix
    self.seed = seed
  }
}

/// What a hosted job learns from.
package enum TuningMethod: Sendable, Hashable, Codable {
  /// Conversations that end with the right answer.
  case supervised
  /// Pairs of a better and a worse answer (Rafailov et al. 2023). Beta, more than 0 and at most 2, says how close the
  /// model stays to what it was; left to the provider where nil.
  case dpo(beta: Double?)
}

/// A job as the provider lists it.
package struct TuningJob: Sendable, Hashable, Identifiable {
  /// The provider's name for it.
  package var id: String
  /// The label it was made with; nil where the provider kept none.
  package var label: String?
  /// Where it stands.
  package var status: TuningStatus
  package init(id: String, label: String?, status: TuningStatus) {
    self.id = id
    self.label = label
    self.status = status
  }
}

/// Where a hosted job stands.
package struct TuningStatus: Sendable, Hashable {
  /// The provider's word, for example `running`; it may be an unknown one.
  package var word: String
  /// Whether nothing more will come.
  package var isOver: Bool
  /// Whether it ended as it should.
  package var isSuccess: Bool
  /// Why it failed, in the provider's words.
  package var failure: String?
  /// The tuned model's id, once there is one.
  package var model: String?
  /// Tokens learnt from, over all passes; what is paid for. Nil until it is known.
  package var trainedTokens: Int?
  /// When the provider thinks it will be done.
  package var estimatedFinish: Date?
  /// Passes over the rows, where the provider has decided.
  package var epochs: Int?
  /// Rows in a step, where the provider has decided.
  package var batchSize: Int?
  package init(
    word: String, isOver: Bool = false, isSuccess: Bool = false, failure: String? = nil, model: String? = nil,
    trainedTokens: Int? = nil, estimatedFinish: Date? = nil, epochs: Int? = nil, batchSize: Int? = nil
  ) {
    self.word = word
    self.isOver = isOver
    self.isSuccess = isSuccess
    self.failure = failure
    self.model = model
    self.trainedTokens = trainedTokens
    self.estimatedFinish = estimatedFinish
    self.epochs = epochs
    self.batchSize = batchSize
  }
}

/// Something that happened in a hosted job.
package struct TuningEvent: Sendable, Hashable, Identifiable {
  /// The provider's name for it.
  package var id: String
  /// When, in seconds since 1970.
  package var time: Double
  /// `info`, `warn` or `error`.
  package var level: String
  /// What the provider says of it.
  package var message: String
  /// Numbers that came with it.
  package var metrics: TuningMetrics
  package init(id: String, time: Double, level: String, message: String, metrics: TuningMetrics = TuningMetrics()) {
    self.id = id
    self.time = time
    self.level = level
    self.message = message
    self.metrics = metrics
  }
}

/// Numbers of a step; providers leave out what they like.
package struct TuningMetrics: Sendable, Hashable {
  /// Steps done.
  package var step: Int?
  /// Steps planned.
  package var steps: Int?
  /// Loss of the step's rows.
  package var trainLoss: Double?
  /// Share of the answers' tokens that were guessed right.
  package var trainAccuracy: Double?
  /// Loss over the validation rows, all of them where the provider says so.
  package var validationLoss: Double?
  /// The learning rate.
  package var learningRate: Double?
  /// Makes numbers.
  package init(
    step: Int? = nil, steps: Int? = nil, trainLoss: Double? = nil, trainAccuracy: Double? = nil,
    validationLoss: Double? = nil, learningRate: Double? = nil
  ) {
    self.step = step
    self.steps = steps
    self.trainLoss = trainLoss
    self.trainAccuracy = trainAccuracy
    self.validationLoss = validationLoss
    self.learningRate = learningRate
  }
}

/// A state of the model after some steps, which can be asked like any model.
package struct TuningCheckpoint: Sendable, Hashable {
  /// Its id as a model.
  package var model: String
  /// Steps done.
  package var step: Int
  /// Loss over the validation rows there.
  package var validationLoss: Double?
  package init(model: String, step: Int, validationLoss: Double? = nil) {
    self.model = model
    self.step = step
    self.validationLoss = validationLoss
  }
}
