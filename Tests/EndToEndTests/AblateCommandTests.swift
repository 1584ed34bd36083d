import Content
import Foundation
import LoopbackServer
import Synchronization
import Testing

extension EndToEnd {
  @Suite(.timeLimit(.minutes(5))) struct AblateCommandTests {
    /// A workspace with a section that helps, one that harms and one that does nothing.
    private static func write(to folder: String, port: Int, cases: Int) throws {
      _ = try MockWorkspace(in: folder, port: port, cases: cases)
      let config = text(of: folder + "/assay.yaml")
      try EndToEndTests.write(
        config.replacing("base_url:", with: "price: { input: 1, output: 2 }, base_url:"), to: folder + "/assay.yaml")
      for (file, body) in [
        ("20-rules.md", "HELPS when it is there."), ("30-examples.md", "HARMS, with many words that cost."),
        ("40-tone.md", "Be kind."),
      ] {
        try EndToEndTests.write(body + "\n", to: folder + "/prompts/main/" + file)
      }
    }

    private static func answer(_ question: ChatQuestion) -> String {
      let number = MockWorkspace.number(in: question)
      let system = question.messages.filter { $0.role == "system" }.map(\.content).joined()
      var isRight = number % 10 != 0
      if !system.contains("HELPS"), number % 10 < 4 { isRight = false }
      if system.contains("HARMS"), number % 10 > 6 { isRight = false }
      return #"{"label": "\#(isRight ? MockWorkspace.label(number) : "wrong")"}"#
    }

    private func assay(_ arguments: String..., folder: String) async throws -> Program.Ending {
      try await Program(Place.assay, arguments + ["--workspace", folder], environment: KillTests.key).ended()
    }

    @Test func sectionsAreMeasuredOnceAndToldApart() async throws {
      try await Place.withFolder { folder in
        let asked = Mutex(0)
        let server = try await MockServer.openAI { question in
          asked.withLock { $0 += 1 }
          return Self.answer(question)
        }
        try Self.write(to: folder, port: server.port, cases: 100)
        let shown = try await assay("ablate", "base", folder: folder)
        #expect(shown.status == 0, "\(shown)")
        #expect(asked.withLock { $0 } == 500, "the whole prompt, and four sections of a hundred cases each")
        #expect(shown.output.contains("examples harms: -30 points"), "\(shown.output)")
        #expect(shown.output.contains("Help") && shown.output.contains("rules +30 points"), "\(shown.output)")
        #expect(shown.output.contains("\"query\" stays"))
        #expect(shown.errors.contains("500 requests") || shown.errors.contains("100 requests"), "\(shown.errors)")
        let json = try await assay("ablate", "base", "--json", folder: folder).json()
        #expect(asked.withLock { $0 } == 500, "nothing is asked twice")
        #expect(json["complete"]?.bool == true)
        let classes = json["sections"]?.array?.map { $0["class"]?.string ?? "" }
        #expect(classes == ["not-shown", "helps", "harms", "not-shown"])
        let part = try await assay("ablate", "base", "--limit", "20", "--sanity", "--json", folder: folder).json()
        #expect(asked.withLock { $0 } == 540, "only the planted changes are new")
        #expect(part["check"]?["passed"]?.bool != nil)
        // What was left out is neither a version nor a candidate.
        let versions = try await assay("prompt", "versions", "--json", folder: folder).json()
        #expect(versions["versions"]?.array?.count == 1)
        let missing = try await assay("ablate", "bsae", folder: folder)
        #expect(missing.status == 2 && missing.errors.contains("Did you mean \"base\"?"))
        await server.stop()
      }
    }

    @Test func versionsAreListedComparedAndBroughtBack() async throws {
      try await Place.withFolder { folder in
        let server = try await MockServer.openAI { Self.answer($0) }
        try Self.write(to: folder, port: server.port, cases: 40)
        let file = folder + "/prompts/main/30-examples.md"
        let before = text(of: file)
        #expect(try await assay("eval", "base", folder: folder).status == 0)
        try EndToEndTests.write("Fewer words.\n", to: file)
        #expect(try await assay("eval", "base", folder: folder).status == 0)
        let versions = try await assay("prompt", "versions", "--json", folder: folder).json()
        let entries = try #require(versions["versions"]?.array)
        #expect(entries.map { $0["number"]?.int } == [2, 1] && entries.map { $0["current"]?.bool } == [true, false])
        #expect(entries[0]["difference"]?.double == 0.3 && entries[0]["confounded"]?.isNull == true)
        let table = try await assay("prompt", "versions", folder: folder)
        #expect(table.output.contains("v2 (now)") && table.output.contains("examples edited"), "\(table.output)")
        let difference = try await assay("prompt", "diff", "v1", folder: folder)
        #expect(difference.output.contains("examples was edited") && difference.output.contains("+ Fewer words."))
        let restored = try await assay("prompt", "restore", "v1", folder: folder)
        #expect(restored.status == 0 && restored.output.contains("is back"), "\(restored)")
        #expect(text(of: file) == before, "the file is as it was, byte for byte")
        let again = try await assay("prompt", "restore", "v1", folder: folder)
        #expect(again.output.contains("nothing was written"))
        #expect(try await assay("prompt", "restore", "v9", folder: folder).status == 2)
        await server.stop()
      }
    }
  }
}
