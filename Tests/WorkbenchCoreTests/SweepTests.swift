import Domain
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct SweepTests {
  @Test func everyCombinationIsATrial() {
    var axes = SweepRequest.Axes()
    axes[\.learningRate] = [1e-4, 1e-3]
    axes[\.rank] = [8, 16, 32]
    axes[\.dataShare] = [0.5]
    #expect(axes.count == 6)
    let trials = SweepRequest(name: "s", axes: axes).trials(from: TrainingSettings())
    #expect(trials.count == 6 && Set(trials).count == 6)
    #expect(trials.allSatisfy { $0.dataShare == 0.5 && $0.epochs == 3 })
    axes = SweepRequest.Axes()
    axes[\.epochs] = [1, 2]
    var settings = TrainingSettings()
    settings.steps = 100
    #expect(
      SweepRequest(name: "s", axes: axes).trials(from: settings).map(\.steps) == [nil, nil], "epochs decide then")
  }

  @Test func aGridTrainsAllToTheEnd() {
    var plan = SweepPlan(trials: 3, halving: nil)
    for trial in 0..<3 {
      #expect(plan.next == .train(trial, upTo: 1))
      plan.record(SweepPlan.Result(score: 0.5), of: trial)
    }
    #expect(plan.next == .finished)
  }

  @Test func halvingGoesOnWithTheBest() {
    var plan = SweepPlan(trials: 8, halving: 2)
    #expect(plan.rungs == [0.25, 0.5, 1])
    var trained: [Double: [Int]] = [:]
    while case .train(let trial, let share) = plan.next {
      trained[share, default: []].append(trial)
      plan.record(SweepPlan.Result(score: Double((trial * 3) % 8) / 8), of: trial)
    }
    // Scores by trial: 0 3 6 1 4 7 2 5, of eight.
    #expect(trained == [0.25: Array(0..<8), 0.5: [2, 4, 5, 7], 1: [2, 5]])
  }

  @Test func trialsThatFailAreNotWaitedFor() {
    var plan = SweepPlan(trials: 4, halving: 2)
    plan.fail(0)
    for trial in 1..<4 { plan.record(SweepPlan.Result(validationLoss: Double(trial)), of: trial) }
    #expect(plan.next == .train(1, upTo: 0.5), "without scores the lower loss is better")
    plan.fail(1)
    plan.record(SweepPlan.Result(validationLoss: 2), of: 2)
    #expect(plan.next == .train(2, upTo: 1))
    plan.fail(2)
    #expect(plan.next == .finished && plan.hasFailed(2))
    var hopeless = SweepPlan(trials: 2, halving: nil)
    hopeless.fail(0)
    hopeless.fail(1)
    #expect(hopeless.next == .finished)
  }

  @Test func scoresComeBeforeLosses() {
    typealias Result = SweepPlan.Result
    #expect(Result(score: 0.5, validationLoss: 1) < Result(score: 0.6, validationLoss: 2))
    #expect(Result(score: 0.5, validationLoss: 2) < Result(score: 0.5, validationLoss: 1))
    #expect(Result(validationLoss: 0.1) < Result(score: 0, validationLoss: 9))
    #expect(Result() < Result(validationLoss: 3))
  }

  @Test func aSweepTrainsJudgesAndGoesOnWhereItStopped() async throws {
    let finished = observation([
      .start(TrainingStart(steps: 20)), .train(Metric(step: 20, loss: 0.5)), .validation(step: 20, loss: 0.4),
      .checkpoint(Checkpoint(step: 20, path: "checkpoints/0000020", validationLoss: 0.4, isBest: true)),
      .end(.finished, message: nil, step: 20),
    ])
    let (trainer, store) = (FakeTrainer(always: finished), FakeStore())
    let (workbench, files) = try await workbench(store: store, trainer: trainer)
    await files.set(rows: (0..<10).map { row("question \($0)") }, at: "train/main.jsonl")
    for job in 1...2 {
      await files.set(fingerprint: "\(job)", of: ".assay/jobs/\(job)/checkpoints/0000020")
    }
    var axes = SweepRequest.Axes()
    axes[\.learningRate] = [1e-4, 1e-3]
    let request = SweepRequest(
      name: "rates", job: TrainRequest(base: "tiny", data: "train/main.jsonl"), axes: axes, cases: 4)
    let report = try await workbench.sweep(request)
    #expect(report.axes == [TrainingSettings.setting(\.learningRate)])
    #expect(report.rows.map(\.job.state) == [.finished, .finished])
    #expect(report.rows.allSatisfy { $0.job.sweep == "rates" && $0.run?.summary.done == 4 })
    #expect(await trainer.plans.map(\.settings.learningRate) == [1e-4, 1e-3])
    let again = try await workbench.sweep(request)
    #expect(again.rows.map(\.job.id) == report.rows.map(\.job.id))
    #expect(await trainer.plans.count == 2, "nothing is trained twice")
    let words = try await workbench.sentences(of: report)
    #expect(words.count == 3 && words[1].contains("can't tell it from job 2"))
    #expect(words[2].contains("Jobs 1, 2 ended with exactly the same losses") && words[2].contains("learning rate"))
    await #expect(throws: WorkbenchError.self) {
      try await workbench.sweep(SweepRequest(name: "none", axes: SweepRequest.Axes()))
    }
  }

  private func job(_ id: Int64, _ losses: [(step: Int, loss: Double)], last: Double) -> TrainingJob {
    let job = TrainingJob(
      id: JobID(id), backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(), state: .running,
      created: .now, sweep: "s")
    var detail = JobDetail(job: job)
    let events: [TrainingEvent.Kind] =
      [.start(TrainingStart(steps: 40))]
      + losses.map {
        .checkpoint(
          Checkpoint(
            step: $0.step, path: "checkpoints/\($0.step)", validationLoss: $0.loss, isBest: !$0.loss.isFinite))
      } + [
        .train(Metric(step: 40, loss: 0.25)), .validation(step: 40, loss: last),
        .end(.finished, message: nil, step: 40),
      ]
    detail.apply(observation(events))
    return detail.job
  }

  @Test func trialsAreJudgedByTheirBestCheckpoint() async throws {
    let (workbench, _) = try await workbench(store: FakeStore(), trainer: FakeTrainer([], ticks: 0))
    var snapshot = await workbench.snapshot
    snapshot.jobs = [
      job(3, [(10, 0.5), (40, 0.785)], last: 0.785), job(2, [(10, 0.138), (40, 0.829)], last: 0.829),
      job(4, [(10, .nan), (40, .infinity)], last: .nan), job(1, [(10, 0.107), (40, 0.167)], last: 0.167),
    ]
    let report = snapshot.sweep("s")
    #expect(report.rows.map(\.id.number) == [1, 2, 3, 4])
    #expect(report.rows.map(\.isJudged) == [true, true, true, false])
    #expect(report.rows.prefix(3).map(\.job.best?.step) == [10, 10, 10])
    #expect(report.equalTrials.isEmpty)
    let words = try await workbench.sentences(of: report)
    #expect(words.count == 1 && words[0].contains("Job 1 did best of 3 by validation loss: 0.1070 at step 10"))
    await workbench.close()
  }

  @Test func trialsWithEqualLossesAreFlagged() async throws {
    let (workbench, _) = try await workbench(store: FakeStore(), trainer: FakeTrainer([], ticks: 0))
    var snapshot = await workbench.snapshot
    snapshot.jobs = [
      job(3, [(40, 1.1)], last: 1.1), job(2, [(40, 1.2)], last: 1.2), job(1, [(40, 1.1)], last: 1.1),
    ]
    #expect(snapshot.sweep("s").equalTrials == [[JobID(1), JobID(3)]])
    await workbench.close()
  }

  @Test func trialsThatFailSayWhy() async throws {
    let (workbench, _) = try await workbench(store: FakeStore(), trainer: FakeTrainer([], ticks: 0))
    var snapshot = await workbench.snapshot
    var failed = [job(1, [], last: 1), job(2, [], last: 2)]
    for index in failed.indices { (failed[index].state, failed[index].message) = (.failed, "Training did not start.") }
    snapshot.jobs = failed + [job(3, [(40, 1.1)], last: 1.1)]
    let words = try await workbench.sentences(of: snapshot.sweep("s"))
    #expect(words.last == "Jobs 1, 2 failed. Training did not start.")
    await workbench.close()
  }

  private func row(_ text: String) -> TrainingRow {
    TrainingRow(messages: [ChatMessage(role: .user, content: text), ChatMessage(role: .assistant, content: "yes")])
  }

  private func observation(_ kinds: [TrainingEvent.Kind]) -> TrainerObservation {
    TrainerObservation(
      events: kinds.map { TrainingEvent(time: 1, kind: $0) }, cursor: ObservationCursor(events: 1), isAlive: false,
      exitStatus: 0, log: [])
  }
}
