import Domain
import TrainerLogs

extension TrainingEvent {
  /// What a log says as an event; nil for what is none.
  init?(_ time: Double, _ item: LogItem) {
    switch item {
    case .steps: return nil
    case .train(let metric): self.init(time: time, kind: .train(Metric(metric)))
    case .validation(let step, let loss): self.init(time: time, kind: .validation(step: step, loss: loss))
    }
  }
}

extension Metric {
  init(_ metric: LogMetric) {
    self.init(
      step: metric.step, loss: metric.loss, learningRate: metric.learningRate, gradNorm: metric.gradNorm,
      tokensPerSecond: metric.tokensPerSecond, stepsPerSecond: metric.stepsPerSecond,
      trainedTokens: metric.trainedTokens, peakMemory: metric.peakMemory)
  }
}

extension LogMetric {
  init(_ metric: Metric) {
    self.init(
      step: metric.step, loss: metric.loss, learningRate: metric.learningRate, gradNorm: metric.gradNorm,
      tokensPerSecond: metric.tokensPerSecond, stepsPerSecond: metric.stepsPerSecond,
      trainedTokens: metric.trainedTokens, peakMemory: metric.peakMemory)
  }
}
