import Content
import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// The command line on a workspace in the promised format, against a model behind HTTP.
  @Suite struct CommandLineTests {
    static let key = ["MOCK_KEY": "sk-secret-7f3a91"]

    @Test func evalHasAllMembersAndAsksOnce() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 40)
          let first = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
          #expect(first.status == 0, "\(first)")
          let runs = try first.json()
          let run = try #require(runs[0])
          #expect(run["variant"] == "base")
          #expect(run["set"] == "main")
          #expect(run["run"] == 1)
          #expect(run["prompt_version"]?.string?.isEmpty == false)
          #expect(run["cases"] == 40)
          #expect(run["passed"] == 30)
          #expect(run["errors"] == 0)
          #expect(run["format_valid"] == 1)
          #expect(run["score"]?["mean"]?.double == 0.75)
          let interval = run["score"]?["ci95"]?.array?.compactMap(\.double) ?? []
          try #require(interval.count == 2)
          #expect(interval[0] < 0.75 && 0.75 < interval[1])
          // The mock counts a token for each word.
          #expect(run["tokens"]?["prompt"]?.int == 40 * (8 + 3))
          #expect(run["tokens"]?["completion"]?.int == 40 * 2)
          for name in ["p50", "p95"] { #expect((run["latency_ms"]?[name]?.double ?? 0) > 0) }
          #expect((run["seconds"]?.double ?? 0) > 0)
          #expect(run.object?.keys.contains("cost_usd") == true)
          #expect(model.numbers.sorted() == Array(1...40))

          let second = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
          #expect(second.status == 0, "\(second)")
          let againRuns = try second.json()
          let again = try #require(againRuns[0])
          for name in ["run", "cases", "passed", "score", "tokens", "latency_ms"] { #expect(again[name] == run[name]) }
          #expect(model.numbers.count == 40, "the second time nothing is asked")
        }
      }
    }

    @Test func onlyJSONIsOnStandardOutput() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { _, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 5)
          let shown = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
          #expect(try shown.json().array?.count == 1)
          #expect(shown.errors.contains("assay.yaml"), "the missing model folder is told on stderr: \(shown.errors)")
          #expect(!shown.output.contains("\u{1B}") && !shown.errors.contains("\u{1B}"))
        }
      }
    }

    @Test func theKeyIsSentAndKeptNowhere() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 5)
          let secret = try #require(Self.key["MOCK_KEY"])
          var shown: [Program.Ending] = []
          for arguments in [["eval", "base", "--json"], ["eval", "base"], ["verdict"], ["doctor"]] {
            let program = try Program(Place.assay, arguments + ["--workspace", folder], environment: Self.key)
            shown.append(await program.ended())
          }
          #expect(model.keys == ["Bearer \(secret)"])
          for ending in shown { #expect(!ending.output.contains(secret) && !ending.errors.contains(secret)) }
          let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
          #expect(files.contains { $0.hasPrefix(".assay/assay.sqlite") })
          for file in files {
            let bytes = FileManager.default.contents(atPath: folder + "/" + file) ?? Data()
            #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
          }
        }
      }
    }

    @Test func aServerThatRepeatsTheKeyDoesNotGetItShown() async throws {
      try await Place.withFolder { folder in
        let secret = try #require(Self.key["MOCK_KEY"])
        let body = #"{"error":{"message":"Incorrect API key provided: \#(secret)"}}"#
        try await MockServer.with { _ in
          .response(401, [("content-type", "application/json")], body)
        } _: { server in
          _ = try MockWorkspace(in: folder, port: server.port, cases: 2)
          let shown = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
          #expect(shown.status == 3)
          #expect(!shown.output.contains(secret) && !shown.errors.contains(secret), "\(shown)")
          for file in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let bytes = FileManager.default.contents(atPath: folder + "/" + file) ?? Data()
            #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
          }
        }
      }
    }

    @Test func thresholdsAndMistakesHaveTheirStatus() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 8)
          func status(_ arguments: String..., environment: [String: String] = Self.key) async throws -> Int32 {
            let program = try Program(Place.assay, arguments + ["--workspace", folder], environment: environment)
            let ending = await program.ended()
            if ending.status != 0 { #expect(!ending.errors.isEmpty, "\(arguments) says why") }
            return ending.status
          }
          #expect(try await status("eval", "base", "--fail-under", "0.7") == 0)
          #expect(try await status("eval", "base", "--fail-under", "0.8") == 1)
          #expect(try await status("eval", "bsae") == 2)
          #expect(try await status("eval", "base", "--set", "mian") == 2)
          #expect(try await status("eval", "base", "--limit", "0") == 2)
          #expect(try await status("eval", "base", "--no-such-option") == 2)
          #expect(try await status("eval", "tuned") == 2)
          #expect(try await status("compare", "base", "replayed") == 2)
          #expect(model.numbers.count == 8)
        }
        let unset = try await assay("eval", "base", "--limit", "1", "--workspace", folder)
        #expect(unset.status == 0, "what is answered needs no key: \(unset)")
        try FileManager.default.removeItem(atPath: folder + "/.assay")
        let keyless = try await assay("eval", "base", "--workspace", folder)
        #expect(keyless.status == 2)
        #expect(keyless.errors.contains("MOCK_KEY"))
        // The server is gone by now.
        let down = try await assay("eval", "base", "--limit", "1", "--workspace", folder, environment: Self.key)
        #expect(down.status == 3)
        #expect(down.errors.contains("127.0.0.1"), "\(down.errors)")
      }
    }

    @Test func comparisonsAndReplayedAnswers() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { _, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 40)
          let evaluated = try await assay(
            "eval", "base", "replayed", "--workspace", folder, "--json", environment: Self.key)
          #expect(evaluated.status == 0, "\(evaluated)")
          #expect(try evaluated.json().array?.map { $0["passed"]?.int } == [30, 40])
          let shown = try await assay("compare", "base", "replayed", "--workspace", folder, "--json")
          #expect(shown.status == 0, "\(shown)")
          let comparison = try shown.json()
          #expect(comparison["cases"] == 40)
          #expect(comparison["both_right"] == 30)
          #expect(comparison["only_a"] == 0)
          #expect(comparison["only_b"] == 10)
          #expect(comparison["both_wrong"] == 0)
          #expect(comparison["difference"]?["mean"]?.double == 0.25)
          let interval = comparison["difference"]?["ci95"]?.array?.compactMap(\.double) ?? []
          #expect(interval.count == 2 && 0 < interval[0] && interval[0] < 0.25 && 0.25 < interval[1])
          // Ten differences, all one way: 2 × 0.5¹⁰.
          #expect(abs((comparison["p_value"]?.double ?? 0) - 0.001953125) < 1e-9)
          let outputs = try await assay("outputs", "base", "--failed", "--workspace", folder, "--json")
          let lines = outputs.output.split(separator: "\n").compactMap { try? JSONValue(parsing: String($0)) }
          #expect(lines.count == 10 && lines.allSatisfy { $0["passed"] == false && $0["output"]?.string != nil })
          let verdict = try await assay("verdict", "--workspace", folder, "--json")
          #expect(verdict.status == 0)
          #expect(try verdict.json()["recommendation"]?.string != nil)
        }
      }
    }

    @Test func aBudgetStopsARunThatGoesOnLater() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 12)
          let command = ["eval", "base", "--workspace", folder, "--json"]
          let stopped = try Program(Place.assay, command + ["--max-calls", "5"], environment: Self.key)
          let ending = await stopped.ended()
          #expect(ending.status == 1, "\(ending)")
          #expect(try ending.json()[0]?["cases"] == 5)
          #expect(try ending.json()[0]?["error"]?["message"]?.string?.contains("budget") == true)
          let unpriced = try Program(Place.assay, command + ["--max-cost", "1"], environment: Self.key)
          #expect(await unpriced.ended().status == 2, "the model has no price")
          let rest = try Program(Place.assay, command, environment: Self.key)
          #expect(try await rest.ended().json()[0]?["cases"] == 12)
          #expect(model.numbers.sorted() == Array(1...12))
        }
      }
    }

    @Test func aMistypedFolderStaysAsItIs() async throws {
      try await Place.withFolder { folder in
        let wrong = try await assay("verdict", "--workspace", folder + "/typo")
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("assay init"), "\(wrong)")
        #expect(!FileManager.default.fileExists(atPath: folder + "/typo"))
        #expect(try await assay("doctor", "--workspace", folder).status != 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      }
    }

    @Test func failedRequestsAreReportedAndNotScored() async throws {
      try await Place.withFolder { folder in
        _ = try MockWorkspace(in: folder, port: 9, cases: 5)  // nobody listens there
        let shown = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
        #expect(shown.status == 3, "\(shown)")
        let report = try shown.json()
        #expect(report[0]?["variant"] == "base")
        #expect(report[0]?["error"]?["code"] == "model" && report[0]?["error"]?["line"] == .null)
        #expect(report[0]?["score"]?["mean"] == .null)
        #expect(report[0]?["passed"] == 0)
        let verdict = try await assay("verdict", "--workspace", folder, "--json")
        #expect(try verdict.json()["prompted"] == .null, "nothing was measured")
      }
    }

    @Test func aGraderThatCannotBeReadStopsTheEvaluation() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 5, graders: "{ type: json-eqal, fields: [label] }")
          let shown = try await assay(
            "eval", "base", "--workspace", folder, "--fail-under", "0.5", environment: Self.key)
          #expect(shown.status == 2, "\(shown)")
          #expect(shown.errors.contains("json-equal"))
          #expect(model.numbers.isEmpty)
        }
      }
    }

    @Test func wholeAnswersAreCompared() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with(answer: { $0 == 3 ? "none" : " \(MockWorkspace.label($0))\n" }) { _, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 6, graders: MockWorkspace.byText)
          let shown = try await assay("eval", "base", "--workspace", folder, "--json", environment: Self.key)
          #expect(try shown.json()[0]?["passed"] == 5)
        }
      }
    }

    @Test func aNewWorkspaceWorksAtOnce() async throws {
      try await Place.withFolder { folder in
        let made = try await assay("init", folder + "/new")
        #expect(made.status == 0, "\(made)")
        let evaluated = try await assay("eval", "--workspace", folder + "/new", "--json")
        #expect(evaluated.status == 0, "\(evaluated)")
        #expect(try evaluated.json()[0]?["cases"] == 3)
        #expect(try await assay("init", folder + "/new").status == 2, "nothing is overwritten")
      }
    }

    @Test func screensAsText() async throws {
      try await Place.withFolder { folder in
        _ = try MockWorkspace(in: folder, port: 9, cases: 6)
        try write("2 wait\n# a comment\nj j Enter wait\n", to: folder + "/keys")
        let shown = try await assay(
          "screen", "--size", "80x24", "--keys", folder + "/keys", "--workspace", folder)
        #expect(shown.status == 0, "\(shown)")
        let lines = shown.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.dropLast(shown.output.hasSuffix("\n") ? 1 : 0).count == 24, "\(shown.output)")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(shown.output.contains("case-3") && shown.output.contains("number 3"))
        #expect(!shown.output.contains("\u{1B}"))
        // What panes ask for is answered before the screen is printed.
        for (keys, answer) in [("1", "Ticket: number 1"), ("6", "no variant has been measured")] {
          try write(keys, to: folder + "/keys")
          let screen = try await assay(
            "screen", "--size", "120x36", "--keys", folder + "/keys", "--workspace", folder)
          #expect(screen.output.contains(answer), "\(screen.output)")
        }
        let wrong = try await assay("screen", "--size", "80", "--workspace", folder)
        #expect(wrong.status == 2)
      }
    }
  }
}
