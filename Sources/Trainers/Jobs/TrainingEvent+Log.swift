import Domain
import TrainerLogs

extension TrainingEvent {
  /// What a log says as an event; nil for what is none.
  init?(_ time: Double, _ item: LogItem) {
    switch item {
    case .steps: return nil
    case .train(let metric): self.init(time: time, kind: .train(metric))
    case .validation(let step, let loss): self.init(time: time, kind: .validation(step: step, loss: loss))
    }
  }
}
