import Foundation
import WorkbenchCore

/// Reads the lines that train.py appends to `events.jsonl`.
enum EventFile {
  /// One line, as it stands in the file.
  private struct Line: Codable {
    var event: String
    var time: Double
    var step: Int?
    var steps: Int?
    var loss: Double?
    var learningRate: Double?
    var tokensPerSecond: Double?
    var stepsPerSecond: Double?
    var trainedTokens: Int?
    var peakMemory: Double?
    var trainableParameters: Int?
    var totalParameters: Int?
    var trainRows: Int?
    var validRows: Int?
    var path: String?
    var validationLoss: Double?
    var best: Bool?
    var message: String?
    var status: String?

    enum CodingKeys: String, CodingKey {
      case event, time, step, steps, loss, path, best, message, status
      case learningRate = "learning_rate"
      case tokensPerSecond = "tokens_per_second"
      case stepsPerSecond = "steps_per_second"
      case trainedTokens = "trained_tokens"
      case peakMemory = "peak_memory_gb"
      case trainableParameters = "trainable_parameters"
      case totalParameters = "total_parameters"
      case trainRows = "train_rows"
      case validRows = "valid_rows"
      case validationLoss = "validation_loss"
    }
  }

  /// What a line says; nil for what this version doesn't know or can't read.
  static func event(_ line: some Sequence<UInt8>) -> TrainingEvent? {
    guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)) else { return nil }
    return kind(line).map { TrainingEvent(time: line.time, kind: $0) }
  }

  private static func kind(_ line: Line) -> TrainingEvent.Kind? {
    switch line.event {
    case "start":
      return .start(
        steps: line.steps ?? 0, trainableParameters: line.trainableParameters ?? 0,
        totalParameters: line.totalParameters ?? 0, trainRows: line.trainRows ?? 0,
        validationRows: line.validRows ?? 0)
    case "train":
      guard let step = line.step, let loss = line.loss else { return nil }
      return .train(
        Metric(
          step: step, loss: loss, learningRate: line.learningRate, tokensPerSecond: line.tokensPerSecond,
          stepsPerSecond: line.stepsPerSecond, trainedTokens: line.trainedTokens, peakMemory: line.peakMemory))
    case "validation":
      guard let step = line.step, let loss = line.loss else { return nil }
      return .validation(step: step, loss: loss)
    case "checkpoint":
      guard let step = line.step, let path = line.path else { return nil }
      return .checkpoint(
        Checkpoint(
          step: step, path: LogText.clean(path), validationLoss: line.validationLoss, isBest: line.best ?? false))
    case "warning": return .warning(LogText.clean(line.message ?? ""))
    case "end":
      let state = line.status.flatMap { TrainingJob.State(rawValue: $0) }.flatMap { $0.isOver ? $0 : nil } ?? .failed
      return .end(state, message: line.message.map { LogText.clean($0) }, step: line.step ?? 0)
    default: return nil
    }
  }

  /// The line that says that a job is over.
  static func line(ended state: TrainingJob.State, message: String, step: Int) -> String {
    let line = Line(
      event: "end", time: Date().timeIntervalSince1970, step: step, message: message, status: state.rawValue)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A torn line may stand before it.
    return "\n" + String(decoding: (try? encoder.encode(line)) ?? Data(), as: UTF8.self) + "\n"
  }

  /// Whether the file's last event is the end.
  static func endsWell(_ file: String) -> Bool {
    if case .end? = lastEvents(file).last?.kind { return true }
    return false
  }

  /// The last step that the file speaks of.
  static func lastStep(_ file: String) -> Int {
    for event in lastEvents(file).reversed() {
      switch event.kind {
      case .train(let metric): return metric.step
      case .validation(let step, _): return step
      case .checkpoint(let checkpoint): return checkpoint.step
      default: continue
      }
    }
    return 0
  }

  private static func lastEvents(_ file: String) -> [TrainingEvent] {
    var tail = FileTail(path: file, offset: 0)
    tail.offset = max(0, tail.size - 65_536)
    return tail.lines(includingTorn: false).compactMap { event($0) }
  }
}
