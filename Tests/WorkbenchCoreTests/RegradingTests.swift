import Content
import Domain
import Foundation
import Grading
import Testing

@testable import WorkbenchCore

extension FakeFiles {
  /// Changes the set's graders.
  fileprivate func set(graders: [JSONValue], own: [String: [JSONValue]] = [:]) throws {
    workspace.evalSets[0].graders = try GraderSet(specs: graders)
    workspace.evalSets[0].ownGraders = try own.mapValues { try GraderSet(specs: $0) }
    workspace.evalSets[0].hash = ContentHash(hex: SHA256.hex("\(graders) \(own)"))
  }

  /// Changes what a case asks.
  fileprivate func set(input: JSONValue, ofCase place: Int) {
    workspace.evalSets[0].cases[place].input = input
    workspace.evalSets[0].hash = ContentHash(hex: "edited")
  }
}

/// Stored answers, judged with the graders as they are now.
@Suite struct RegradingTests {
  @Test func storedAnswersAreJudgedAnewAndKept() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "", finishReason: "stop") }
    let store = FakeStore()
    let (workbench, files) = try await workbench(store: store, model: model)
    let run = try await evaluate(workbench)
    let same = try await workbench.regrade(run: "base", set: nil)
    #expect(same.changes.isEmpty && same.outputs.count == 4 && same.leftOut == 0 && same.regraded.summary.passed == 4)

    try await files.set(
      graders: [["type": "contains", "value": "1"], ["type": "finish-reason", "value": "stop"]],
      own: ["c3": [["type": "contains", "value": "3"]]])
    try await workbench.perform(.reload)
    // What a pane shows of the run is what the set as it is now makes of it.
    let shown = try await workbench.answer(to: OutputsQuery(run: run.id, set: "main"))
    #expect(shown.run.summary.passed == 4 && shown.summary.passed == 2 && shown.summary.scored == 4)
    let regrade = try await workbench.regrade(run: "base", set: "main")
    #expect(regrade.run.id == run.id)
    #expect(regrade.outputs.map(\.caseID) == ["c1", "c2", "c3", "c4"])
    #expect(regrade.outputs.map(\.passed) == [true, false, true, false])
    #expect(regrade.changes.map(\.after.caseID) == ["c2", "c4"])
    #expect(regrade.changes.allSatisfy { $0.before.passed == true && $0.after.value == 0.5 })
    #expect(regrade.regraded.summary.passed == 2)
    #expect(model.asked == 4, "no model is asked")
    let stored = try await store.outputs(of: run.id)
    #expect(stored.allSatisfy { $0.passed == true }, "nothing is stored")
  }

  @Test func answersToEditedCasesAreLeftOut() async throws {
    let (workbench, files) = try await workbench()
    _ = try await evaluate(workbench)
    await files.set(input: ["word": "another"], ofCase: 3)
    try await workbench.perform(.reload)
    let regrade = try await workbench.regrade(run: "base", set: nil)
    #expect(regrade.leftOut == 1)
    #expect(regrade.outputs.map(\.caseID) == ["c1", "c2", "c3"])
  }

  @Test func whatIsNotKnownLeavesAnswersUnscored() async throws {
    let (workbench, files) = try await workbench()
    _ = try await evaluate(workbench)
    try await files.set(graders: [["type": "cost", "max-dollars": 1]])
    try await workbench.perform(.reload)
    let regrade = try await workbench.regrade(run: "base", set: nil)
    #expect(regrade.regraded.summary.unscored == 4)
    #expect(regrade.changes.count == 4 && regrade.changes.allSatisfy { $0.after.passed == nil })
  }

  @Test func itCanBeInterruptedAndNamesWhatIsNotThere() async throws {
    let (workbench, files) = try await workbench()
    _ = try await evaluate(workbench)
    try await files.set(graders: ["contains"])
    try await workbench.perform(.reload)
    let work = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await workbench.regrade(run: "base", set: nil)
    }
    await #expect(throws: CancellationError.self) { try await work.value }
    await #expect(throws: WorkbenchError.self) { try await workbench.regrade(run: "base", set: "none") }
    await #expect(throws: WorkbenchError.self) { try await workbench.regrade(run: "none", set: nil) }
  }
}
