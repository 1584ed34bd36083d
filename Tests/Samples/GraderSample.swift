import Content
import Domain
import Foundation
import Grading
import ModelAPI
import Storage
import TestFolders
import Testing
import WorkbenchCore
import WorkspaceFiles

/// A grader in one file: its type, its keys, how it reads its options and how it judges.
private struct EndsWithGrader: GraderKind {
  static let types = ["ends-with"]
  static let keys = [
    GraderKey("value", "the text with which an answer must end; {{ name }} stands for input")
  ]

  let ending: String

  init(type: String, options: GraderOptions) throws(GraderError) {
    guard let ending = try options.text("value"), !ending.isEmpty else {
      throw options.missing("value", "the text with which an answer must end")
    }
    self.ending = ending
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try graded.fill(ending) }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let ending = try graded.fill(ending)
    let holds = answer.trimmed.hasSuffix(ending)
    return Judgement(holds, "the answer \(holds ? "ends" : "doesn't end") with \"\(ending)\"")
  }
}

@Suite struct GraderSample {
  private static let registry = GraderRegistry.builtIn.adding(EndsWithGrader.self)

  private func workbench(
    _ grader: String, in folder: String, _ registry: GraderRegistry = GraderSample.registry
  ) async throws -> Workbench {
    let files = [
      "assay.yaml": """
      models: { m: { api: replay, file: recorded.jsonl } }
      eval_sets: { main: { path: evals/main.jsonl, graders: [\(grader)] } }
      variants: { v: { model: m, prompt: p } }

      """,
      "prompts/p/1.md": "{{ word }}",
      "evals/main.jsonl": #"{"id": "a", "input": {"word": "tea"}}"# + "\n" + #"{"id": "b", "input": {"word": "rum"}}"#
        + "\n",
      "recorded.jsonl": #"{"id": "a", "output": "green tea\n"}"# + "\n" + #"{"id": "b", "output": "rum and tea"}"#
        + "\n",
    ]
    for (path, text) in files {
      let url = URL(fileURLWithPath: folder + "/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return try await Workbench(
      Workbench.Dependencies(
        files: FolderWorkspaceFiles(folder, dialects: .builtIn, graders: registry), store: try SQLiteStore.inMemory(),
        clients: HTTPModelClients(servers: nil) { _ in nil }, trainer: IdleTrainer()))
  }

  @Test(arguments: [("ends-with", [true, false]), ("not-ends-with", [false, true])])
  func aSetThatNamesItIsGradedWithIt(type: String, passed: [Bool]) async throws {
    try await TestFolder.with { folder in
      let workbench = try await workbench("{ type: \(type), value: '{{ word }}' }", in: folder)
      #expect(await workbench.snapshot.workspace.problems.map(\.description) == [])
      let run = try await workbench.evaluate(EvaluateRequest(variant: "v"), consent: .notAsked)
      let outputs = try await workbench.store.outputs(of: run.id).sorted { $0.caseID < $1.caseID }
      #expect(outputs.map(\.passed) == passed)
      #expect(outputs.map { $0.scores.map(\.grader) } == [[type], [type]])
      #expect(outputs[1].scores.first?.reason.hasPrefix("the answer doesn't end with \"rum\"") == true)
      await workbench.close()
    }
  }

  @Test func whatIsWrongWithItIsTold() async throws {
    try await TestFolder.with { folder in
      let workspace = try await workbench("{ type: ends-with, vale: x }", in: folder).snapshot.workspace
      #expect(workspace.problems.contains { $0.message.contains("did you mean \"value\"?") })
    }
    try await TestFolder.with { folder in
      let workbench = try await workbench("{ type: ends-with, value: '{{ wrod }}' }", in: folder)
      let set = try #require(await workbench.snapshot.workspace.evalSet("main"))
      #expect(set.graders.whyUnscorable(expected: nil, input: set.cases[0].input)?.contains("\"word\"") == true)
    }
  }

  @Test func withoutItsRegistrationItIsRefused() async throws {
    try await TestFolder.with { folder in
      let workspace = try await workbench("{ type: ends-with, value: x }", in: folder, .builtIn).snapshot.workspace
      #expect(workspace.problems.contains { $0.message.contains("Unknown grader type \"ends-with\"") })
    }
  }
}
