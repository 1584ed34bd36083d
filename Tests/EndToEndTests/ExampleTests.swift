import Content
import Testing

extension EndToEnd {
  /// `assay init --example`: each example is made by the program itself and measured without a network, a question or a
  /// model.
  @Suite struct ExampleTests {
    /// What each example shows: its variants from the worst to the best, and how many cases it has.
    static let examples: [(name: String, variants: [String], cases: Int)] = [
      ("support", ["short", "rules"], 32), ("extract", ["plain", "schema"], 24),
      ("summarise", ["brief", "guided"], 20),
      ("chat", ["plain", "rules"], 24), ("review", ["bare", "careful"], 22),
    ]

    @Test(arguments: examples)
    func isMeasuredOffline(_ example: (name: String, variants: [String], cases: Int)) async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/made"
        func run(_ arguments: String...) async throws -> Program.Ending {
          // Without ASSAY_TRUST: what `init` made is trusted, and nobody is there to be asked.
          let program = try Program(
            Place.assay, arguments, environment: ["ASSAY_TRUST": "", "XDG_DATA_HOME": folder + "/data"])
          let ending = await program.ended()
          #expect(ending.status == 0, "\(arguments): \(ending)")
          return ending
        }
        _ = try await run("init", workspace, "--example", example.name)
        let doctor = try await run("doctor", "--workspace", workspace)
        #expect(!doctor.output.contains("✗"), "\(doctor)")

        let runs = try #require(try await run("eval", "--workspace", workspace, "--json").json().array)
        #expect(runs.count >= 2)
        for run in runs {
          #expect(run["cases"]?.int == example.cases && run["errors"] == 0 && run["unscored"] == 0, "\(run)")
        }
        func score(_ name: String) throws -> Double {
          try #require(runs.first { $0["variant"]?.string == name }?["score"]?["mean"]?.double)
        }
        #expect(try score(example.variants[1]) - score(example.variants[0]) > 0.1)

        // Nothing is asked twice.
        let again = try await run("eval", "--workspace", workspace, "--estimate", "--json").json()
        for estimate in try #require(again.array) {
          let asked = [estimate["requests"]] + (estimate["judging"]?.array ?? []).map { $0["requests"] }
          #expect(asked.allSatisfy { $0 == 0 }, "\(estimate)")
        }

        let names = example.variants
        let compared = try await run("compare", names[0], names[1], "--workspace", workspace, "--json").json()
        #expect(compared["cases"]?.int == example.cases)
        #expect(try #require(compared["p_value"]?.double) < 0.05, "\(compared)")
        let verdict = try await run("verdict", "--workspace", workspace)
        #expect(!verdict.output.isEmpty)
      }
    }

    @Test func nothingIsOverwritten() async throws {
      try await Place.withFolder { folder in
        try write("mine\n", to: folder + "/assay.yaml")
        let refused = try await assay("init", folder, "--example", "chat")
        #expect(refused.status != 0 && refused.errors.contains("nothing is overwritten"), "\(refused)")
        #expect(text(of: folder + "/assay.yaml") == "mine\n")
        #expect(text(of: folder + "/prompts/main/10-role.md").isEmpty)
        let both = try await assay("init", folder + "/x", "--example", "chat", "--from", "a.csv")
        #expect(both.status != 0 && both.errors.contains("not both"), "\(both)")
      }
    }
  }
}
