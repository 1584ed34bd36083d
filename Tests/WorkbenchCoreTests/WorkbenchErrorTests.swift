import Domain
import Testing

@testable import WorkbenchCore

/// Errors that callers can tell apart, with what to do next apart from the sentence.
@Suite struct WorkbenchErrorTests {
  @Test func whatWasNeverEvaluatedIsACaseOfItsOwn() async throws {
    let (workbench, _) = try await workbench()
    let error = await #expect(throws: WorkbenchError.self) { try await workbench.run(named: "base", set: "main") }
    #expect(error == .notEvaluated("base", on: "main") && error?.hint == .evaluate("base"))
    #expect(error?.description == "\"base\" has not been evaluated on \"main\" yet.")
    await #expect(throws: WorkbenchError.unknown("variant or run", "bas", among: ["base", "tuned"])) {
      try await workbench.run(named: "bas")
    }
  }

  @Test func anUnknownNameHasItsNearestOrAHint() {
    let near = WorkbenchError.unknown("run", "bse", among: ["base", "tuned"], whenNone: .evaluate(nil))
    #expect(near.description.contains("Did you mean \"base\"?") && near.hint == nil)
    let none = WorkbenchError.unknown("run", "7", among: [], whenNone: .evaluate(nil))
    #expect(none.description == "There is no run called \"7\". There is none yet." && none.hint == .evaluate(nil))
  }

  @Test func aFailedCommandTellsItsHintInTheNotice() async throws {
    let (workbench, _) = try await workbench()
    await workbench.submit(.resumeJob(JobID(7), accepting: [:]))
    let notice = try #require(await workbench.snapshot.notices.last)
    #expect(notice.kind == .error && notice.hint == .train && !notice.text.contains("`assay"))
  }
}
