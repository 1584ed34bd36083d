import Domain
import Evidence
import Foundation
import Testing

@testable import WorkbenchCore

/// What a job's events say that a person should know.
@Suite struct JobRemarkTests {
  private func detail(_ events: [TrainingEvent.Kind]) -> JobDetail {
    var detail = JobDetail(
      job: TrainingJob(
        id: JobID(1), backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(), state: .queued,
        created: .distantPast))
    detail.apply(
      TrainerObservation(
        events: events.map { TrainingEvent(time: 1, kind: $0) }, isAlive: true, exitStatus: nil, log: []))
    return detail
  }

  private func figures(_ step: Int, equal: Double) -> TrainingEvent.Kind {
    .answers(AnswerFigures(step: step, count: 80, unending: 0, equal: equal, expectedEqual: 0.25, logitChange: 1))
  }

  @Test func aCollapseIsToldAtItsCheckpointAndAtTheEnd() {
    let events: [TrainingEvent.Kind] = [
      .start(TrainingStart(steps: 20)), figures(10, equal: 0.975),
      .checkpoint(Checkpoint(step: 10, path: "checkpoints/10", validationLoss: 0.5, isBest: true)),
    ]
    let running = detail(events)
    #expect(running.answerSigns == [10: .collapsed])
    #expect(running.remarks.contains { $0.contains("At step 10, 78 of 80 answers are the same") })
    #expect(running.marks.contains { $0.kind == .warning && $0.step == 10 })
    let ended = detail(events + [figures(20, equal: 1), .end(.finished, message: "20 steps are done.", step: 20)])
    #expect(ended.job.message?.hasPrefix("20 steps are done. At step 20, 80 of 80 answers") == true)
    #expect(ended.remarks.isEmpty, "the message has it")
    let healthy = detail(events + [figures(20, equal: 0.3), .end(.finished, message: "20 steps are done.", step: 20)])
    #expect(healthy.job.message == "20 steps are done." && healthy.remarks.isEmpty)
    #expect(healthy.answerSigns == [10: .collapsed])
  }

  @Test func aJobThatGoesOnForgetsLaterAnswers() {
    let detail = detail([
      .start(TrainingStart(steps: 20)), figures(10, equal: 0.3), figures(15, equal: 1),
      .start(TrainingStart(steps: 20, firstStep: 10)),
    ])
    #expect(detail.answers.map(\.step) == [10] && detail.remarks.isEmpty)
  }

  @Test func whatThePreflightRefusesIsTold() {
    let failed = Preflight(
      check: "cut", file: "train.jsonl", count: 3, of: 9, message: "3 of 9 rows (a.jsonl:4, 7, 8) are longer.",
      fix: "Raise `max_tokens`.")
    #expect(detail([.preflight(failed)]).remarks == ["3 of 9 rows (a.jsonl:4, 7, 8) are longer. Raise `max_tokens`."])
    var accepted = failed
    accepted.accepted = "known"
    let goneOn = detail([.preflight(failed), .paused(message: nil, step: 0), .preflight(accepted)])
    #expect(goneOn.preflight == [accepted] && goneOn.remarks.isEmpty)
    var other = failed
    other.check = "end_token"
    let changed = detail([.preflight(failed), .paused(message: nil, step: 0), .preflight(other)])
    #expect(changed.preflight == [other], "a cause that was removed is told no more")
    let passed = Preflight(check: "all", count: 0, of: 9, message: "All passed.")
    #expect(detail([.preflight(failed), .preflight(passed)]).preflight == [passed])
  }

  @Test func lossesThatAreNoNumbersAreMarkedOnceAndNeverTheBest() {
    let detail = detail([
      .start(TrainingStart(steps: 40)), .train(Metric(step: 10, loss: 1)), .validation(step: 10, loss: 2),
      .checkpoint(Checkpoint(step: 10, path: "c/10", validationLoss: 2)), .train(Metric(step: 20, loss: .nan)),
      .validation(step: 20, loss: .infinity), .train(Metric(step: 30, loss: .nan)),
      .checkpoint(Checkpoint(step: 30, path: "c/30", validationLoss: .nan, isBest: true)),
    ])
    #expect(detail.marks.filter { $0.kind == .warning }.map(\.step) == [20, 20])
    #expect(detail.checkpoints.map(\.step) == [10, 30] && !detail.checkpoints[1].isBest)
    #expect(detail.best?.step == 10)
    #expect(detail.job.best == TrainingJob.Best(step: 10, validationLoss: 2))
    #expect(detail.remarks.contains { $0.hasPrefix("The loss is not a number") })
  }

  @Test func checkpointsTakeTheLossThatWasMeasuredThere() {
    let detail = detail([
      .start(TrainingStart(steps: 40)), .validation(step: 10, loss: 0.5),
      .checkpoint(Checkpoint(step: 10, path: "c/10")), .checkpoint(Checkpoint(step: 20, path: "c/20")),
      .checkpoint(Checkpoint(step: 20, path: "c/20", validationLoss: 0.7)),
    ])
    #expect(detail.checkpoints.map(\.validationLoss) == [0.5, 0.7])
    #expect(detail.best?.step == 10)
  }

  @Test func acceptedChecksReachTheTrainer() async throws {
    let trainer = FakeTrainer()
    let (workbench, files) = try await workbench(trainer: trainer)
    let rows = (0..<10).map { number in
      TrainingRow(messages: [
        ChatMessage(role: .user, content: "question \(number)"), ChatMessage(role: .assistant, content: "answer"),
      ])
    }
    await files.set(rows: rows, at: "train/main.jsonl")
    try await workbench.perform(
      .train(TrainRequest(data: "train/main.jsonl", acceptedPreflight: [.cut: "the ends are noise"])))
    #expect(await trainer.plans.first?.accepted == [.cut: "the ends are noise"])
    await workbench.close()
  }
}
