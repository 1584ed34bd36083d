import Evidence
import TrainerLogs

/// What a trainer says of a job while it works: one line of its `events.jsonl`.
package struct TrainingEvent: Sendable, Hashable {
  /// What happened.
  package enum Kind: Sendable, Hashable {
    /// What is known of the rows on the real tokenizer, before the job starts.
    case preflight(Preflight)
    /// The model and the rows are loaded. A job that is resumed starts again.
    case start(TrainingStart)
    case train(Metric)
    /// Loss over the validation rows; not a number, or infinite, where it can't be measured any more.
    case validation(step: Int, loss: Double)
    /// A state that can be used.
    case checkpoint(Checkpoint)
    /// What the model answers to an eval case now.
    case sample(Sample)
    /// What the answers of one step have in common.
    case answers(AnswerFigures)
    /// What the job takes of its machine.
    case system(SystemUse)
    case warning(String)
    /// Something worth a place on the time line.
    case note(String)
    /// An end from which the job was resumed.
    case paused(message: String?, step: Int)
    case end(TrainingJob.State, message: String?, step: Int)
  }
  /// When, in seconds since 1970.
  package var time: Double
  /// What.
  package var kind: Kind
  package init(time: Double, kind: Kind) {
    self.time = time
    self.kind = kind
  }
}

/// What a trainer knows when it begins.
package struct TrainingStart: Sendable, Hashable {
  /// Steps planned; 0 while unknown.
  package var steps: Int
  /// Steps that were done before: what was reported after them counts no more.
  package var firstStep: Int
  /// Weights that are learnt.
  package var trainableParameters: Int
  /// All weights.
  package var totalParameters: Int
  /// Rows learnt from.
  package var trainRows: Int
  /// Rows validated on.
  package var validationRows: Int
  /// What computes, for example `cpu`.
  package var device: String?
  package init(
    steps: Int, firstStep: Int = 0, trainableParameters: Int = 0, totalParameters: Int = 0, trainRows: Int = 0,
    validationRows: Int = 0, device: String? = nil
  ) {
    self.steps = steps
    self.firstStep = firstStep
    self.trainableParameters = trainableParameters
    self.totalParameters = totalParameters
    self.trainRows = trainRows
    self.validationRows = validationRows
    self.device = device
  }
}

/// Numbers that a job reports at a step.
package typealias Metric = TrainerLogs.Metric

/// A saved state at a step.
package struct Checkpoint: Sendable, Hashable, Identifiable {
  /// Steps done when it was saved.
  package var step: Int
  /// A folder that the engine can load, relative to the job's folder; of a job at a provider, the model's name there.
  package var path: String
  /// Loss over the validation rows there.
  package var validationLoss: Double?
  /// Whether it was the best so far.
  package var isBest: Bool
  /// Same as `step`.
  package var id: Int { step }
  package init(step: Int, path: String, validationLoss: Double? = nil, isBest: Bool = false) {
    self.step = step
    self.path = path
    self.validationLoss = validationLoss
    self.isBest = isBest
  }
}

/// What the model answers to an eval case at a step.
package struct Sample: Sendable, Hashable {
  /// Steps done.
  package var step: Int
  /// The case's id.
  package var caseID: String
  /// The answer.
  package var text: String
  package init(step: Int, caseID: String, text: String) {
    self.step = step
    self.caseID = caseID
    self.text = text
  }
}

/// What a job takes of its machine at one moment.
package struct SystemUse: Sendable, Hashable {
  /// One GPU.
  package struct GPU: Sendable, Hashable {
    /// Share of the time in which it computed, 0 to 1.
    package var utilization: Double?
    /// Memory in use, in gigabytes.
    package var memory: Double?
    /// All its memory, in gigabytes.
    package var memoryTotal: Double?
    /// In watts.
    package var power: Double?
    /// In degrees Celsius.
    package var temperature: Double?
    package init(
      utilization: Double? = nil, memory: Double? = nil, memoryTotal: Double? = nil, power: Double? = nil,
      temperature: Double? = nil
    ) {
      self.utilization = utilization
      self.memory = memory
      self.memoryTotal = memoryTotal
      self.power = power
      self.temperature = temperature
    }
  }
  /// Share of all processors' time, 0 to 1.
  package var cpu: Double?
  /// Memory of the job's processes, in gigabytes.
  package var memory: Double?
  /// The machine's GPUs, in its order.
  package var gpus: [GPU]
  package init(cpu: Double? = nil, memory: Double? = nil, gpus: [GPU] = []) {
    self.cpu = cpu
    self.memory = memory
    self.gpus = gpus
  }
}
