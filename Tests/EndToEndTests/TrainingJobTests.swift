import Content
import Foundation
import Testing

extension EndToEnd {
  /// Jobs of the real engine from the command line, and what becomes of them when things are killed.
  @Suite(.enabled(if: Place.hasEngine, "the local engine is not installed"))
  struct TrainingJobTests {
    private struct Desk {
      let workspace: String
      let environment: [String: String]

      func run(_ arguments: String...) async throws -> Program.Ending {
        let all = arguments + ["--workspace", workspace]
        return try await Program(Place.assay, all, environment: environment).ended()
      }

      func job(_ id: Int) async throws -> JSONValue {
        try await run("jobs", "show", "\(id)", "--json").json()
      }

      /// The runner's and the trainer's process ids.
      func processes(_ id: Int) throws -> (runner: Int32, trainer: Int32)? {
        guard let data = FileManager.default.contents(atPath: folder(id) + "/process.json") else { return nil }
        let value = try JSONValue(parsing: Array(data))
        guard let runner = value["runner"]?["pid"]?.int, let trainer = value["trainer"]?["pid"]?.int else { return nil }
        return (Int32(runner), Int32(trainer))
      }

      func folder(_ id: Int) -> String { workspace + "/.assay/jobs/\(id)" }

      func wait(_ what: String, _ id: Int, until condition: (JSONValue) -> Bool) async throws {
        try await untilTrue(what) { condition(try await job(id)) }
      }
    }

    private func withDesk(_ body: (Desk) async throws -> Void) async throws {
      try await Place.withFolder { folder in
        try Demo.copy(to: folder + "/triage")
        try await body(
          Desk(workspace: folder + "/triage", environment: ["ASSAY_QUEUE_HOME": folder + "/queue"]))
      }
    }

    @Test func aJobIsPausedKilledAndGoneOnWithAndEndsAsIfNothingHadHappened() async throws {
      try await withDesk { desk in
        #expect(try await desk.run("train", "--steps", "60").status == 0)
        try await desk.wait("some steps", 1) { ($0["step"]?.int ?? 0) >= 10 }
        #expect(try await desk.run("jobs", "pause", "1").status == 0)
        let paused = try await desk.job(1)
        #expect(paused["state"] == "paused" && paused["message"]?.string?.contains("Paused") == true)
        let step = paused["step"]?.int ?? 0
        #expect(step >= 10 && step < 60)

        #expect(try await desk.run("jobs", "resume", "1").status == 0)
        try await desk.wait("more steps", 1) { ($0["step"]?.int ?? 0) > step + 5 }
        let processes = try #require(try desk.processes(1))
        kill(processes.runner, SIGKILL)
        kill(processes.trainer, SIGKILL)
        try await desk.wait("that it is noticed", 1) { $0["state"] == "lost" }

        #expect(try await desk.run("jobs", "resume", "1", "--follow").status == 0)
        let done = try await desk.job(1)
        #expect(done["state"] == "finished" && done["step"] == 60)

        // The same without interruptions ends with the same loss.
        #expect(try await desk.run("train", "--steps", "60", "--follow").status == 0)
        let plain = try await desk.job(2)
        #expect(plain["val_loss"] == done["val_loss"] && plain["val_loss"]?.double != nil)
        let again = try await desk.run("jobs", "resume", "2")
        #expect(again.status == 2 && again.errors.contains("finished"))
      }
    }

    @Test func jobsWaitForEachOtherInTheOrderThatIsAsked() async throws {
      try await withDesk { desk in
        #expect(try await desk.run("train", "--steps", "5000").status == 0)
        try await desk.wait("the first one", 1) { $0["state"] == "running" }
        #expect(try await desk.run("train", "--steps", "5").status == 0)
        #expect(try await desk.run("train", "--steps", "5").status == 0)
        try await desk.wait("the wait", 3) { $0["message"]?.string == "waiting: 2 jobs are before it" }
        #expect(try await desk.run("jobs", "priority", "3", "5").status == 0)
        try await desk.wait("the other order", 2) { $0["message"]?.string == "waiting: 2 jobs are before it" }
        let running = try await desk.run("jobs", "priority", "1", "5")
        #expect(running.status != 0 && running.errors.contains("doesn't wait"))
        // A killed one is in nobody's way.
        let processes = try #require(try desk.processes(1))
        kill(processes.runner, SIGKILL)
        kill(processes.trainer, SIGKILL)
        try await desk.wait("the third", 3) { $0["state"] == "finished" }
        try await desk.wait("the second", 2) { $0["state"] == "finished" }
        #expect(try await desk.job(1)["state"] == "lost")
        let estimate = try await desk.run("train", "--estimate", "--steps", "5", "--json").json()
        #expect(estimate["steps"] == 5 && estimate["seconds"]?.double != nil && estimate["memory_gb"]?.double != nil)
      }
    }

    @Test func checkpointsAreEvaluatedWhileTheJobGoesOnAndSweepsJudgeTheirTrials() async throws {
      try await withDesk { desk in
        #expect(try await desk.run("train", "--steps", "20", "--checkpoint-cases", "4", "--follow").status == 0)
        try await untilTrue("the evaluation") {
          text(of: desk.folder(1) + "/companion.log").contains("is the job's best adapter now")
        }
        let runs = try await query("SELECT count(*) FROM runs WHERE variant LIKE '%tuned@1/20%'", in: desk.workspace)
        #expect(runs == ["2"], "the task and the general tasks, once")
        let answers = text(of: desk.folder(1) + "/events.jsonl").split(separator: "\n").count {
          $0.contains("\"sample\"")
        }
        #expect(answers == 9, "three cases before, in the middle and after")

        let first = try await desk.run(
          "sweep", "rates", "--learning-rate", "1e-4,1e-3", "--steps", "10", "--cases", "4")
        #expect(first.status == 0, "\(first.errors)")
        let shown = try await desk.run("sweep", "show", "rates", "--json").json()
        #expect(shown["axes"] == ["learning rate"] && shown["trials"]?.array?.count == 2)
        #expect(shown["trials"]?.array?.allSatisfy { $0["run"]?["answered"] == 4 } == true)
      }
    }
  }
}

/// Waits until something holds.
private func untilTrue(_ what: String, _ condition: () async throws -> Bool) async throws {
  try await wait(for: what, limit: .seconds(300), condition)
}
