import Foundation

/// A line of `trainer_log.jsonl`, which LLaMA-Factory appends to (source: its `train/callbacks.py`, `LogCallback`).
package enum TrainerLogLine {
  private struct Line: Decodable {
    var step: LooseNumber?
    var steps: LooseNumber?
    var loss: LooseNumber?
    var evalLoss: LooseNumber?
    var learningRate: LooseNumber?
    var throughput: LooseNumber?
    var tokens: LooseNumber?
    var memory: LooseNumber?

    enum CodingKeys: String, CodingKey {
      case loss, throughput
      case step = "current_steps"
      case steps = "total_steps"
      case evalLoss = "eval_loss"
      case learningRate = "lr"
      case tokens = "total_tokens"
      case memory = "vram_allocated"
    }
  }

  /// What the line says; nothing where it says nothing to us.
  package static func items(_ bytes: Data) -> [LogItem] {
    guard let line = try? JSONDecoder().decode(Line.self, from: PythonJSON.plain(bytes)),
      let step = LogStep.step(line.step?.value)
    else { return [] }
    var items: [LogItem] = []
    if let steps = LogStep.step(line.steps?.value), steps > 0 { items.append(.steps(steps)) }
    if let loss = line.loss?.value {
      items.append(
        .train(
          Metric(
            step: step, loss: loss, learningRate: line.learningRate?.value.finite,
            tokensPerSecond: line.throughput?.value.finite, trainedTokens: LogStep.step(line.tokens?.value),
            peakMemory: line.memory?.value.finite)))
    }
    if let loss = line.evalLoss?.value { items.append(.validation(step: step, loss: loss)) }
    return items
  }
}

/// A line of torchtune's own log, `Step 12 | loss:1.5 lr:0.0003 tokens_per_second_per_gpu:900` (source: torchtune
/// `training/metric_logging.py`, `DiskLogger`).
package enum StepTextLine {
  /// What the line says; nothing where it is no such line.
  package static func items(_ bytes: Data) -> [LogItem] {
    let text = String(decoding: bytes.prefix(16_384), as: UTF8.self)
    guard text.hasPrefix("Step "), let bar = text.firstIndex(of: "|"),
      let step = LogStep.step(Double(text[..<bar].dropFirst(5).trimmingCharacters(in: .whitespaces)))
    else { return [] }
    var values = ScalarStep(step: step)
    for word in text[text.index(after: bar)...].split(separator: " ") {
      guard let colon = word.firstIndex(of: ":"), let value = Double(word[word.index(after: colon)...]) else {
        continue
      }
      values.add(String(word[..<colon]), value)
    }
    return values.items
  }
}

/// Values that were reported under names at one step.
package struct ScalarStep: Sendable, Hashable {
  /// The step.
  package var step: Int
  private var loss: Double?
  private var validation: Double?
  private var learningRate: Double?
  private var gradNorm: Double?
  private var tokensPerSecond: Double?
  private var memory: Double?

  package init(step: Int) { self.step = step }

  /// Takes a value, by the names that trainers have for it: transformers' `train/loss`, torchtune's `loss`, and so on.
  package mutating func add(_ name: String, _ value: Double) {
    switch name.lowercased() {
    case "loss", "train/loss", "train_loss", "training_loss", "training/loss", "loss/train": loss = value
    case "eval/loss", "eval_loss", "val/loss", "val_loss", "valid/loss", "valid_loss", "validation/loss",
      "validation_loss", "loss/val", "loss/validation":
      validation = value
    case "lr", "learning_rate", "train/learning_rate", "train/lr": learningRate = value
    case "grad_norm", "train/grad_norm": gradNorm = value
    case "tokens_per_second_per_gpu", "tokens_per_second", "train/tokens_per_second": tokensPerSecond = value
    case "peak_memory_alloc", "peak_memory_active": memory = max(memory ?? 0, value)
    default: break
    }
  }

  /// What they say together.
  package var items: [LogItem] {
    var items: [LogItem] = []
    if let loss {
      items.append(
        .train(
          Metric(
            step: step, loss: loss, learningRate: learningRate?.finite, gradNorm: gradNorm?.finite,
            tokensPerSecond: tokensPerSecond?.finite, peakMemory: memory?.finite)))
    }
    if let validation { items.append(.validation(step: step, loss: validation)) }
    return items
  }
}
