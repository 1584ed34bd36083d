import Content
import Domain
import Grading
import Testing

@testable import WorkbenchCore

/// What keeps a prompt from being sent as it was meant, told before anything is asked.
@Suite struct SentPromptTests {
  private func workspace(_ sections: [Section], dialect: Endpoint.Dialect = .chat) -> Workspace {
    var workspace = sampleWorkspace()
    workspace.prompts = [Prompt(name: "main", path: "prompts/main", sections: sections)]
    workspace.models[0].api = .endpoint(Endpoint(dialect, baseURLs: ["http://localhost/v1"], model: "x"))
    return workspace
  }

  private func flaws(_ workspace: Workspace, titles: [String]? = nil) -> [String] {
    var variant = workspace.variants[0]
    variant.sections = titles
    return workspace.flaws(of: variant, prompt: workspace.prompts[0], set: workspace.evalSets[0]).map(\.description)
  }

  @Test func mistakesStandAtTheirLineWithTheNearestName() {
    var task = Section(id: "10-task.md", title: "task", role: .system, body: "One.\n{% if word %}x{% endif %}")
    task.firstLine = 4
    let query = Section(id: "80-q.md", title: "q", role: .user, body: "{{ wrd | trim }}")
    let told = flaws(workspace([task, query]))
    #expect(told.count == 3)
    #expect(
      told[0].hasPrefix("prompts/main/10-task.md:5: {% if word %}") && told[0].hasSuffix("Did you mean {{ word }}?"))
    #expect(told[2].hasPrefix("prompts/main/80-q.md:1: {{ wrd | trim }}") && told[2].hasSuffix("{{ word }}?"))
    #expect(
      flaws(workspace([task, query]), titles: ["none"]).count == 1, "what a variant doesn't send isn't in its way")
  }

  @Test func systemTextInTheMiddleIsRefusedWhereTheAPIRefusesIt() {
    let sections = [
      Section(id: "10-a.md", title: "a", role: .system, body: "a"),
      Section(id: "20-b.md", title: "b", role: .user, body: "b"),
      Section(id: "30-c.md", title: "c", role: .system, body: "c"),
      Section(id: "80-q.md", title: "q", role: .user, body: "q"),
    ]
    let told = flaws(workspace(sections, dialect: .systemFirst))
    #expect(told.count == 1)
    #expect(told.first?.hasPrefix("prompts/main/30-c.md:1: ") == true)
    #expect(told.first?.contains("The strict API takes") == true)
    #expect(flaws(workspace(sections, dialect: .chat)).isEmpty)
    var off = sections
    off[1].isEnabled = false
    #expect(flaws(workspace(off, dialect: .systemFirst)).isEmpty)
  }

  @Test func nothingIsAskedForOneCaseThatCannotBeRendered() async throws {
    var workspace = sampleWorkspace()
    let old = workspace.evalSets[0]
    var cases = old.cases
    cases[3].input = ["word": .null]
    workspace.evalSets[0] = EvalSet(name: "main", path: old.path, cases: cases, graders: old.graders, hash: old.hash)
    let problems = workspace.renderingProblems(
      of: workspace.variants[0], prompt: workspace.prompts[0], on: workspace.evalSets[0])
    #expect(problems.map(\.line) == [4] && problems[0].message.contains("null"))
    #expect(workspace.renderings.map(\.variants) == [["base"], ["tuned"]])
    #expect(workspace.renderings.allSatisfy { $0.problems.count == 1 && $0.cases == 4 })
    let (workbench, _) = try await workbench(workspace)
    await #expect {
      try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", set: nil)))
    } throws: { error in
      guard case WorkbenchError.files(let text, let problems) = error else { return false }
      return text.contains("\"c4\"") && problems.first?.file == "evals/main.jsonl" && problems.first?.line == 4
    }
  }

  @Test func aSetForAnotherPromptIsNoProblem() {
    var workspace = sampleWorkspace()
    let other = EvalCase(id: "o", line: 1, input: ["page": "x"])
    workspace.evalSets.append(
      EvalSet(
        name: "other", path: "evals/other.jsonl", cases: [other], graders: GraderSet(), hash: ContentHash(hex: "o")))
    workspace.prompts.append(
      Prompt(
        name: "other", path: "prompts/other",
        sections: [Section(id: "80-p.md", title: "p", role: .user, body: "{{ page }}")]))
    #expect(workspace.renderings.contains { $0.set == "other" && !$0.problems.isEmpty }, "nothing fits it")
    workspace.variants.append(Variant(name: "paged", model: "m", prompt: "other"))
    #expect(
      workspace.renderings.filter { $0.set == "other" }.allSatisfy { $0.prompt == "other" && $0.problems.isEmpty })
    #expect(workspace.renderings.contains { $0.set == "main" && $0.prompt == "other" && !$0.problems.isEmpty })
  }
}
