import Content
import Foundation
import LoopbackServer
import Testing

extension EndToEnd {
  /// `assay train` at a provider: a mock of OpenAI's fine-tuning API.
  @Suite(.timeLimit(.minutes(5))) struct HostedTests {
    private static let key = ["MOCK_KEY": "sk-mock"]

    /// Runs `body` in a copy of the demo whose model is at a mock of a provider, which answers with its model's name.
    private func with(
      _ words: [String], _ body: (String, MockTuning) async throws -> Void
    ) async throws {
      var course = MockTuning.Course()
      course.words = words
      let mock = MockTuning(course: course)
      let server = try await MockServer.openAI(tuning: mock) { $0.model }
      do {
        try await Place.withFolder { folder in
          try Demo.copy(to: folder)
          let config = """
            models:
              there: { base_url: "http://127.0.0.1:\(server.port)/v1", model: small, key_env: MOCK_KEY,
                       price: { input: 1, output: 2, training: 3 } }
            prompts: { short: prompts/short }
            eval_sets: { main: evals/main.jsonl }
            graders: [{ type: contains, value: "ft:small" }]
            variants:
              base:  { model: there, prompt: short }
              tuned: { model: there, prompt: short, adapter: latest }
            training: { backend: openai, base: there, data: train/main.jsonl, prompt: short, epochs: 2,
                        openai: { suffix: demo } }

            """
          try write(config, to: folder + "/assay.yaml")
          try await body(folder, mock)
        }
      } catch {
        await server.stop()
        throw error
      }
      await server.stop()
    }

    @Test func aModelIsTunedAndAskedAtTheProvider() async throws {
      try await with(["running"]) { folder, mock in
        let trained = try await assay("train", "--follow", "--json", "--workspace", folder, environment: Self.key)
        #expect(trained.status == 0, "\(trained)")
        let job = try trained.json()
        #expect(job["state"] == "finished" && job["adapter"] == "ft:small:mock:demo:ftjob-1", "\(trained)")
        #expect(await mock.made.count == 1)
        #expect(await mock.files.count == 2)
        // No key in any file.
        let grep = try await Program("/usr/bin/grep", ["-r", "sk-mock", folder]).ended()
        #expect(grep.status == 1, "\(grep)")
        for (variant, passed) in [("tuned", 12), ("base", 0)] {
          let run = try await assay("eval", variant, "--workspace", folder, "--json", environment: Self.key)
          #expect(try run.json()[0]?["passed"]?.int == passed, "\(run)")
        }
      }
    }

    @Test func whoeverIsKilledTheJobIsMadeOnceAndFollowedAgain() async throws {
      try await with(["validating_files", "queued", "running"]) { folder, mock in
        let started = try await assay("train", "--workspace", folder, environment: Self.key)
        #expect(started.status == 0, "\(started)")
        let place = folder + "/.assay/jobs/1"
        func runner() -> Int32? {
          let process = try? JSONValue(parsing: Array(text(of: place + "/process.json").utf8))
          return process?["runner"]?["pid"]?.int.map { Int32($0) }
        }
        for _ in 0..<2 {
          let seen = await mock.requests
          try await wait(for: "a request") { await mock.requests > seen }
          let pid = try #require(runner())
          kill(pid, SIGKILL)
          // Its remains may stay until somebody collects them.
          try await wait(for: "its end") { kill(pid, 0) != 0 || text(of: "/proc/\(pid)/stat").contains(") Z ") }
          // Looking at the jobs is enough to have it followed again.
          let listed = try await assay("jobs", "--workspace", folder, "--json", environment: Self.key)
          #expect(listed.status == 0, "\(listed)")
        }
        let followed = try await assay("jobs", "follow", "1", "--workspace", folder, "--json", environment: Self.key)
        #expect(followed.status == 0, "\(followed)")
        #expect(try followed.json()["adapter"] == "ft:small:mock:demo:ftjob-1", "\(followed)")
        #expect(await mock.made.count == 1)
        #expect(await mock.files.count == 2)
      }
    }

    @Test func aJobIsEndedAtTheProvider() async throws {
      try await with(Array(repeating: "running", count: 50)) { folder, mock in
        let started = try await assay("train", "--workspace", folder, environment: Self.key)
        #expect(started.status == 0, "\(started)")
        try await wait(for: "the job") { await mock.made.count == 1 }
        let ended = try await assay("jobs", "cancel", "1", "--workspace", folder, "--json", environment: Self.key)
        #expect(try ended.json()["state"] == "canceled", "\(ended)")
        #expect(await mock.made.first?["status"] == "cancelled")
      }
    }
  }
}
