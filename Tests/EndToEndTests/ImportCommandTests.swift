import Content
import Foundation
import Testing

extension EndToEnd {
  /// `assay import`, `assay cases` and `assay init --from`: from a file that somebody has to a figure.
  @Suite struct ImportCommandTests {
    private func workspace(in folder: String) throws { _ = try MockWorkspace(in: folder, port: 9, cases: 3) }

    @Test func aSecondImportAddsNothing() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        try write("\u{FEFF}id;Text;label\r\n1;\"Mail a.b@corp.de;\r\nnow\";x\r\n2;short\r\n", to: folder + "/r.csv")
        func imported(_ arguments: String...) async throws -> JSONValue {
          let ending = try await Program(
            Place.assay, ["import", folder + "/r.csv", "--workspace", folder, "--json"] + arguments
          ).ended()
          #expect(ending.status == 0, "\(ending)")
          return try ending.json()
        }
        let preview = try await imported("--preview", "--personal", "mask")
        #expect(preview["cases"] == 1)
        #expect(!FileManager.default.fileExists(atPath: folder + "/evals/r.jsonl"))
        let first = try await imported("--personal", "mask")
        #expect(first["failures"]?[0]?["line"] == 4)
        #expect(first["sets"]?[0]?["is_new"] == true)
        #expect(text(of: folder + "/evals/r.jsonl").contains("Mail [email];"))
        let second = try await imported("--personal", "mask")
        #expect(second["cases"] == 0)
        #expect(second["duplicates"] == 1)
        let refused = try await assay(
          "import", folder + "/r.csv", "--workspace", folder, "--set", "other", "--personal", "refuse")
        #expect(refused.status == 2 && refused.errors.contains("line 2"), "\(refused)")
        #expect(!refused.errors.contains("a.b@corp.de"))
        let exported = try await assay("cases", "export", "r", "--format", "csv", "--workspace", folder)
        #expect(exported.output.hasPrefix("id,Text,expected\n1,\"Mail [email];"), "\(exported)")
        let same = try await assay("cases", "diff", "r", "r", "--workspace", folder)
        #expect(same.status == 0, "\(same)")
        let other = try await assay("cases", "diff", "main", "r", "--workspace", folder)
        #expect(other.status == 1 && other.output.contains("1 added, 3 removed"), "\(other)")
      }
    }

    @Test func aTableBecomesAWorkspaceThatIsAsked() async throws {
      try await Place.withFolder { folder in
        let rows = (1...12).map { "\"review\nnumber \($0)\",\(MockWorkspace.label($0))\n" }.joined()
        try write("review,label\n" + rows, to: folder + "/reviews.csv")
        try await MockModel.with(answer: { MockWorkspace.label($0) }) { model, port in
          let made = try await assay(
            "init", folder + "/new", "--from", folder + "/reviews.csv", "--endpoint", "http://127.0.0.1:\(port)/v1",
            "--model", "mock")
          #expect(made.status == 0, "\(made)")
          #expect(made.errors.contains("3 different answers are expected"), "\(made)")
          #expect(Set(model.numbers) == [1, 2, 3, 4, 5])
          let all = try await assay("eval", "--workspace", folder + "/new", "--json")
          #expect(try all.json()[0]?["score"]?["mean"] == 1, "\(all)")
        }
        let again = try await assay("init", folder + "/new", "--from", folder + "/reviews.csv")
        #expect(again.status == 2 && again.errors.contains("nothing is overwritten"), "\(again)")
      }
    }

    @Test func conversationsAreSentAsMessages() async throws {
      try await Place.withFolder { folder in
        let chat =
          #"{"messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}, {"role": "user", "content": "refund?"}, {"role": "assistant", "content": "yes"}]}"#
          + "\n"
        try write(chat, to: folder + "/chat.jsonl")
        let made = try await assay("init", folder + "/bot", "--from", folder + "/chat.jsonl")
        #expect(made.status == 0, "\(made)")
        try write("Be kind.\n", to: folder + "/bot/prompts/main/10-task.md")
        let shown = try await assay("prompt", "--rendered", "--json", "--workspace", folder + "/bot")
        let roles = try shown.json()["messages"]?.array?.compactMap { $0["role"]?.string }
        #expect(roles == ["system", "system", "user", "assistant", "user"], "\(shown)")
        // Now that the prompt says it, the same system text is left out.
        let imported = try await assay(
          "import", folder + "/chat.jsonl", "--workspace", folder + "/bot", "--set", "more", "--json")
        #expect(try imported.json()["cases"] == 1)
        #expect(!text(of: folder + "/bot/evals/more.jsonl").contains("Be kind."))
        let unsent = try await assay("doctor", "--workspace", folder + "/bot")
        #expect(!unsent.output.contains("role: history"), "\(unsent)")
        try FileManager.default.removeItem(atPath: folder + "/bot/prompts/main/80-history.md")
        let doctor = try await assay("doctor", "--workspace", folder + "/bot")
        #expect((doctor.output + doctor.errors).contains("role: history"), "\(doctor)")
      }
    }
  }
}
