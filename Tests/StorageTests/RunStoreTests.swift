import Domain
import Evidence
import Foundation
import Grading
import Testing
import WorkbenchCore

@testable import Storage

struct RunStoreTests {
  @Test func oneIdentityIsOneRun() async throws {
    try await onBothStores { store in
      let first = try await store.beginRun(draft())
      #expect(first.id == RunID(1))
      #expect(first.state == .running)
      #expect(first.summary == RunSummary())
      let again = try await store.beginRun(draft(cases: 99, started: 2000))
      #expect(again == first)
      let other = try await store.beginRun(draft("tuned"))
      #expect(other.id == RunID(2))
      #expect(try await store.runs() == [other, first])
      #expect(try await store.newestRun(base: first.identity, repeats: 1) == first)
      #expect(try await store.newestRun(base: hash("nothing"), repeats: 1) == nil)
    }
  }

  @Test func aRunComesBackAsItWas() async throws {
    try await withWorkspace { folder in
      let wanted = draft()
      do {
        let store = try await SQLiteStore(stateOf: folder)
        let run = try await store.beginRun(wanted)
        _ = try await store.record([answered("a")], in: run.id, seconds: 1.5)
        try await store.setState(.paused, of: run.id)
      }
      let store = try await SQLiteStore(stateOf: folder)
      let run = try #require(try await store.runs().first)
      #expect(run.variant == wanted.variant)
      #expect(run.promptVersion == wanted.version.hash)
      #expect(run.set == "main" && run.setHash == wanted.setHash && run.cases == 3)
      #expect(run.state == .paused && run.seconds == 1.5 && run.started == wanted.started)
      #expect(run.summary.done == 1)
      let versions = try await store.versions()
      #expect(versions == [StoredVersion(version: wanted.version, created: wanted.started)])
    }
  }

  @Test func outputsComeBackAsTheyWere() async throws {
    try await onBothStores { store in
      let run = try await store.beginRun(draft())
      var output = answered("作/\"é\"\u{1}", "multi\nline 👩‍👩‍👧 \u{0}end")
      output.answer?.finishReason = nil
      output.answer?.usage = TokenUsage(prompt: nil, completion: 3, cachedPrompt: 1)
      output.answer?.firstToken = 0.25
      output.cost = nil
      output.scores = [
        Score(
          grader: "json-equal", value: 0.5, passed: false, reason: "label is \"a\"",
          fields: [
            FieldScore(path: "label", passed: false, expected: "b", found: "a"),
            FieldScore(path: "x[0]", passed: false, expected: nil, found: .null),
            FieldScore(path: "n", passed: true, expected: [1, 2.50], found: ["k": true]),
          ])
      ]
      output.value = 0.5
      let failure = failed("b", "HTTP 400: no\u{1B}[31m \u{0}!")
      _ = try await store.record([output, failure], in: run.id, seconds: 0)
      #expect(try await store.outputs(of: run.id) == [output, failure])
      #expect(try await store.outputs(of: RunID(99)).isEmpty)
    }
  }

  @Test func aFailureIsReplacedWhenTheCaseIsAnswered() async throws {
    try await onBothStores { store in
      let run = try await store.beginRun(draft())
      let before = try await store.record([failed("a"), answered("b")], in: run.id, seconds: 1)
      #expect((before.done, before.errors, before.passed) == (1, 1, 1))
      #expect(try await store.answers(to: [hash("key a"), hash("key b")]).keys.map(\.hex) == [hash("key b").hex])
      let after = try await store.record([answered("a")], in: run.id, seconds: 1)
      #expect((after.done, after.errors, after.passed) == (2, 0, 2))
      #expect(try await store.outputs(of: run.id).map(\.caseID) == ["b", "a"])
      // Within one batch too.
      let last = try await store.record([failed("c"), answered("c", value: 0)], in: run.id, seconds: 1)
      #expect((last.done, last.errors, last.passed) == (3, 0, 2))
      #expect(try await store.runs().first?.seconds == 3)
    }
  }

  @Test func oneAnswerServesSeveralRuns() async throws {
    try await onBothStores { store in
      let first = try await store.beginRun(draft("one"))
      let second = try await store.beginRun(draft("two"))
      _ = try await store.record([answered("a", key: "k")], in: first.id, seconds: 0)
      _ = try await store.record([answered("a", value: 0, key: "k")], in: second.id, seconds: 0)
      let count = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM answers") }
      #expect(count == 1)
      // A different answer to the same question stays with the output it was judged by; the first is what is reused.
      let third = try await store.beginRun(draft("three"))
      let other = answered("a", "no", value: 0, key: "k")
      _ = try await store.record([other], in: third.id, seconds: 0)
      #expect(try await store.outputs(of: third.id) == [other])
      #expect(try await store.answers(to: [hash("k"), hash("unknown")]) == [hash("k"): answered("a").answer])
    }
  }

  @Test func theSummaryIsEvidencesAndSurvivesReopening() async throws {
    try await withWorkspace { folder in
      let binary = (0..<37).map { answered("\($0)", value: $0 % 3 == 0 ? 1 : 0, latency: Double($0) / 10) }
      let graded = (0..<40).map { answered("\($0)", value: Double($0 % 5) / 4, latency: 1 / Double($0 + 1)) }
      for (name, outputs) in [("binary", binary), ("graded", graded)] {
        let store = try await SQLiteStore(stateOf: folder)
        let run = try await store.beginRun(draft(name)).id
        _ = try await store.record(Array(outputs[..<20]), in: run, seconds: 0)
        // Another connection goes on, as after a restart.
        let other = try await SQLiteStore(stateOf: folder)
        let summary = try await other.record(Array(outputs[20...]), in: run, seconds: 0)
        let estimate = try #require(Estimate(scores: outputs.map({ $0.value ?? -1 })))
        #expect(abs(summary.mean - estimate.mean) < 1e-12)
        #expect(abs(summary.low - estimate.interval.low) < 1e-12)
        #expect(abs(summary.high - estimate.interval.high) < 1e-12)
        let percentiles = Percentiles(outputs.compactMap(\.answer?.latency).filter { $0 > 0 })
        #expect(summary.latencyMedian == percentiles.p50)
        #expect(summary.latency95 == percentiles.p95)
        #expect(summary.promptTokens == 10 * outputs.count && summary.completionTokens == 2 * outputs.count)
        #expect(abs((summary.cost ?? 0) - 0.001 * Double(outputs.count)) < 1e-12)
        #expect(try await store.newestRun(base: draft(name).identity, repeats: 1)?.summary == summary)
        // The first one's tally is stale now, and it notices.
        let last = try await store.record([failed("extra")], in: run, seconds: 0)
        #expect(last.done == outputs.count && last.errors == 1 && last.mean == summary.mean)
        #expect(last.latencyMedian == summary.latencyMedian)
      }
    }
  }

  @Test func unknownCostIsUnknown() async throws {
    let store = try SQLiteStore.inMemory()
    let run = try await store.beginRun(draft()).id
    var output = answered("a")
    output.cost = nil
    #expect(try await store.record([output], in: run, seconds: 0).cost == nil)
    #expect(try await store.record([], in: run, seconds: 0).done == 1)
  }

  @Test func whatIsNotThereSaysSo() async throws {
    let store = try SQLiteStore.inMemory()
    await #expect(throws: StorageError.noSuchRun(7)) { try await store.setState(.paused, of: RunID(7)) }
    await #expect(throws: StorageError.noSuchRun(7)) {
      try await store.record([answered("a")], in: RunID(7), seconds: 0)
    }
    let job = TrainingJob(
      id: JobID(3), backend: "mlx", base: "m", data: "d", settings: .init(), state: .queued, created: .now)
    await #expect(throws: StorageError.noSuchJob(3)) { try await store.update(job) }
  }

  @Test func aCancelledTaskStillRecords() async throws {
    let store = try SQLiteStore.inMemory()
    let run = try await store.beginRun(draft()).id
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await store.record([answered("a")], in: run, seconds: 0)
    }
    #expect(try await task.value.done == 1)
    #expect(try await store.outputs(of: run).count == 1)
  }

  @Test func tenThousandOutputsInBatches() async throws {
    try await withWorkspace { folder in
      let store = try await SQLiteStore(stateOf: folder)
      let run = try await store.beginRun(draft(cases: 10_000)).id
      let outputs = (0..<10_000).map { answered("case-\($0)", latency: Double($0 * 7919 % 10_000) / 1000) }
      for start in stride(from: 0, to: outputs.count, by: 250) {
        _ = try await store.record(Array(outputs[start..<start + 250]), in: run, seconds: 0.05)
      }
      #expect(try await store.runs().first?.summary.done == 10_000)
      let keys = outputs.map(\.requestKey)
      #expect(try await store.answers(to: keys).count == 10_000)
      #expect(try await store.outputs(of: run) == outputs)
    }
  }
}
