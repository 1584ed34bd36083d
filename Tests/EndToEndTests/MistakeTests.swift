import Content
import Foundation
import Testing

extension EndToEnd {
  /// A mistake in a file gives no number, and scripts can read why.
  @Suite struct MistakeTests {
    /// The workspace without the model that isn't there.
    private func workspace(in folder: String, cases: Int = 4) throws {
      _ = try MockWorkspace(in: folder, port: 9, cases: cases)
      try edit("assay.yaml", in: folder) { config in
        config.split(separator: "\n", omittingEmptySubsequences: false)
          .filter { !$0.contains("tiny") }.joined(separator: "\n")
      }
    }

    private func assay(_ arguments: [String]) async throws -> Program.Ending {
      try await Program(Place.assay, arguments, environment: [:]).ended()
    }

    private func edit(_ file: String, in folder: String, _ change: (String) -> String) throws {
      let path = folder + "/" + file
      try Data(change(String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)).utf8)
        .write(to: URL(fileURLWithPath: path))
    }

    @Test func anUnknownKeyStopsItsVariantWithAPlaceInJSON() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        try edit("assay.yaml", in: folder) { $0.replacingOccurrences(of: "max_tokens", with: "max_tokns") }
        let both = try await assay(["eval", "base", "replayed", "--workspace", folder, "--json"])
        #expect(both.status == 2, "\(both)")
        let elements = try #require(try both.json().array)
        let error = elements.first { $0["variant"] == "base" }?["error"]
        #expect(error?["code"] == "file" && error?["file"] == "assay.yaml" && (error?["line"]?.int ?? 0) > 5)
        #expect(error?["message"]?.string?.contains("Did you mean \"max_tokens\"?") == true)
        #expect(elements.first { $0["variant"] == "replayed" }?["passed"] == 4)
      }
    }

    @Test(arguments: [
      (["train", "--rank", "0"], "--rank must be a whole number from 1 to 4096, not 0."),
      (["train", "--method", "lara"], "--method must be one of lora, dora, full, not lara."),
      (["train", "--rank", "4,8"], "--rank takes one value here"),
      (["train", "--steps", "4", "--epochs", "1"], "Give either --steps or --epochs."),
      (["train", "--mix-share", "1"], "--mix-share must be a number from 0, below 1, not 1."),
      (["sweep", "run", "s", "--rank", "4,4"], "--rank names a value twice."),
      (["sweep", "run", "s", "--learning-rate", "1e-4,2"], "--learning-rate must be a number above 0, at most 1"),
    ])
    func aSettingBeyondItsLimitsIsNamed(_ arguments: [String], _ sentence: String) async throws {
      let shown = try await assay(arguments)
      #expect(shown.status == 2 && shown.errors.contains(sentence), "\(shown)")
    }

    @Test func aCommandThatFailsPrintsAnErrorObject() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        for (arguments, status, code) in [
          (["eval", "bas", "--set", "mian"], 2, "input"), (["outputs", "replayed"], 2, "input"),
          (["eval", "--limit", "0"], 2, "usage"), (["compare", "base"], 2, "usage"),
          (["verdict", "--wat"], 2, "usage"),
        ] {
          let shown = try await assay(arguments + ["--json"] + (code == "usage" ? [] : ["--workspace", folder]))
          let error = try shown.json()["error"]
          #expect(shown.status == Int32(status) && error?["code"]?.string == code, "\(arguments) \(shown)")
          #expect(
            error?["message"]?.string?.isEmpty == false && error?.object?.keys == ["code", "message", "file", "line"])
        }
        try edit("assay.yaml", in: folder) { $0 + "fact: { hourly_rate: 3 }\n" }
        let verdict = try await assay(["verdict", "--json", "--workspace", folder])
        #expect(verdict.status == 2)
        #expect(try verdict.json()["error"]?["message"]?.string?.contains("Did you mean \"facts\"?") == true)
      }
    }

    @Test func linesThatCannotBeReadFailAThreshold() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        try edit("evals/main.jsonl", in: folder) { $0 + "{\"id\": \"broken\", \"input\": {}\n" }
        let command = ["eval", "replayed", "--workspace", folder]
        #expect(try await assay(command).status == 0)
        let failed = try await assay(command + ["--fail-under", "0.5"])
        #expect(failed.status == 1 && failed.errors.contains("--skip-bad-lines") && failed.errors.contains("line 5"))
        #expect(try await assay(command + ["--fail-under", "0.5", "--skip-bad-lines"]).status == 0)
        let csv = "ticket,label\na,bug\n"
        try edit("evals/main.jsonl", in: folder) { _ in csv }
        let foreign = try await assay(command)
        #expect(foreign.status == 2 && foreign.errors.contains("CSV"))
      }
    }

    @Test func doctorRendersEveryPair() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        let good = try await assay(["doctor", "--json", "--workspace", folder])
        #expect(good.status == 0, "\(good)")
        #expect(try good.json().array?.contains { $0["check"] == "prompt" && $0["ok"] == true } == true)
        try edit("evals/main.jsonl", in: folder) { $0.replacingOccurrences(of: "\"number 3\"", with: "null") }
        let bad = try await assay(["doctor", "--workspace", folder])
        #expect(bad.status == 1 && bad.output.contains("evals/main.jsonl:3: Case \"case-3\""), "\(bad)")
        let json = try await assay(["doctor", "--json", "--workspace", folder]).json()
        #expect(json.array?.contains { $0["error"]?["line"] == 3 && $0["error"]?["code"] == "file" } == true)
        try edit("prompts/main/80-query.md", in: folder) { _ in "x\n{{ tikcet | upper }}\n" }
        let worse = try await assay(["doctor", "--workspace", folder])
        #expect(worse.status == 1 && worse.output.contains("prompts/main/80-query.md:2: {{ tikcet | upper }}"))
      }
    }
  }
}
