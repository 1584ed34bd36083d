import Content
import Foundation
import Testing

extension EndToEnd {
  /// From recorded answers to rows, pairs and files for other tools, without a window.
  @Suite struct HarvestCommandTests {
    /// Twelve cases that `replayed` answers rightly; `worse` is wrong about every third.
    private func workspace(in folder: String) throws {
      _ = try MockWorkspace(in: folder, port: 9, cases: 12)
      func text(_ name: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: folder + "/" + name), encoding: .utf8)
      }
      func write(_ text: String, _ name: String) throws {
        let url = URL(fileURLWithPath: folder + "/" + name)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
      var config = try text("assay.yaml")
      config = config.replacingOccurrences(
        of: "models:\n", with: "models:\n  second: { api: replay, file: second.jsonl }\n")
      config = config.replacingOccurrences(of: "prompts:\n", with: "prompts:\n  short: prompts/short\n")
      config += "  worse: { model: second, prompt: main }\n"
      try write(config, "assay.yaml")
      try write("{{ ticket }}\n", "prompts/short/80-query.md")
      let lines = (1...12).map { number in
        let label = number % 3 == 0 ? "wrong" : MockWorkspace.label(number)
        return #"{"id": "\#(MockWorkspace.id(number))", "output": "{\"label\": \"\#(label)\"}"}"# + "\n"
      }
      try write(lines.joined(), "second.jsonl")
      try write("{\"label\": \"edited\"}\n", "right.json")
    }

    private func rows(_ folder: String, _ name: String) throws -> [JSONValue] {
      let text = try String(contentsOf: URL(fileURLWithPath: folder + "/" + name), encoding: .utf8)
      return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test func answersArePreferredEditedCollectedCheckedAndExported() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        func run(_ arguments: String...) async throws -> Program.Ending {
          await (try Program(Place.assay, arguments + ["--workspace", folder])).ended()
        }
        for variant in ["replayed", "worse"] { #expect(try await run("eval", variant).status == 0) }
        // What a person says counts before the graders.
        let id = MockWorkspace.id(3)
        #expect(try await run("review", id, "replayed", "worse", "--better", "b").status == 0)
        #expect(try await run("review", MockWorkspace.id(6), "worse", "--answer", folder + "/right.json").status == 0)
        let listed = try await run("review")
        #expect(listed.output.contains("2 is better") && listed.output.contains("should be: {\"label\": \"edited\"}"))

        let collected = try await run("data", "collect", "replayed", "worse", "--prompt", "short", "--json")
        #expect(collected.status == 0, "\(collected)")
        let report = try collected.json()
        #expect(report["rows"] == 12 && report["edited"] == 1 && report["preferred"] == 1)
        let learnt = try rows(folder, "train/collected-1-2.jsonl")
        #expect(learnt[2]["messages"]?[0]?["content"]?.string == "number 3")
        #expect(learnt[2]["messages"]?[1]?["content"]?.string == "{\"label\": \"wrong\"}")
        #expect(learnt[2]["source"]?["run"] == 2 && learnt[2]["group"]?.string == id)
        #expect(learnt[5]["messages"]?[1]?["content"]?.string == "{\"label\": \"edited\"}")

        let paired = try await run("data", "collect", "replayed", "worse", "--pairs", "--prompt", "short")
        #expect(paired.status == 0 && paired.output.contains("4 pairs in train/pairs-1-2.jsonl"), "\(paired)")
        let pairs = try rows(folder, "train/pairs-1-2.jsonl")
        #expect(pairs[0]["chosen"]?[0]?["content"]?.string == "{\"label\": \"wrong\"}")
        #expect(pairs[3]["rejected"]?[0]?["content"]?.string == "{\"label\": \"wrong\"}")
        let checked = try await run("data", "check", "train/pairs-1-2.jsonl", "--json")
        #expect(try checked.json()["checks"]?.array?.last?["check"]?.string == "pairs")

        let exported = try await run(
          "data", "export", "train/pairs-1-2.jsonl", "--format", "llama-factory", "--output", folder + "/out",
          "--validation-share", "0.25", "--json")
        #expect(exported.status == 0, "\(exported)")
        #expect(try rows(folder, "out/train.jsonl").count == 3)
        #expect(try rows(folder, "out/sources.jsonl").count == 4)
        let registry = try String(contentsOf: URL(fileURLWithPath: folder + "/out/dataset_info.json"), encoding: .utf8)
        #expect(registry.contains("pairs-1-2_valid"))
        let wrong = try await run(
          "data", "export", "train/pairs-1-2.jsonl", "--format", "mlx", "--output", folder + "/out")
        #expect(wrong.status == 2 && wrong.errors.contains("openai-dpo, trl, axolotl, llama-factory"), "\(wrong)")

        #expect(try await run("review", id, "replayed", "worse", "--forget").status == 0)
        #expect(try await run("review", MockWorkspace.id(6), "worse", "--forget").status == 0)
        #expect(try await run("review").output.isEmpty)
      }
    }

    @Test func whatCantBeIsSaid() async throws {
      try await Place.withFolder { folder in
        try workspace(in: folder)
        func run(_ arguments: String...) async throws -> Program.Ending {
          await (try Program(Place.assay, arguments + ["--workspace", folder])).ended()
        }
        #expect(try await run("eval", "worse").status == 0)
        let cases: [(arguments: [String], part: String)] = [
          (["data", "collect"], "Missing expected argument"), (["data", "collect", "otter"], "no variant or run"),
          (["data", "collect", "worse", "--agreement", "0.6"], "one answer to each case"),
          (["data", "collect", "worse", "--min-score", "3"], "from 0 to 1"),
          (["data", "collect", "worse", "--pairs"], "no case with a good and a worse answer"),
          (["review", "case-1", "worse", "worse", "--better", "a"], "same answer"),
          (["review", "case-1", "worse"], "Give one of"), (["review", "case-99", "worse", "--forget"], "no case of"),
        ]
        for (arguments, part) in cases {
          let ending = await (try Program(Place.assay, arguments + ["--workspace", folder])).ended()
          #expect(ending.status == 2 && ending.errors.contains(part), "\(arguments): \(ending)")
        }
      }
    }
  }
}
