import Domain
import Foundation
import WorkbenchCore

extension SampleWorkspace {
  private static func job(_ number: Int64, _ state: TrainingJob.State, step: Int) -> TrainingJob {
    TrainingJob(
      id: JobID(number), backend: "mlx", base: "tiny", data: "train/main.jsonl",
      settings: workspace.training.settings, state: state, created: time.addingTimeInterval(-90), step: step, steps: 400
    )
  }

  static let finished: TrainingJob = {
    var job = SampleWorkspace.job(1, .finished, step: 400)
    (job.trainLoss, job.validationLoss, job.adapter) = (0.31, 0.45, ".assay/jobs/1/best")
    return job
  }()

  static let failed: TrainingJob = {
    var job = SampleWorkspace.job(2, .failed, step: 35)
    job.message = "The machine ran out of memory. Try a smaller batch size or fewer max tokens."
    job.trainLoss = 1.83
    return job
  }()

  /// Job 3 at step 240: a report every 5 steps, a validation and a checkpoint every 50.
  static let running: JobDetail = {
    let start = time.timeIntervalSince1970 - 50
    var events = [
      TrainingEvent(
        time: start,
        kind: .start(
          TrainingStart(
            steps: 400, trainableParameters: 86_016, totalParameters: 3_145_728, trainRows: 540, validationRows: 60)))
    ]
    for step in stride(from: 5, through: 240, by: 5) {
      let seconds = start + Double(step) * 0.2
      let loss = 0.2 + 2.4 / (1 + Double(step) / 25) + (step % 10 == 0 ? 0.05 : -0.05)
      let metric = Metric(
        step: step, loss: loss, learningRate: 2e-3 * (1 - Double(step) / 500), tokensPerSecond: 5_210,
        stepsPerSecond: 5,
        trainedTokens: step * 1_000, peakMemory: 0.42)
      events.append(TrainingEvent(time: seconds, kind: .train(metric)))
      guard step % 50 == 0 else { continue }
      let validation = 0.45 + abs(Double(step) - 150) / 500
      events.append(TrainingEvent(time: seconds, kind: .validation(step: step, loss: validation)))
      let checkpoint = Checkpoint(
        step: step, path: "checkpoints/\(step)", validationLoss: validation, isBest: step <= 150)
      events.append(TrainingEvent(time: seconds, kind: .checkpoint(checkpoint)))
    }
    let log =
      ["Loading the model from model", "Learning 86,016 of 3,145,728 parameters"]
      + (1...40).map { "step \($0 * 5)" } + ["warning: 2 rows were longer than 256 tokens and were cut"]
    var detail = JobDetail(job: job(3, .running, step: 0))
    detail.apply(TrainerObservation(events: events, isAlive: true, exitStatus: nil, log: log))
    return detail
  }()
}
