import Content
import Domain
import Foundation
import GRDB
import Testing
import WorkbenchCore

@testable import Storage

/// What a run's row says of its outputs.
@Suite struct SummaryTests {
  /// Answers of every kind: counted or not, priced or not, scored or not, and replies that are none.
  private func outputs(repeats: Int = 1) -> [Output] {
    var outputs: [Output] = []
    for number in 0..<30 * repeats {
      var output = answered("\(number / repeats)", value: [1, 0, 0.25][number % 3], latency: 0.1 * Double(number))
      output.sample = number % repeats
      output.requestKey = hash("key \(number)")
      output.answer?.usage = TokenUsage(
        prompt: number % 5 == 0 ? nil : 100 + number, completion: number % 7 == 0 ? nil : number, cachedPrompt: 10,
        cacheWrites: 3, longCacheWrites: number % 2, tier: number % 4 == 0 ? "flex" : nil)
      if number % 4 == 1 { output.cost = nil }
      if number % 6 == 2 {
        let kind = NoAnswer.allCases[number / 6 % NoAnswer.allCases.count]
        output.noAnswer = kind
        (output.value, output.passed, output.formatValid) = (nil, nil, false)
        output.failure = "No answer: \(kind.rawValue)."
      } else if number % 6 == 3 {
        (output.value, output.passed, output.unscored) = (nil, nil, "the case has no label")
      }
      outputs.append(output)
    }
    return outputs + [failed("lost"), failed("gone")]
  }

  /// The sums that are carried from batch to batch are those of all outputs, whatever was replaced in between.
  @Test(arguments: [1, 3]) func sumsAreThoseOfAllOutputs(repeats: Int) async throws {
    try await onBothStores { store in
      var wanted = draft()
      wanted.repeats = repeats
      let run = try await store.beginRun(wanted).id
      let outputs = outputs(repeats: repeats)
      _ = try await store.record([failed("0"), failed("1")], in: run, seconds: 0)
      _ = try await store.record(Array(outputs.prefix(11)), in: run, seconds: 0)
      let summary = try await store.record(Array(outputs.dropFirst(11)), in: run, seconds: 0)
      let stored = try await store.outputs(of: run)
      var expected = RunSummary(of: stored)
      #expect(stored.count == outputs.count)
      #expect(abs(summary.mean - expected.mean) < 1e-12 && abs(summary.strict.mean - expected.strict.mean) < 1e-12)
      #expect(abs(summary.strict.low - expected.strict.low) < 1e-12)
      #expect(abs((summary.knownCost ?? -1) - (expected.knownCost ?? -2)) < 1e-12)
      // Sums of fractions depend on their order.
      (expected.mean, expected.low, expected.high) = (summary.mean, summary.low, summary.high)
      (expected.strict, expected.knownCost) = (summary.strict, summary.knownCost)
      #expect(summary == expected)
      #expect(summary.cost == nil && summary.unpriced > 0 && summary.noAnswers.count > 1 && summary.leftOut > 0)
      #expect(try await store.runs().first?.summary == summary)
    }
  }

  @Test func summariesOfAnOlderVersionAreComputedAgain() async throws {
    try await withWorkspace { folder in
      let run: RunID
      let summary: RunSummary
      do {
        let store = try await SQLiteStore(stateOf: folder)
        run = try await store.beginRun(draft()).id
        summary = try await store.record(outputs(), in: run, seconds: 0)
        try await store.write { db in
          try db.execute(
            sql: "UPDATE runs SET summary_version = 0, counted = 0, unpriced = 0, no_answers = '{}', strict_mean = 0")
        }
      }
      let store = try await SQLiteStore(stateOf: folder)
      #expect(try await store.runs().first?.summary == summary)
    }
  }

  @Test func aPriceThatComesLaterReachesWhatIsStored() async throws {
    try await onBothStores { store in
      let run = try await store.beginRun(draft()).id
      var outputs = ["a", "b", "c"].map { answered($0) }
      for index in outputs.indices { outputs[index].cost = nil }
      outputs[2].answer?.usage = TokenUsage()
      let before = try await store.record(outputs, in: run, seconds: 0)
      #expect(before.cost == nil && before.knownCost == nil && before.unpriced == 3 && before.counted == 2)
      let price = TokenPrice(input: 1, output: 10)
      let after = try await store.price(run) { price.cost(of: $0) }
      #expect(after.cost == nil && after.unpriced == 1)
      #expect(abs((after.knownCost ?? 0) - 2 * (10 * 1 + 2 * 10) / 1e6) < 1e-15)
      #expect(try await store.runs().first?.summary == after)
      // What is known stays as it was charged.
      #expect(try await store.price(run) { _ in 99 }.knownCost == after.knownCost.map { $0 + 99 })
      // Recording goes on from there.
      #expect(try await store.record([answered("d")], in: run, seconds: 0).done == 4)
    }
  }

  @Test func answersAreKeptBeforeTheyAreGraded() async throws {
    try await onBothStores { store in
      let run = try await store.beginRun(draft()).id
      let answer = try #require(answered("a").answer)
      let summary = try await store.record(
        [], ungraded: [(key: hash("key a"), answer: answer)], in: run, seconds: 0)
      #expect(summary.done == 0 && summary.replies == 0)
      #expect(try await store.asked(in: run).isEmpty)
      #expect(try await store.answers(to: [hash("key a")]) == [hash("key a"): answer])
      _ = try await store.record([answered("a")], in: run, seconds: 0)
      #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM answers") } == 1)
    }
  }
}
