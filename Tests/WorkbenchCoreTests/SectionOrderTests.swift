import Domain
import Testing

@testable import WorkbenchCore

@Suite struct SectionOrderTests {
  private func prompt(_ ids: [String]) -> Prompt {
    let sections = ids.map { id in
      Section(id: id, title: id, role: (Int(id.prefix { $0.isNumber }) ?? 0) < 80 ? .system : .user, body: "")
    }
    return Prompt(name: "p", path: "prompts/p", sections: sections)
  }

  private func moved(_ id: String, _ step: Int, _ ids: String...) throws -> [String] {
    try SectionOrder.renames(moving: id, by: step, in: prompt(ids)).map { "\($0.from) → \($0.to)" }
  }

  @Test func onlyTheMovedFileGetsAnotherNumberWhereOneIsFree() throws {
    #expect(try moved("10-a.md", 1, "10-a.md", "20-b.md", "40-c.md") == ["10-a.md → 30-a.md"])
    #expect(try moved("40-c.md", -1, "10-a.md", "20-b.md", "40-c.md") == ["40-c.md → 15-c.md"])
    #expect(try moved("10-a.md", 1, "10-a.md", "20-b.md") == ["10-a.md → 30-a.md"])
    #expect(try moved("20-b.md", -1, "10-a.md", "20-b.md") == ["20-b.md → 00-b.md"])
    #expect(try moved("010-a.md", 1, "010-a.md", "11-b.md", "13-c.md") == ["010-a.md → 012-a.md"])
  }

  @Test func elseTwoNumbersAreExchanged() throws {
    #expect(
      try moved("10-a.md", 1, "10-a.md", "11-b.md", "12-c.md") == ["10-a.md → 11-a.md", "11-b.md → 10-b.md"])
    #expect(try moved("78-a.md", 1, "78-a.md", "79-b.md", "80-q.md") == ["78-a.md → 79-a.md", "79-b.md → 78-b.md"])
  }

  @Test func whatCannotBeMovedSaysWhy() {
    #expect(throws: WorkbenchError.self) { try moved("10-a.md", -1, "10-a.md", "20-b.md") }
    #expect(throws: WorkbenchError.self) { try moved("10-a.md", 1, "10-a.md", "80-q.md") }
    #expect(throws: WorkbenchError.self) { try moved("x", 1, "10-a.md", "80-q.md") }
    #expect(throws: WorkbenchError.self) { try moved("00-z.md", -1, "00-a.md", "00-z.md") }
  }

  @Test func theCoreRenamesTheFile() async throws {
    var workspace = sampleWorkspace()
    workspace.prompts = [prompt(["10-a.md", "20-b.md"])]
    let (workbench, files) = try await workbench(workspace)
    try await workbench.perform(.moveSection(prompt: "p", id: "10-a.md", by: 1))
    #expect(await files.renames == [SectionOrder.Rename(from: "10-a.md", to: "30-a.md")])
  }
}
