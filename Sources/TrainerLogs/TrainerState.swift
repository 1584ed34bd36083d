import Foundation

/// `trainer_state.json`, which transformers' Trainer, and so Axolotl and many others, writes as a whole into each
/// `checkpoint-N` and at the end into its output folder (source: transformers `trainer_callback.py`, `TrainerState`).
package struct TrainerState: Sendable, Hashable {
  /// Longer files are left alone.
  package static let mostBytes = 64 << 20

  /// Steps done.
  package var step: Int
  /// What it says from the first step on, in order.
  package var items: [LogItem]

  private struct File: Decodable {
    var globalStep: LooseNumber?
    var maxSteps: LooseNumber?
    var history: [Entry]

    enum CodingKeys: String, CodingKey {
      case globalStep = "global_step"
      case maxSteps = "max_steps"
      case history = "log_history"
    }
  }

  private struct Entry: Decodable {
    var step: LooseNumber?
    var loss: LooseNumber?
    var evalLoss: LooseNumber?
    var learningRate: LooseNumber?
    var gradNorm: LooseNumber?

    enum CodingKeys: String, CodingKey {
      case step, loss
      case evalLoss = "eval_loss"
      case learningRate = "learning_rate"
      case gradNorm = "grad_norm"
    }
  }

  /// Nil for what is no such file.
  package init?(_ bytes: Data) {
    guard bytes.count <= Self.mostBytes, let file = try? JSONDecoder().decode(File.self, from: PythonJSON.plain(bytes))
    else { return nil }
    step = LogStep.step(file.globalStep?.value) ?? 0
    items = LogStep.step(file.maxSteps?.value).flatMap { $0 > 0 ? [.steps($0)] : nil } ?? []
    for entry in file.history {
      guard let step = LogStep.step(entry.step?.value) else { continue }
      if let loss = entry.loss?.value {
        items.append(
          .loss(loss, at: step, learningRate: entry.learningRate?.value, gradNorm: entry.gradNorm?.value))
      }
      if let loss = entry.evalLoss?.value { items.append(.validation(step: step, loss: loss)) }
    }
  }

  /// The validation loss at a step.
  package func validation(at step: Int) -> Double? {
    for case .validation(step, let loss) in items.reversed() { return loss }
    return nil
  }
}
