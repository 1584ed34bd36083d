import Content
import Foundation
import Testing

extension EndToEnd {
  /// Prompts of the demo, measured by the real engine.
  @Suite(.enabled(if: Place.hasEngine, "the local engine is not installed"), .timeLimit(.minutes(10)))
  struct OptimizeCommandTests {
    @Test func theDemosPromptIsAblatedAndOptimised() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/triage"
        try Demo.copy(to: workspace, cases: 100)
        func run(_ arguments: String...) async throws -> JSONValue {
          let ending = try await Program(Place.assay, arguments + ["--trust", "--workspace", workspace, "--json"])
            .ended()
          #expect(ending.status == 0, "\(ending)")
          return try ending.json()
        }
        let ablation = try await run("ablate", "prompted")
        #expect(ablation["complete"]?.bool == true)
        let examples = ablation["sections"]?.array?.first { $0["section"] == "examples" }
        #expect(examples?["class"] == "harms", "\(ablation)")

        let before = try DemoTests.contents(of: workspace)
        let found = try await run("optimize", "prompted", "--max-calls", "600")
        let requests = try #require(found["requests"]?.int)
        #expect(requests <= 600)
        #expect(found["changes"]?.array?.contains("without examples") == true, "\(found)")
        let sealed = try #require(found["sealed"])
        #expect(sealed["cases"] == 30 && (sealed["difference"]?.double ?? -1) > 0)
        #expect(try DemoTests.contents(of: workspace) == before, "nothing is written to the workspace's files")

        // The same again is the same, and the chosen prompt can be brought into the files.
        let again = try await run("optimize", "prompted", "--max-calls", "600")
        #expect(again == found)
        let best = try #require(found["best"]?.string)
        let restored = try await Program(
          Place.assay,
          [
            "prompt", "restore", String(best.prefix(8)), "--variant", "prompted", "--trust", "--workspace", workspace,
          ]
        ).ended()
        #expect(restored.status == 0, "\(restored)")
        let versions = try await run("prompt", "versions", "--variant", "prompted")
        let current = versions["versions"]?.array?.first { $0["current"] == true }
        #expect(current?["hash"]?.string == best, "\(versions)")
      }
    }
  }
}
