import Domain
import Evidence
import Files
import Foundation
import Processes
import TrainerLogs

/// The lines of a job's `events.jsonl`, whatever does its work, as events; docs/training.md lists them.
enum EventFile {
  /// What steps, rows, tokens and weights may be.
  static let counts = 0..<1_000_000_000_000_000

  /// What a line says; nil for what this version doesn't know or can't read.
  static func event(_ line: some ContiguousBytes & Sequence<UInt8>) -> TrainingEvent? {
    line.withUnsafeBytes { bytes in
      var scanner = MetricScanner(bytes)
      return scanner.item().flatMap { TrainingEvent($0.time, $0.item) }
    } ?? decoded(line)
  }

  /// The same by the slow way that knows every line.
  static func decoded(_ line: some Sequence<UInt8>) -> TrainingEvent? {
    func read(_ data: Data, infinity: String, nan: String) -> EventLine? {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: infinity, negativeInfinity: "-" + infinity, nan: nan)
      return try? decoder.decode(EventLine.self, from: data)
    }
    let data = Data(line)
    // Python's JSON has numbers that are none.
    let known =
      read(data, infinity: "inf", nan: "nan") ?? read(PythonJSON.plain(data), infinity: "Infinity", nan: "NaN")
    guard let line = known, line.hasSenseInNumbers else { return nil }
    return kind(line).map { TrainingEvent(time: line.time, kind: $0) }
  }

  private static func kind(_ line: EventLine) -> TrainingEvent.Kind? {
    switch line.event {
    case "start":
      return .start(
        TrainingStart(
          steps: line.steps ?? 0, firstStep: line.firstStep ?? 0, trainableParameters: line.trainableParameters ?? 0,
          totalParameters: line.totalParameters ?? 0, trainRows: line.trainRows ?? 0,
          validationRows: line.validRows ?? 0, device: line.device.map { LogText.clean($0) }))
    case "train":
      guard let step = line.step, let loss = line.loss.loss(line.lossState) else { return nil }
      return .train(
        Metric(
          step: step, loss: loss, learningRate: line.learningRate?.finite, gradNorm: line.gradNorm,
          tokensPerSecond: line.tokensPerSecond?.finite, stepsPerSecond: line.stepsPerSecond?.finite,
          trainedTokens: line.trainedTokens, peakMemory: line.peakMemory?.finite))
    case "validation":
      guard let step = line.step, let loss = line.loss.loss(line.lossState) else { return nil }
      return .validation(step: step, loss: loss)
    case "checkpoint":
      guard let step = line.step, let path = line.path else { return nil }
      return .checkpoint(
        Checkpoint(
          step: step, path: LogText.clean(path), validationLoss: line.validationLoss.loss(line.validationLossState),
          isBest: line.best ?? false))
    case "sample":
      guard let step = line.step, let id = line.id, let text = line.text else { return nil }
      return .sample(Sample(step: step, caseID: LogText.clean(id), text: LogText.cleanLines(text)))
    case "preflight":
      guard let check = line.check, let message = line.message else { return nil }
      return .preflight(
        Preflight(
          check: LogText.clean(check), file: line.file.map { LogText.clean($0) }, count: line.count ?? 0,
          of: line.of ?? 0, rows: Array((line.rows ?? []).prefix(Preflight.mostRows)), message: LogText.clean(message),
          fix: LogText.clean(line.fix ?? ""), accepted: line.accepted.map { LogText.clean($0) }))
    case "answers":
      guard let step = line.step, let count = line.count, count > 0, let unending = line.unending,
        let equal = line.equal
      else { return nil }
      return .answers(
        AnswerFigures(
          step: step, count: count, unending: unending, equal: equal, expectedEqual: line.expectedEqual,
          asBase: line.asBase, logitChange: line.logitChange?.finite))
    case "system":
      let gpus = (line.gpus ?? []).prefix(64).map { gpu in
        SystemUse.GPU(
          utilization: gpu.utilization?.finite, memory: gpu.memory?.finite, memoryTotal: gpu.memoryTotal?.finite,
          power: gpu.power?.finite, temperature: gpu.temperature?.finite)
      }
      return .system(SystemUse(cpu: line.cpu?.finite, memory: line.memory?.finite, gpus: Array(gpus)))
    case "warning": return .warning(LogText.clean(line.message ?? ""))
    case "note": return .note(LogText.clean(line.message ?? ""))
    case "paused": return .paused(message: line.message.map { LogText.clean($0) }, step: line.step ?? 0)
    case "end":
      let state = line.status.flatMap { TrainingJob.State(rawValue: $0) }.flatMap { $0.isOver ? $0 : nil } ?? .failed
      return .end(state, message: line.message.map { LogText.clean($0) }, step: line.step ?? 0)
    default: return nil
    }
  }

  /// The line that says it, without its end.
  static func line(_ event: TrainingEvent) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: (try? encoder.encode(line(for: event))) ?? Data(), as: UTF8.self)
  }

  private static func line(for event: TrainingEvent) -> EventLine {
    func made(_ word: String, _ change: (inout EventLine) -> Void) -> EventLine {
      var line = EventLine(event: word, time: event.time)
      change(&line)
      return line
    }
    switch event.kind {
    case .start(let start):
      return made("start") {
        $0.steps = start.steps
        $0.firstStep = start.firstStep
        $0.trainableParameters = start.trainableParameters
        $0.totalParameters = start.totalParameters
        $0.trainRows = start.trainRows
        $0.validRows = start.validationRows
        $0.device = start.device
      }
    case .train(let metric):
      return made("train") {
        $0.step = metric.step
        $0.loss = .value(metric.loss)
        $0.learningRate = metric.learningRate
        $0.gradNorm = metric.gradNorm
        $0.tokensPerSecond = metric.tokensPerSecond
        $0.stepsPerSecond = metric.stepsPerSecond
        $0.trainedTokens = metric.trainedTokens
        $0.peakMemory = metric.peakMemory
      }
    case .validation(let step, let loss):
      return made("validation") {
        $0.step = step
        $0.loss = .value(loss)
      }
    case .checkpoint(let checkpoint):
      return made("checkpoint") {
        $0.step = checkpoint.step
        $0.path = checkpoint.path
        $0.validationLoss = EventLoss(checkpoint.validationLoss)
        $0.best = checkpoint.isBest
      }
    case .sample(let sample):
      return made("sample") {
        $0.step = sample.step
        $0.id = sample.caseID
        $0.text = sample.text
      }
    case .preflight(let found):
      return made("preflight") {
        $0.check = found.check
        $0.file = found.file
        $0.count = found.count
        $0.of = found.of
        $0.rows = found.rows
        $0.message = found.message
        $0.fix = found.fix
        $0.accepted = found.accepted
      }
    case .answers(let figures):
      return made("answers") {
        $0.step = figures.step
        $0.count = figures.count
        $0.unending = figures.unending
        $0.equal = figures.equal
        $0.expectedEqual = figures.expectedEqual
        $0.asBase = figures.asBase
        $0.logitChange = figures.logitChange
      }
    case .system(let use):
      return made("system") { line in
        line.cpu = use.cpu
        line.memory = use.memory
        line.gpus = use.gpus.map { gpu in
          EventLine.GPU(
            utilization: gpu.utilization, memory: gpu.memory, memoryTotal: gpu.memoryTotal, power: gpu.power,
            temperature: gpu.temperature)
        }
      }
    case .warning(let text): return made("warning") { $0.message = text }
    case .note(let text): return made("note") { $0.message = text }
    case .paused(let message, let step):
      return made("paused") {
        $0.message = message
        $0.step = step
      }
    case .end(let state, let message, let step):
      return made("end") {
        $0.status = state.rawValue
        $0.message = message
        $0.step = step
      }
    }
  }
}
