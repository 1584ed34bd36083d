import Content
import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// What `docs/json.md` says of the JSON that commands print, against what they print.
  @Suite(.timeLimit(.minutes(5))) struct JSONShapeTests {
    private static func shapes() throws -> JSONShapes { try JSONShapes(text(of: Place.root + "/docs/json.md")) }

    /// Shapes of commands that need the local engine or a finished job.
    private static let unchecked: Set<String> = [
      "checkpoints", "sweep", "conversion", "fused", "quantized", "added-variant", "recipe", "card", "job",
      "training-estimate",
      // Needs prices of two variants: ReportCommandTests look at it.
      "forecast",
      // Needs a tuned variant that answers: RouterCommandTests look at it.
      "strip",
      // Need a model that judges: tests of the core look at them.
      "judge", "judgement", "calibration", "traps", "judge-comparison", "judged-rate", "vote",
    ]

    /// What a command prints, as the values that have a shape.
    private func values(_ arguments: [String], in folder: String, lines: Bool = false) async throws -> [JSONValue] {
      let ending = try await Program(
        Place.assay, arguments + ["--workspace", folder, "--json"], environment: KillTests.key
      ).ended()
      if lines { return try ending.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }
      let value = try ending.json()
      return value.array ?? [value]
    }

    @Test func everyShapeIsAsPrinted() async throws {
      let shapes = try Self.shapes()
      var checked: Set<String> = []
      func check(_ values: [JSONValue], _ shape: String) throws {
        checked.insert(shape)
        #expect(!values.isEmpty, "\(shape)")
        for value in values {
          let flaws = try shapes.flaws(of: value, as: shape)
          #expect(flaws.isEmpty, "\(flaws.joined(separator: "; "))")
        }
      }
      try await Place.withFolder { folder in
        try await MockModel.with { _, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 8)
          try write(
            (1...4).map {
              #"{"messages": [{"role": "user", "content": "q\#($0)"}, {"role": "assistant", "content": "a"}]}"#
            }
            .joined(separator: "\n"), to: folder + "/train/rows.jsonl")
          func run(_ shape: String, _ arguments: String..., lines: Bool = false) async throws {
            try check(try await values(arguments, in: folder, lines: lines), shape)
          }
          try await run("estimate", "eval", "base", "--estimate")
          try await run("run", "eval", "base", "replayed")
          try await run("decision", "eval", "base", "replayed", "--until-decided")
          try await run("comparison", "compare", "base", "replayed")
          try await run("ablation", "ablate", "base", "--sanity")
          try await run("router-learn", "router", "learn", "base", "replayed")
          try await run("verdict", "verdict")
          let criteria = try await values(["verdict"], in: folder).flatMap { $0["criteria"]?.array ?? [] }
          try check(criteria.flatMap { [$0["prompted"], $0["tuned"]].compactMap(\.self) }, "criterion-side")
          let shown = try await values(["runs", "show", "1"], in: folder)
          let parts = shown.flatMap { ($0["tags"]?.array ?? []) + ($0["labels"]?.array ?? []) }
          try check(parts, "part")
          try check(parts.compactMap { $0["scores"]?.array?.first?["score"] }, "figure")
          try check(shown.flatMap { $0["confusion"]?.array ?? [] }, "confusion")
          try await run("report", "report")
          let dossier = folder + "/dossier.zip"
          _ = try await values(["report", "--dossier", dossier], in: folder)
          try check([try await assay("verify", dossier, "--json").json()], "verification")
          try await run("output", "outputs", "base", lines: true)
          try await run("regrade", "grade", "base")
          try await run("run", "runs")
          try await run("run", "runs", "show", "1")
          try await run("surplus", "gc", "--dry-run")
          try await run("prompt", "prompt", "base")
          try await run("prompt-versions", "prompt", "versions")
          try await run("prompt-difference", "prompt", "diff", "v1")
          try await run("restored", "prompt", "restore", "v1")
          try await run("model", "models", "test", "mock")
          try await run("untested", "models", "test", "recorded")
          try await run("model", "models")
          try await run("check", "doctor")
          try await run("data-check", "data", "check", "train/rows.jsonl")
          try write("text,label\na,x\nb\n", to: folder + "/rows.csv")
          try await run("imported", "import", folder + "/rows.csv")
          try await run("case-difference", "cases", "diff", "rows", folder + "/rows.csv")
          try await run(
            "exported-cases", "cases", "export", "rows", "--format", "chat", "--output", folder + "/rows.chat")
          try await run("general-cases", "cases", "general")
          try await run("collected", "data", "collect", "base")
          try await run(
            "exported", "data", "export", "train/rows.jsonl", "--format", "axolotl", "--output", folder + "/out")
          _ = try await values(["review", "case-4", "base", "replayed", "--better", "b"], in: folder, lines: true)
          try await run("preference", "review", lines: true)
          _ = try await values(
            ["review", "--pairs", "train/preferred.jsonl", "--prompt", "main"], in: folder, lines: true)
          try write("right", to: folder + "/right.txt")
          _ = try await values(
            ["review", "case-4", "base", "--answer", folder + "/right.txt"], in: folder, lines: true)
          _ = try await values(["review", "case-4", "base", "--failure", "wrong tone"], in: folder, lines: true)
          let found = try await values(["review"], in: folder, lines: true)
          try check(found.filter { $0["edited"] != nil }, "correction")
          try check(found.filter { $0["failure"] != nil }, "failure")
          try await run("failed", "eval", "nobody")
          try check(try await values(["compare", "base", "nobody"], in: folder).compactMap { $0["error"] }, "error")
        }
        try await Place.withFolder { folder in
          try await MockModel.with { _, port in
            // An optimisation divides its cases into three parts.
            _ = try MockWorkspace(in: folder, port: port, cases: 100)
            try check(try await values(["optimize", "base", "--max-calls", "150"], in: folder), "optimization")
          }
        }
        let engine = try await assay("engine", "status", "--json").json()
        try check([engine], "engine")
      }
      #expect(checked.union(Self.unchecked).union(["batch"]) == shapes.names)
      #expect(checked.isDisjoint(with: Self.unchecked))
    }

    @Test func everyMemberThatAnyCommandPrintsIsNamed() throws {
      let names = try Self.shapes().memberNames
      let folder = Place.root + "/Sources/assay/"
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + $0 }
      // Keys of dictionaries and words in patterns that aren't printed.
      let others: Set<String> = ["dossier", "fail", "fingerprints", "futile", "pass", "screen", "skip", "wait"]
      for file in files + [Place.root + "/Sources/DataChecks/DataCheck.swift"] {
        for match in text(of: file).matches(of: /"([a-z][a-z0-9_]*)"(?:: |\] = )/)
        where !others.contains(String(match.1)) {
          #expect(names.contains(String(match.1)), "\(match.1) of \(file)")
        }
      }
    }
  }
}
