import Domain
import Evidence

/// Everything that a job reported in numbers, as curves over its steps.
package struct JobCurves: Sendable {
  /// What a curve shows.
  package enum Quantity: Int, Sendable, Hashable, CaseIterable {
    /// Mean loss over the rows since the last report.
    case loss
    /// Mean loss over the validation rows.
    case validationLoss
    /// The learning rate at a step.
    case learningRate
    /// Length of the gradient at a step.
    case gradNorm
    /// Tokens worked on in a second, prompts included, since the last report.
    case tokensPerSecond
    /// Steps in a second, since the last report.
    case stepsPerSecond
    /// The most memory that the trainer took so far, in gigabytes.
    case peakMemory
    /// Memory of the job's processes, in gigabytes.
    case memory
    /// Share of all processors' time, in percent.
    case cpu
    /// Share of the time in which the GPUs computed, in percent: their mean.
    case gpu
    /// Memory in use on all GPUs, in gigabytes.
    case gpuMemory
    /// Power of all GPUs, in watts.
    case gpuPower
    /// Seconds from the job's first event.
    case seconds
  }

  private var series = [StepSeries](repeating: StepSeries(), count: Quantity.allCases.count)

  /// No curve yet.
  package init() {}

  /// The curve of a quantity; empty where none was reported.
  package subscript(_ quantity: Quantity) -> StepSeries { series[quantity.rawValue] }

  /// Whether nothing was reported.
  package var isEmpty: Bool { series.allSatisfy(\.isEmpty) }

  /// Adds what a job reported at a step.
  /// - Parameter seconds: from the job's first event.
  package mutating func add(_ metric: Metric, seconds: Double) {
    add(metric.loss, .loss, metric.step)
    add(metric.learningRate, .learningRate, metric.step)
    add(metric.gradNorm, .gradNorm, metric.step)
    add(metric.tokensPerSecond, .tokensPerSecond, metric.step)
    add(metric.stepsPerSecond, .stepsPerSecond, metric.step)
    add(metric.peakMemory, .peakMemory, metric.step)
    add(seconds, .seconds, metric.step)
  }

  /// Adds a loss over the validation rows.
  package mutating func add(validationLoss: Double, at step: Int) { add(validationLoss, .validationLoss, step) }

  /// Adds what a job took of its machine when it had come to a step.
  package mutating func add(_ use: SystemUse, at step: Int) {
    func sum(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) }
    add(use.memory, .memory, step)
    add(use.cpu.map { $0 * 100 }, .cpu, step)
    let shares = use.gpus.compactMap(\.utilization)
    add(sum(shares).map { $0 * 100 / Double(shares.count) }, .gpu, step)
    add(sum(use.gpus.compactMap(\.memory)), .gpuMemory, step)
    add(sum(use.gpus.compactMap(\.power)), .gpuPower, step)
  }

  /// Drops what was reported after a step.
  package mutating func removeAll(after step: Int) {
    for index in series.indices { series[index].removeAll(after: step) }
  }

  private mutating func add(_ value: Double?, _ quantity: Quantity, _ step: Int) {
    if let value { series[quantity.rawValue].append(value, at: step) }
  }
}
