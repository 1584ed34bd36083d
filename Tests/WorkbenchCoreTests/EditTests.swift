import Testing

@testable import WorkbenchCore

@Suite struct EditTests {
  @Test func theSnapshotTellsHowEditsEnded() async throws {
    let (workbench, files) = try await workbench()
    var section = sampleWorkspace().prompts[0].sections[0]
    section.body = "Say it."
    let save = Command.saveSection(prompt: "main", section)
    await files.refuse(Problem(file: "prompts/main/10-task.md", message: "No permission to write it."))
    await workbench.submit(save)
    await files.refuse(nil)
    await workbench.submit(.reload)
    await workbench.submit(save)
    let snapshot = await workbench.snapshot
    #expect(snapshot.edits.map(\.id) == [1, 2])
    #expect(snapshot.edits.allSatisfy { $0.command == save })
    #expect(snapshot.edits[0].problem?.contains("No permission to write it.") == true)
    #expect(snapshot.edits[1].problem == nil)
    #expect(snapshot.notices.map(\.kind) == [.error])
  }

  @Test func onlyTheLastEditsAreKept() async throws {
    let (workbench, _) = try await workbench()
    for _ in 0..<30 { await workbench.submit(.saveSection(prompt: "main", sampleWorkspace().prompts[0].sections[0])) }
    #expect(await workbench.snapshot.edits.map(\.id) == Array(11...30))
  }
}
