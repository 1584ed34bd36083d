import Content
import Foundation
import Testing

extension EndToEnd {
  /// The whole loop in a real terminal, on the demo workspace and the real engine.
  @Suite(
    .enabled(if: Place.tmux != nil, "tmux is not installed"),
    .enabled(if: Place.hasEngine, "the local engine is not installed"))
  struct DemoTests {
    @Test func fromAnEditToTheComparison() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/triage"
        try Demo.copy(to: workspace)
        let before = try Self.contents(of: workspace)
        try await Tmux.with(folder: folder) { terminal in
          try await terminal.open(workspace, notes: folder)

          // Changes a section.
          let section = "prompts/best/10-role.md"
          try await terminal.press("e")
          try await terminal.type("Be brief. ")
          try await terminal.wait("the draft") { $0.contains("Be brief. [ROLE]") }
          try await terminal.press("C-s")
          try await wait(for: "the file") { text(of: workspace + "/" + section) != before[section] }
          var expected = before
          expected[section] = "Be brief. " + (before[section] ?? "")
          #expect(try Self.contents(of: workspace) == expected, "that text and nothing else")
          try await terminal.press("Escape")

          // Evaluates the prompted variant.
          try await terminal.wait("the section list") { $0.contains("not measured on main") && $0.contains("e edit") }
          try await terminal.press("r")
          try await terminal.wait("the result") { $0.contains("main 12/12") && $0.contains("score") }
          let runs = try await query("SELECT state || ' ' || done || ' ' || errors FROM runs", in: workspace)
          #expect(runs == ["finished 12 0"])

          // Trains a short job and sees the curve.
          try await terminal.press("5", "a")
          try await terminal.wait("the form") { $0.contains("New training job") && $0.contains("steps") }
          try await terminal.press("Enter")
          let curve = try await terminal.wait("the curve", limit: .seconds(300)) {
            $0.contains("validation") && KilledScreenTests.hasCurve($0)
          }
          #expect(curve.contains("loss"))
          try await terminal.wait("the job's end", limit: .seconds(300)) {
            $0.contains("✓ finished") && $0.contains("20/20")
          }

          // Compares the tuned model.
          try await terminal.press("3")
          try await terminal.wait("what is missing") { $0.contains("Press r to evaluate") }
          try await terminal.press("r")
          let compared = try await terminal.wait("both answers") { shown in
            // The last row shows a bar while anything is under way.
            let status = shown.split(separator: "\n").last ?? "━"
            return shown.contains("both right") && shown.contains("exact p") && !status.contains("━")
          }
          #expect(compared.contains("A prompted") && compared.contains("B tuned"))
          #expect(compared.contains("expected") && compared.contains("json-equal"))
          #expect(compared.contains("hl-001"))

          try await terminal.press("q")
          try await terminal.expectAsItWas(notes: folder, status: 0)
        }
        let shown = try await assay("compare", "prompted", "tuned", "--workspace", workspace, "--json")
        #expect(try shown.json()["cases"] == 12, "\(shown)")
      }
    }

    /// The text of each file under a workspace, what Assay keeps and the model aside.
    static func contents(of workspace: String) throws -> [String: String] {
      var contents: [String: String] = [:]
      for path in try FileManager.default.subpathsOfDirectory(atPath: workspace)
      where !path.hasPrefix(".assay") && !path.hasPrefix("model") {
        contents[path] = text(of: workspace + "/" + path)
      }
      return contents
    }

    /// The loop of `make demo`, with a few cases and steps.
    @Test func theLoopWithoutScreens() async throws {
      try await Place.withFolder { folder in
        let workspace = folder + "/triage"
        try Demo.copy(to: workspace, cases: 4, steps: 4)
        func run(_ arguments: String...) async throws -> JSONValue {
          let program = try Program(Place.assay, arguments + ["--workspace", workspace, "--json"])
          let ending = await program.ended()
          #expect(ending.status == 0, "\(arguments): \(ending)")
          return try ending.json()
        }
        let ladder = try await run("eval", "task", "prompted")
        #expect(ladder.array?.map { $0["cases"]?.int } == [4, 4])
        #expect(try await run("eval", "prompted", "--set", "general")[0]?["cases"] == 3)
        let job = try await run("train", "--follow")
        #expect(job["state"] == "finished")
        #expect(job["step"] == 4 && job["steps"] == 4)
        #expect(job["adapter"] == ".assay/jobs/1/best")
        #expect(job["train_loss"]?.double != nil && job["val_loss"]?.double != nil)
        let jobs = try await run("jobs", "list")
        for name in ["id", "state", "backend", "step", "steps", "train_loss", "val_loss", "adapter"] {
          #expect(jobs[0]?[name] == job[name], "\(name)")
        }
        #expect(try await run("eval", "tuned")[0]?["errors"] == 0)
        #expect(try await run("eval", "tuned", "--set", "general")[0]?["cases"] == 3)
        #expect(try await run("compare", "prompted", "tuned")["cases"] == 4)
        let verdict = try await run("verdict")
        #expect(verdict["prompted"]?.isNull == false && verdict["tuned"]?.isNull == false)
      }
    }
  }
}
