import Content
import Domain
import Formats
import Foundation
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

@Suite struct ImportedWorkspaceTests {
  private func read(
    _ text: String, named name: String, model: ImportedWorkspace.Model? = nil
  ) async throws -> Workspace {
    let bytes = Array(text.utf8)
    let detection = try Detection(bytes[...], isWhole: true, named: name)
    let output = Importer.read(bytes, as: detection.format, in: detection.container)
    let (sets, cases, _) = try CaseAddition.new(output, ImportRequest(set: "main"))
    let made = ImportedWorkspace(sets: sets, cases: cases, guess: GraderGuess(cases), model: model, source: name)
    let folder = try TestFolder()
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    _ = try NewWorkspace.write(made.files, to: folder.path)
    #expect(throws: Problem.self) { try NewWorkspace.write(made.files, to: folder.path) }
    return try await folder.files.read()
  }

  @Test func everyCaseCanBeRendered() async throws {
    for (text, name) in [
      ("text,label\na,x\nb,x\nc,y\nd,y\n", "a.csv"),
      ("[{\"question\": \"q\", \"rule\": \"r\", \"expected\": {\"k {{\": 1}}]", "b.json"),
      (#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"# + "\n", "c.jsonl"),
      (
        "tests:\n  - vars: { x: 1 }\n    assert: [{ type: equals, value: a }]\n  - vars: { x: 2, y: 3 }\n    assert: [{ type: is-json }]\n",
        "d.yaml"
      ),
      ("only\nthis\n", "e\n.csv"),
    ] {
      let workspace = try await read(text, named: name)
      #expect(workspace.problems.filter { $0.severity == .error }.isEmpty, "\(name): \(workspace.problems)")
      #expect(workspace.evalSets.allSatisfy { !$0.cases.isEmpty })
      #expect(workspace.renderings.flatMap(\.problems).isEmpty, "\(name)")
    }
  }

  @Test func theModelIsAskedWhereItWasSaid() async throws {
    let model = ImportedWorkspace.Model(baseURL: "http://127.0.0.1:9/v1", name: "m\"x", keyVariable: nil)
    let workspace = try await read("text,label\na,x\n", named: "a.csv", model: model)
    #expect(workspace.models.first?.isEndpoint == true)
    #expect(workspace.variants.map(\.name) == ["first"])
  }
}
