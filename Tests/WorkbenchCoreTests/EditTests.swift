import Domain
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

  @Test func aDraftIsKeptUntilItsTextIsSaved() async throws {
    let (workbench, files) = try await workbench()
    let prompt = sampleWorkspace().prompts[0]
    var section = prompt.sections[0]
    section.body = "Say it."
    let path = DraftPath(section: section.id, of: prompt)
    #expect(path.description == "prompts/main/10-task.md")
    await workbench.submit(.keepDraft(path, "Say it"))
    #expect(await files.kept[path]?.text == "Say it")
    await files.refuse(Problem(file: "x", message: "The disk is full."))
    await workbench.submit(.saveSection(prompt: "main", section))
    #expect(await workbench.snapshot.drafts[path]?.text == "Say it")
    await files.refuse(nil)
    await workbench.submit(.saveSection(prompt: "main", section))
    #expect(await files.kept.isEmpty)
    #expect(await workbench.snapshot.drafts.isEmpty)
  }

  @Test func whatAnEarlierProcessLeftUnsavedIsTold() async throws {
    let files = FakeFiles(sampleWorkspace())
    try await files.keep("Say", as: DraftPath(found: "prompts/main/10-task.md"))
    let (workbench, _) = try await workbench(files: files)
    await workbench.watch()
    #expect(await workbench.snapshot.notices.last?.text.contains("prompts/main/10-task.md") == true)
  }

  @Test func whyDraftsCannotBeKeptIsToldOnce() async throws {
    let (workbench, files) = try await workbench()
    await files.refuse(Problem(file: ".assay/drafts", message: "The disk is full."))
    for text in ["a", "b"] { await workbench.submit(.keepDraft(DraftPath(found: "x"), text)) }
    #expect(await workbench.snapshot.notices.count == 1)
    #expect(await workbench.snapshot.drafts.isEmpty)
  }

  @Test func draftsHaveSafeNames() {
    let set = sampleWorkspace().evalSets[0]
    #expect(DraftPath(caseID: "../é 1", of: set).description == "\(set.path)/---é-1.json")
    #expect(DraftPath(caseID: nil, of: set).description == "\(set.path)/+.json")
  }

  @Test func onlyTheLastEditsAreKept() async throws {
    let (workbench, _) = try await workbench()
    for _ in 0..<30 { await workbench.submit(.saveSection(prompt: "main", sampleWorkspace().prompts[0].sections[0])) }
    #expect(await workbench.snapshot.edits.map(\.id) == Array(11...30))
  }
}
