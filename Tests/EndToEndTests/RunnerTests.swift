import Content
import Foundation
import LoopbackServer
import Synchronization
import Testing

extension EndToEnd {
  /// What `assay eval` can do besides evaluating, and `assay models` and `assay batches`.
  @Suite(.timeLimit(.minutes(5))) struct RunnerTests {
    private static let key = ["MOCK_KEY": "k-1"]

    @Test func aBatchSurvivesAKillAndIsNotHandedInTwice() async throws {
      try await Place.withFolder { folder in
        var course = MockBatches.Course()
        course.looks = 8
        let asked = Mutex<[Int]>([])
        let server = try await MockServer.openAI(batches: course) { question in
          let number = MockWorkspace.number(in: question)
          asked.withLock { $0.append(number) }
          return MockWorkspace.answer(number)
        }
        _ = try MockWorkspace(in: folder, port: server.port, cases: 12)
        let command = ["eval", "base", "--batch", "--workspace", folder, "--json"]
        let first = try Program(Place.assay, command, environment: Self.key)
        try await wait(for: "the batch") {
          try await query("SELECT count(*) FROM batches WHERE batch IS NOT NULL", in: folder) == ["1"]
        }
        first.signal(SIGKILL)
        _ = await first.ended()
        let listed = try await assay("batches", "--workspace", folder, "--json")
        #expect(try listed.json()[0]?["requests"] == 12)
        let second = try await Program(Place.assay, command, environment: Self.key).ended()
        #expect(second.status == 0, "\(second)")
        #expect(try second.json()[0]?["passed"] == 9)
        #expect(try second.json()[0]?["state"] == "finished")
        #expect(asked.withLock { $0.sorted() } == Array(1...12))
        #expect(try await query("SELECT is_over FROM batches", in: folder) == ["1"])
        await server.stop()
      }
    }

    @Test func repeatsAndFreshRunsAskAndNothingElseDoes() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 4)
          func eval(_ more: String...) async throws -> JSONValue {
            let command = ["eval", "base", "--workspace", folder, "--json"] + more
            let ending = try await Program(Place.assay, command, environment: Self.key).ended()
            #expect(ending.status == 0, "\(ending)")
            return try ending.json()[0] ?? .null
          }
          let estimate = try await eval("--estimate")
          #expect(estimate["requests"] == 4 && model.numbers.isEmpty)
          _ = try await eval()
          #expect(model.numbers.count == 4)
          let repeated = try await eval("--repeats", "3")
          #expect(
            repeated["repeats"] == 3 && repeated["cases"] == 4 && repeated["answered"] == 12
              && model.numbers.count == 12)
          let fresh = try await eval("--fresh")
          #expect(fresh["run"] != repeated["run"] && model.numbers.count == 16)
          #expect(try await eval()["run"] == fresh["run"])
          #expect(model.numbers.count == 16)
        }
      }
    }

    @Test func aComparisonEndsWhenItIsDecided() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with(answer: { _ in "wrong" }) { model, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 100)
          let ending = try await assay(
            "eval", "base", "replayed", "--until-decided", "--workspace", folder, "--json", environment: Self.key)
          #expect(ending.status == 0, "\(ending)")
          let result = try ending.json()
          #expect(result["decision"] == "bIsBetter" && result["cases"] == 20 && result["cases_in_set"] == 100)
          #expect(model.numbers.count == 20)
        }
      }
    }

    @Test func aModelIsTestedAndWhatWasFoundIsKept() async throws {
      try await Place.withFolder { folder in
        try await MockModel.with { _, port in
          _ = try MockWorkspace(in: folder, port: port, cases: 1)
          let tested = try await assay(
            "models", "test", "mock", "--workspace", folder, "--json", environment: Self.key)
          #expect(tested.status == 0, "\(tested)")
          let findings = try tested.json()[0]?["findings"]
          #expect(findings?["model list"] == "works" && findings?["streaming"] == "works")
          let listed = try await assay("models", "--workspace", folder, "--json")
          let mock = try listed.json().array?.first { $0["name"] == "mock" }
          #expect(mock?["tested"]?.string != nil && mock?["findings"] == findings)
          let unknown = try await assay("models", "test", "nobody", "--workspace", folder)
          #expect(unknown.status == 2 && unknown.errors.contains("nobody"))
        }
      }
    }
  }
}
