import Domain
import Grading
import Testing

@testable import WorkbenchCore

/// The general tasks that come with Assay as an eval set.
@Suite struct GeneralSetTests {
  @Test func theyBringAPromptThatAsksThem() {
    let addition = CaseAddition.general(at: "evals/other.skills.jsonl")
    #expect(addition.set == "other" && addition.prompt?.name == "other" && addition.isGeneral)
    #expect(addition.lines.count >= 300)
    #expect(addition.prompt?.text.contains("{{ question }}") == true)
  }

  @Test func aNameThatIsTakenIsRefusedWithAFreeOne() async throws {
    let (workbench, files) = try await workbench()
    try await workbench.perform(.addGeneralSet(at: "evals/general.jsonl"))
    #expect(await files.appended.map(\.set) == ["general"])
    let error = await #expect(throws: WorkbenchError.self) {
      try await workbench.perform(.addGeneralSet(at: "evals/main.jsonl"))
    }
    #expect(error.map { "\($0)" }?.contains("evals/general.jsonl") == true)
    await #expect(throws: WorkbenchError.self) {
      try await workbench.perform(.addGeneralSet(at: "evals/two words.jsonl"))
    }
    #expect(await files.appended.count == 1)
  }

  @Test func aFreeNameIsFound() {
    var workspace = sampleWorkspace()
    #expect(GeneralSet.freePath(in: workspace) == "evals/general.jsonl")
    workspace.prompts = [Prompt(name: "general", path: "prompts/general", sections: [])]
    #expect(GeneralSet.freePath(in: workspace) == "evals/general-tasks.jsonl")
    workspace.evalSets.append(
      EvalSet(
        name: "other", path: "evals/general-tasks.jsonl", cases: [], graders: GraderSet(), hash: ContentHash(hex: "s")))
    #expect(GeneralSet.freePath(in: workspace) == "evals/general-tasks-2.jsonl")
  }
}
