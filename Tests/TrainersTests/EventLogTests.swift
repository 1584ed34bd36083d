import Domain
import Foundation
import TestFolders
import Testing
import WorkbenchCore

@testable import Trainers

/// What is read from a job's events, and how they are written.
@Suite struct EventLogTests {
  private func log(_ kinds: [TrainingEvent.Kind]) -> EventLog {
    let log = EventLog(temporaryPath("events"))
    for (index, kind) in kinds.enumerated() { log.append(kind, at: Double(index + 1)) }
    return log
  }

  private func checkpoint(_ step: Int, _ loss: Double?, isBest: Bool = false) -> TrainingEvent.Kind {
    .checkpoint(Checkpoint(step: step, path: "c\(step)", validationLoss: loss, isBest: isBest))
  }

  @Test func eventsAddUp() {
    let history = log([
      .start(TrainingStart(steps: 40)), .train(Metric(step: 5, loss: 2)), .validation(step: 10, loss: .nan),
      checkpoint(10, .nan), .train(Metric(step: 15, loss: 1)), .validation(step: 20, loss: 0.5),
      checkpoint(20, 0.5, isBest: true), .warning("hot"),
    ]).history()
    #expect(history.hasStarted && !history.hasEnded && history.steps == 40)
    #expect(
      history.trained == [5, 15] && history.lastTrained == 15 && history.lastTold == 20 && history.lastStep == 20)
    #expect(history.firstTold == 5 && history.validations.keys.sorted() == [10, 20])
    #expect(history.best == "c20" && history.lowest == 0.5 && history.bestCheckpoint?.step == 20)
    #expect(history.said == ["hot"] && history.lastTime == 8)
  }

  @Test func whatALaterStartRepeatsCountsNoMore() {
    var kinds: [TrainingEvent.Kind] = [
      .start(TrainingStart(steps: 40)), .train(Metric(step: 5, loss: 2)), checkpoint(10, 1),
      .train(Metric(step: 15, loss: 1)), checkpoint(20, 0.5), .start(TrainingStart(steps: 40, firstStep: 10)),
    ]
    var history = log(kinds).history()
    #expect(history.trained == [5] && history.lastTrained == 10 && history.checkpoints.keys.sorted() == ["c10"])
    #expect(history.firstTold == 5, "the job goes on")
    kinds.append(.start(TrainingStart(steps: 30)))
    history = log(kinds).history()
    #expect(history.trained.isEmpty && history.checkpoints.isEmpty && history.lowest == nil)
    #expect(history.firstTold == nil && history.steps == 30, "the job begins again")
  }

  @Test(
    arguments: [
      ([.end(.finished, message: nil, step: 3)], true), ([.end(.failed, message: "x", step: 3), .note("bye")], true),
      ([.end(.paused, message: nil, step: 3), .start(TrainingStart(steps: 5))], false), ([.note("x")], false),
      ([.paused(message: nil, step: 3)], false), ([], false),
    ] as [([TrainingEvent.Kind], Bool)])
  func anEndIsKnownWhateverIsRemarkedLater(_ kinds: [TrainingEvent.Kind], _ hasEnded: Bool) throws {
    let log = log([.start(TrainingStart(steps: 5)), .train(Metric(step: 3, loss: 1))] + kinds)
    #expect(log.recent.hasEnded == hasEnded && log.recent.lastStep == 3)
    try log.reopen()
    #expect(!log.recent.hasEnded)
  }

  @Test func aTornLineIsClosedFirst() throws {
    let log = log([.note("one")])
    let torn = try String(contentsOfFile: log.path, encoding: .utf8) + #"{"event": "tra"#
    try torn.write(toFile: log.path, atomically: false, encoding: .utf8)
    log.append(.note("two"))
    #expect(log.history().said == ["one", "two"])
    #expect(EventLog("/nowhere/events").history() == EventHistory())
  }
}
