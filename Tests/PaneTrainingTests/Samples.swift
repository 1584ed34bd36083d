import Content
import Domain
import Foundation
import WorkbenchCore

/// Jobs as a trainer reports them, with a curve that is known beforehand.
enum Sample {
  static let time = Date(timeIntervalSince1970: 1_750_000_000)
  private static let hash = ContentHash(hex: String(repeating: "a", count: 64))

  static func workspace() -> Workspace {
    var training = TrainingDefaults(base: "tiny", data: "train/main.jsonl", prompt: "short")
    training.settings.rank = 16
    training.settings.scale = 2
    training.settings.learningRate = 2e-3
    training.settings.steps = 400
    training.settings.batchSize = 16
    training.settings.maxTokens = 256
    training.settings.evaluateEvery = 50
    training.settings.seed = 7
    return Workspace(
      folder: "/w", name: "support-triage", models: [ModelSpec(name: "tiny", api: .mlx(path: "model"))],
      prompts: [
        Prompt(name: "best", path: "prompts/best", sections: []),
        Prompt(name: "short", path: "prompts/short", sections: []),
      ],
      variants: [
        Variant(name: "prompted", model: "tiny", prompt: "best"),
        Variant(name: "tuned", model: "tiny", prompt: "short", adapter: ".assay/jobs/1/best"),
      ],
      training: training)
  }

  static func job(_ number: Int64, _ state: TrainingJob.State, step: Int = 0, steps: Int = 400) -> TrainingJob {
    TrainingJob(
      id: JobID(number), backend: "mlx", base: "tiny", data: "train/main.jsonl",
      settings: workspace().training.settings, state: state, created: time.addingTimeInterval(-90), step: step,
      steps: steps)
  }

  /// The training loss that the events below report at a step.
  static func loss(_ step: Int) -> Double { 0.2 + 2.4 / (1 + Double(step) / 25) }

  /// Events up to a step of 400: a report every 5, a validation and a checkpoint every 50; validation is lowest at 250.
  static func events(upTo step: Int, start: Double) -> [TrainingEvent] {
    var events = [
      TrainingEvent(
        time: start,
        kind: .start(
          TrainingStart(
            steps: 400, trainableParameters: 86_016, totalParameters: 3_145_728, trainRows: 540, validationRows: 60)))
    ]
    for report in stride(from: 5, through: step, by: 5) {
      let seconds = start + Double(report) * 0.2
      let rate = report < 20 ? 2e-3 * Double(report) / 20 : 2e-3 * (1 - Double(report - 20) / 400)
      events.append(
        TrainingEvent(
          time: seconds,
          kind: .train(
            Metric(
              step: report, loss: loss(report) + (report % 10 == 0 ? 0.05 : -0.05), learningRate: rate,
              tokensPerSecond: 5_210, stepsPerSecond: 5, trainedTokens: report * 1_000, peakMemory: 0.42))))
      guard report % 50 == 0 else { continue }
      let validation = 0.45 + abs(Double(report) - 250) / 500
      events.append(TrainingEvent(time: seconds, kind: .validation(step: report, loss: validation)))
      let checkpoint = Checkpoint(
        step: report, path: "checkpoints/\(report)", validationLoss: validation, isBest: report <= 250)
      events.append(TrainingEvent(time: seconds, kind: .checkpoint(checkpoint)))
    }
    return events
  }

  static func detail(
    _ job: TrainingJob, upTo step: Int, log: [String] = defaultLog, end: TrainingEvent.Kind? = nil
  ) -> JobDetail {
    let start = time.timeIntervalSince1970 - Double(step) * 0.2 - 2
    var events = events(upTo: step, start: start)
    if let end { events.append(TrainingEvent(time: start + Double(step) * 0.2 + 1, kind: end)) }
    var detail = JobDetail(job: job)
    detail.apply(TrainerObservation(events: events, isAlive: true, exitStatus: nil, log: log))
    return detail
  }

  /// Job 3 with everything that a job can report, and jobs 1 and 2 loaded beside it.
  static func busy() -> Snapshot {
    var snapshot = running()
    let start = time.timeIntervalSince1970 - 50
    var events = events(upTo: 240, start: start).flatMap { event -> [TrainingEvent] in
      guard case .train(var metric) = event.kind else { return [event] }
      metric.gradNorm = 0.4 + Double(metric.step * 37 % 100) / 50
      let use = SystemUse(
        cpu: 0.5 + Double(metric.step % 20) / 50, memory: 1.2 + Double(metric.step) / 1_000,
        gpus: [
          SystemUse.GPU(utilization: 0.98, memory: 12.1, memoryTotal: 80, power: 310, temperature: 61),
          SystemUse.GPU(utilization: 0.9, memory: 11.9, memoryTotal: 80, power: 300, temperature: 58),
        ])
      return [
        TrainingEvent(time: event.time, kind: .train(metric)), TrainingEvent(time: event.time, kind: .system(use)),
      ]
    }
    events.insert(TrainingEvent(time: start + 30, kind: .note("submitted as 1234")), at: 100)
    events.append(TrainingEvent(time: start + 48, kind: .warning("2 rows were longer than 256 tokens and were cut")))
    var detail = JobDetail(job: job(3, .running))
    detail.apply(TrainerObservation(events: events, isAlive: true, exitStatus: nil, log: defaultLog))
    snapshot.job = detail
    for detail in [Self.detail(job(1, .running), upTo: 400), Self.detail(job(2, .running), upTo: 35)] {
      snapshot[JobDetailQuery(detail.job.id)] = .ready(detail)
    }
    return snapshot
  }

  /// What happened right now.
  static func observation(_ kinds: [TrainingEvent.Kind]) -> TrainerObservation {
    TrainerObservation(
      events: kinds.map { TrainingEvent(time: time.timeIntervalSince1970, kind: $0) }, isAlive: true,
      exitStatus: nil, log: [])
  }

  static let defaultLog =
    ["Loading the model from model", "Learning 86,016 of 3,145,728 parameters"]
    + (1...40).map { "step \($0 * 5): loss \(loss($0 * 5)), 5210 tokens/s" }
    + ["warning: 2 rows were longer than 256 tokens and were cut", "saved checkpoints/200"]

  static func run(_ number: Int64, _ variant: String, passed: Int, done: Int = 100) -> Run {
    var summary = RunSummary()
    summary.done = done
    summary.passed = passed
    return Run(
      id: RunID(number), identity: ContentHash(hex: "run\(number)"),
      variant: Variant(name: variant, model: "tiny", prompt: "best"), promptVersion: hash, set: "main", setHash: hash,
      state: .finished, started: time.addingTimeInterval(-3_600), seconds: 30, cases: done, summary: summary)
  }

  /// Job 3 runs and is at step 240; job 2 failed, job 1 is finished.
  static func running(log: [String] = defaultLog) -> Snapshot {
    var snapshot = Snapshot(workspace: workspace(), time: time)
    let detail = detail(job(3, .running), upTo: 240, log: log)
    var failed = job(2, .failed, step: 35)
    failed.message = "The machine ran out of memory. Try a smaller batch size or fewer max tokens."
    failed.trainLoss = 1.83
    var finished = job(1, .finished, step: 400)
    finished.trainLoss = 0.31
    finished.validationLoss = 0.45
    finished.adapter = ".assay/jobs/1/best"
    snapshot.jobs = [detail.job, failed, finished]
    snapshot.job = detail
    snapshot.runs = [
      run(5, "prompted", passed: 64), run(4, "task-only", passed: 0), run(2, "prompted-old", passed: 51),
    ]
    return snapshot
  }
}

extension Snapshot {
  /// What is read of the newest job.
  var job: JobDetail? {
    get { jobs.first.flatMap { self[JobDetailQuery($0.id)].answer } }
    set {
      guard let id = jobs.first?.id else { preconditionFailure("the sample has no job") }
      self[JobDetailQuery(id)] = newValue.map { .ready($0) } ?? .loading
    }
  }
}
