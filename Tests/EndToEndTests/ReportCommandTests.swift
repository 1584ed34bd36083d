import Content
import Foundation
import Testing

extension EndToEnd {
  /// `assay report` and `assay verify`, from a measured workspace to files and back.
  @Suite(.timeLimit(.minutes(5))) struct ReportCommandTests {
    /// A workspace with two measured variants, of which `tuned` is declared to be one and costs a tenth.
    private func withMeasured(_ body: (_ folder: String) async throws -> Void) async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { _, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 24)
          let old = text(of: folder + "/assay.yaml")
          let model =
            "{ api: openai, base_url: \"http://127.0.0.1:\(port)/v1\", model: mock-small, key_env: MOCK_KEY, price: "
          var config = old.replacing("  recorded:", with: "  small: \(model){ input: 1, output: 1 } }\n  recorded:")
          config = config.replacing("concurrency: 64 }", with: "price: { input: 10, output: 10 } }")
          config = config.replacing(
            "  tuned: { model: tiny, prompt: main, adapter: .assay/jobs/3/best }",
            with: "  tuned: { model: small, prompt: main, tuned: true, temperature: 0, max_tokens: 32 }")
          config += """
            facts: { queries_per_month: 20000..80000, training_cost: 1..3, hosting_per_month: 0, engineering_hours: 0,
              retrainings: 0 }

            """
          try write(config, to: folder + "/assay.yaml")
          let eval = try await run("eval", "base", "tuned", "--yes", in: folder)
          #expect(eval.status == 0, "\(eval)")
          try await body(folder)
        }
      }
    }

    private func run(_ arguments: String..., in folder: String) async throws -> Program.Ending {
      try await Program(Place.assay, arguments + ["--workspace", folder], environment: KillTests.key).ended()
    }

    @Test func reportsAreWrittenInEveryForm() async throws {
      try await withMeasured { folder in
        let out = folder + "/../\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: out) }
        let written = try await run(
          "report", "--html", out + "/r.html", "--markdown", out + "/r.md", "--junit", out + "/r.xml", "--json",
          in: folder)
        #expect(written.status == 0, "\(written)")
        #expect(try written.json()["files"]?["html"]?["bytes"]?.int == text(of: out + "/r.html").utf8.count)
        let page = text(of: out + "/r.html")
        #expect(
          page.hasPrefix("<!doctype html>") && page.contains("id=\"case-case-4\"") && page.contains("Cumulative cost"))
        #expect(text(of: out + "/r.xml").contains("<testsuite name=\"base × main\""))
        #expect(text(of: out + "/r.md").contains("| `tuned` | tuned |"))
        let plain = try await run("report", in: folder)
        #expect(plain.status == 0 && plain.output == text(of: out + "/r.md"))
        let shapes = try JSONShapes(text(of: Place.root + "/docs/json.md"))
        #expect(try shapes.flaws(of: written.json(), as: "report") == [])
        let verdict = try await run("verdict", "--json", in: folder)
        let forecast = try #require(verdict.json()["forecast"])
        #expect(try shapes.flaws(of: forecast, as: "forecast") == [])
        #expect(forecast["probabilities"]?.array?.count == 4 && forecast["missing"]?.array == [])
        let spoken = try await run("verdict", in: folder)
        #expect(spoken.output.contains("How likely tuning has paid for itself, within 3, 6, 12 and 24 months: "))
        #expect(spoken.output.contains("queries_per_month (20,000 to 80,000)"))
      }
    }

    @Test func whatMustNotBeReplacedIsRefused() async throws {
      try await withMeasured { folder in
        for path in [folder + "/assay.yaml", folder + "/.assay/assay.sqlite", folder, "/dev/null"] {
          let ending = try await run("report", "--html", path, in: folder)
          #expect(ending.status == 2, "\(path): \(ending)")
        }
        let twice = try await run("report", "--html", folder + "/a", "--junit", folder + "/./a", in: folder)
        #expect(twice.status == 2)
        let both = try await run("report", "--html", "-", "--junit", "-", in: folder)
        #expect(both.status == 2)
        #expect(text(of: folder + "/assay.yaml").contains("name: bar"))
      }
    }

    @Test func aDossierIsWorkedOutAgain() async throws {
      try await withMeasured { folder in
        let (first, second) = (folder + "/first.zip", folder + "/second.zip")
        let written = try await run("report", "--dossier", first, in: folder)
        #expect(written.status == 0 && !written.errors.contains("comes to"), "\(written)")
        let again = try await run("report", "--dossier", second, in: folder)
        #expect(again.status == 0)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: first))
        #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: second)), "the same content gives the same bytes")
        let verified = try await assay("verify", first, "--json")
        #expect(verified.status == 0, "\(verified)")
        let value = try verified.json()
        #expect(value["verified"]?.bool == true && value["answers_regraded"]?.int == 48)
        #expect(try JSONShapes(text(of: Place.root + "/docs/json.md")).flaws(of: value, as: "verification") == [])
        let verdict = try await run("verdict", "--json", in: folder)
        #expect(value["headline"] == (try verdict.json()["headline"]))
        #expect(bytes.range(of: Data("sk-mock".utf8)) == nil, "no key is in it")
        // A byte here and there; every single one is tried on a small dossier by the tests of Reports.
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 12)) {
          var changed = bytes
          changed[changed.startIndex + place] ^= 0x20
          try changed.write(to: URL(fileURLWithPath: second))
          let ending = try await assay("verify", second)
          #expect(ending.status == 2, "byte \(place): \(ending)")
        }
      }
    }

    @Test func aKeyInAFileStopsADossier() async throws {
      try await withMeasured { folder in
        let long = ["MOCK_KEY": "sk-mock-that-is-long"]
        try write("My key is sk-mock-that-is-long.\n", to: folder + "/prompts/main/20-note.md")
        let ending = try await Program(
          Place.assay, ["report", "--dossier", folder + "/d.zip", "--workspace", folder], environment: long
        ).ended()
        #expect(ending.status == 2 && ending.errors.contains("MOCK_KEY"), "\(ending)")
        #expect(!FileManager.default.fileExists(atPath: folder + "/d.zip"))
      }
    }

    @Test(arguments: ["", "PK", "no zip"])
    func otherFilesAreNoDossiers(content: String) async throws {
      try await Place.withFolder { folder in
        try write(content, to: folder + "/x.zip")
        let ending = try await assay("verify", folder + "/x.zip")
        #expect(ending.status == 2 && ending.errors.contains("is not a dossier"), "\(ending)")
        let missing = try await assay("verify", folder + "/none.zip")
        #expect(missing.status == 2)
      }
    }
  }
}
