import Content
import Foundation
import Testing

extension EndToEnd {
  /// `assay router` and `assay strip` on recorded answers: no model is asked anywhere.
  @Suite struct RouterCommandTests {
    /// The small variant fails every input with the word `refund`.
    private func workspace(in folder: String, cases: Int = 120, isNoise: Bool = false) throws {
      let config = """
        models:
          small: { api: replay, file: small.jsonl, price: { input: 1, output: 1 } }
          large: { api: replay, file: large.jsonl, price: { input: 20, output: 20 } }
        prompts: { main: prompts/main }
        eval_sets: { main: { path: evals/main.jsonl, held_out: 0.4 } }
        graders: [{ type: exact, expected: label }]
        variants:
          small: { model: small, prompt: main }
          large: { model: large, prompt: main, tuned: true }

        """
      try write(config, to: folder + "/assay.yaml")
      try write("Sort it.\n", to: folder + "/prompts/main/10-task.md")
      try write("{{ text }}\n", to: folder + "/prompts/main/80-query.md")
      var (lines, small, large) = ("", "", "")
      for number in 0..<cases {
        let isHard = number % 3 == 0
        let text =
          isNoise ? "number \(number)" : isHard ? "refund for order \(number)" : "question about order \(number)"
        let usage = #""usage": {"prompt_tokens": 100, "completion_tokens": 10}, "latency": "#
        lines += #"{"id": "c\#(number)", "input": {"text": "\#(text)"}, "expected": {"label": "ok"}}"# + "\n"
        small += #"{"id": "c\#(number)", "output": "\#(isHard ? "no" : "ok")", \#(usage)0.2}"# + "\n"
        large += #"{"id": "c\#(number)", "output": "ok", \#(usage)1.5}"# + "\n"
      }
      try write(lines, to: folder + "/evals/main.jsonl")
      try write(small, to: folder + "/small.jsonl")
      try write(large, to: folder + "/large.jsonl")
    }

    private static func flaws(of value: JSONValue, as shape: String) throws -> [String] {
      try JSONShapes(text(of: Place.root + "/docs/json.md")).flaws(of: value, as: shape)
    }

    @Test func aRouterIsLearntSavedAndMeasured() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        let early = try await assay("router", "learn", "small", "large", "--workspace", folder)
        #expect(early.status == 2 && early.errors.contains("has not been evaluated"), "\(early)")
        for set in ["main", "main-held-out"] {
          #expect(try await assay("eval", "--set", set, "--workspace", folder).status == 0)
        }
        let learnt = try await assay(
          "router", "learn", "large", "small", "--workspace", folder, "--json", "--save", "both")
        #expect(learnt.status == 0, "\(learnt)")
        let json = try learnt.json()
        #expect(json["set"] == "main" && json["cheap"] == "small" && json["cheap_by"] == "cost")
        #expect(json["better"] != .null && json["refusal"] == .null)
        #expect(json["routes"]?.array?.count == json["cases"]?.int)
        #expect(try Self.flaws(of: json, as: "router-learn") == [])
        #expect(text(of: folder + "/variants/both.yaml").contains("arms: [small, large]"))
        let run = try await assay("eval", "both", "--set", "main-held-out", "--workspace", folder, "--json").json()
        #expect(run[0]?["score"]?["mean"] == 1 && run[0]?["state"] == "finished", "\(run)")
        let compared = try await assay(
          "compare", "small", "both", "--set", "main-held-out", "--workspace", folder)
        #expect(compared.status == 0 && compared.output.contains("both"), "\(compared)")
        let verdict = try await assay("verdict", "--workspace", folder)
        #expect(verdict.output.contains("both (router)"), "\(verdict)")
        let hard = json["routes"]?.array?.first { $0["cheap_score"]?.double == 0 }?["case"]?.string
        let id = try #require(hard)
        let shown = try await assay("router", "show", "--workspace", folder, "--case", id)
        #expect(shown.output.contains("case \(id) → "), "\(shown)")
        let runs = try await query("SELECT count(*) FROM runs", in: folder)
        #expect(runs == ["5"])
      }
    }

    @Test func noiseIsRefused() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder, isNoise: true)
        #expect(try await assay("eval", "--set", "main", "--workspace", folder).status == 0)
        let refused = try await assay("router", "learn", "small", "large", "--workspace", folder, "--save", "both")
        #expect(refused.status == 1 && refused.output.contains("No router is better"), "\(refused)")
        #expect(!FileManager.default.fileExists(atPath: folder + "/variants/both.yaml"))
      }
    }

    @Test func aBrokenRouterIsAProblemWithItsPlace() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder, cases: 30)
        try write(
          "router:\n  arms: [small, larg]\n  escalate: [cut]\n", to: folder + "/variants/both.yaml")
        let ending = try await assay("eval", "both", "--workspace", folder)
        #expect(
          ending.status == 2 && ending.errors.contains("variants/both.yaml:2: variants.both.router.arms"), "\(ending)")
      }
    }

    @Test func aPromptIsStripped() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        let planned = try await assay("strip", "large", "--workspace", folder, "--dry-run", "--json").json()
        #expect(planned.array?.count == 4 && planned[0]?["step"] == "order")
        let stripped = try await assay("strip", "large", "--workspace", folder, "--margin", "30", "--json")
        #expect(stripped.status == 0, "\(stripped)")
        let json = try stripped.json()
        #expect(json["set"] == "main-held-out" && json["ordered_on"] == "main")
        #expect(json["steps"]?.array?.count == 2 && json["shortest"] == ["task"])
        #expect(try Self.flaws(of: json, as: "strip") == [])
        let refused = try await assay("strip", "small", "--workspace", folder)
        #expect(refused.status == 2 && refused.errors.contains("is not tuned"), "\(refused)")
      }
    }
  }
}
