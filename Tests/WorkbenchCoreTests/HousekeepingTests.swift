import Content
import Domain
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct HousekeepingTests {
  @Test func runsAreNamedAndDeleted() async throws {
    let (workbench, _) = try await workbench()
    let run = try await evaluate(workbench)
    try await workbench.setLabels(RunLabels(name: "first", note: "cold cache"), of: run.id)
    #expect(await workbench.snapshot.runs.first?.labels == RunLabels(name: "first", note: "cold cache"))
    await #expect(throws: WorkbenchError.self) {
      try await workbench.setLabels(RunLabels(name: String(repeating: "x", count: 65)), of: run.id)
    }
    await #expect(throws: WorkbenchError.self) { try await workbench.deleteRuns([run.id, RunID(77)]) }
    #expect(await workbench.snapshot.runs.map(\.id) == [run.id], "an unknown number deletes nothing")
    try await workbench.deleteRuns([run.id])
    #expect(await workbench.snapshot.runs.isEmpty)
    #expect(try await workbench.surplus().answers == run.summary.done)
    try await workbench.removeSurplus()
    #expect(try await workbench.surplus().answers == 0)
  }

  @Test func whatIsDeletedIsNotPaidAgainUntilItsAnswersAreGone() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (workbench, _) = try await workbench(model: model)
    let run = try await evaluate(workbench)
    let asked = model.asked
    try await workbench.deleteRuns([run.id])
    _ = try await evaluate(workbench)
    #expect(model.asked == asked)
  }

  @Test func aRunThatIsWorkedOnIsNotDeleted() async throws {
    let store = FakeStore()
    let (workbench, _) = try await workbench(store: store)
    let run = try await evaluate(workbench)
    await store.claimElsewhere(run.id)
    await #expect(throws: WorkbenchError.self) { try await workbench.deleteRuns([run.id]) }
    #expect(await workbench.snapshot.runs.count == 1)
  }
}
