import Content
import Domain
import Foundation

/// Reads what a provider says of jobs. Words it is not known to use are taken as they are; numbers out of all bounds are
/// left out.
extension TuningStatus {
  /// - Parameter json: a job.
  init(_ json: JSONValue, from peer: Peer) {
    let word = peer.quote(json["status"]?.string ?? "unknown", limit: 40)
    let endings = ["succeeded", "failed", "cancelled", "canceled"]
    // A word that nobody knows is over when its time of ending is told.
    let isOver = endings.contains(word) || (json["finished_at"]?.double ?? 0) > 0
    let model = json["fine_tuned_model"]?.string.flatMap { TuningCheckpoint.isModel($0) ? $0 : nil }
    let reason = json["error"]?["message"]?.string.map { peer.quote($0, limit: 600) }
    let isSuccess = isOver && (word == "succeeded" || !endings.contains(word) && model != nil && reason == nil)
    let failure = isOver && !isSuccess ? reason ?? (word == "failed" ? "\(peer) doesn't say why." : nil) : nil
    let type = json["method"]?["type"]?.string
    let chosen = type.flatMap { json["method"]?[$0]?["hyperparameters"] } ?? json["hyperparameters"]
    let finish = json["estimated_finish"]?.double.flatMap { (1...1e11).contains($0) ? $0 : nil }
    self.init(
      word: word, isOver: isOver, isSuccess: isSuccess, failure: failure.flatMap { $0.isEmpty ? nil : $0 },
      model: model,
      trainedTokens: json["trained_tokens"]?.int.flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil },
      estimatedFinish: finish.map { Date(timeIntervalSince1970: $0) },
      epochs: chosen?["n_epochs"]?.int.flatMap { (1...10_000).contains($0) ? $0 : nil },
      batchSize: chosen?["batch_size"]?.int.flatMap { (1...1_000_000).contains($0) ? $0 : nil })
  }
}

extension TuningEvent {
  /// - Parameter json: an event; nil when it has no name.
  init?(_ json: JSONValue, from peer: Peer) {
    guard let id = json["id"]?.string, !id.isEmpty, id.utf8.count <= 256 else { return nil }
    let message = peer.quote(json["message"]?.string ?? "", limit: 600)
    let time = json["created_at"]?.double.flatMap { (0...1e11).contains($0) ? $0 : nil }
    self.init(
      id: id, time: time ?? 0, level: peer.quote(json["level"]?.string ?? "info", limit: 20), message: message,
      metrics: TuningMetrics(json["data"], message: message))
  }
}

extension TuningMetrics {
  /// Reads numbers under the names that providers give them, or those in a sentence such as `Step 3/90: training
  /// loss=0.52, validation loss=0.61` where they come without.
  init(_ data: JSONValue?, message: String) {
    self.init(
      step: Self.step(data, ["step", "step_number", "global_step"]),
      steps: Self.step(data, ["total_steps", "max_steps"]),
      trainLoss: Self.number(data, ["train_loss", "training_loss", "loss"]),
      trainAccuracy: Self.number(data, ["train_mean_token_accuracy", "train_accuracy"]),
      validationLoss: Self.number(data, ["full_valid_loss", "valid_loss", "validation_loss", "eval_loss"]),
      learningRate: Self.number(data, ["learning_rate"]))
    guard step == nil, let match = message.firstMatch(of: /^Step (\d{1,9})(?:\/(\d{1,9}))?:/) else { return }
    step = Int(match.1)
    steps = steps ?? match.2.flatMap { Int($0) }
    func loss(_ name: String) -> Double? {
      guard let place = message.range(of: name + " loss=") else { return nil }
      return Double(message[place.upperBound...].prefix { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) })
        .flatMap { $0.isFinite ? $0 : nil }
    }
    trainLoss = trainLoss ?? loss("training")
    validationLoss = validationLoss ?? loss("full validation") ?? loss("validation")
  }

  private static func number(_ data: JSONValue?, _ names: [String]) -> Double? {
    names.lazy.compactMap { data?[$0]?.double }.first { $0.isFinite }
  }

  private static func step(_ data: JSONValue?, _ names: [String]) -> Int? {
    names.lazy.compactMap { data?[$0]?.int }.first { (0...1_000_000_000).contains($0) }
  }
}

extension TuningCheckpoint {
  /// - Parameter json: a checkpoint; nil when it names no model or step.
  init?(_ json: JSONValue) {
    let metrics = TuningMetrics(json["metrics"], message: "")
    guard let model = json["fine_tuned_model_checkpoint"]?.string, Self.isModel(model),
      let step = json["step_number"]?.int ?? metrics.step, (0...1_000_000_000).contains(step)
    else { return nil }
    self.init(model: model, step: step, validationLoss: metrics.validationLoss)
  }

  /// Whether a text can be the id of a model: something to send, and to show.
  static func isModel(_ text: String) -> Bool {
    (1...256).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
  }
}
