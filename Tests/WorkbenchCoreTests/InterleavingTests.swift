import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

/// What happens while the workbench waits for something else.
@Suite struct InterleavingTests {
  /// A workbench that a fake may call.
  private final class Box: Sendable {
    private let held = Mutex<Workbench?>(nil)
    var workbench: Workbench? {
      get { held.withLock { $0 } }
      set { held.withLock { $0 = newValue } }
    }
  }

  @Test func aRunIsPausedAlthoughNobodyLooks() async throws {
    let box = Box()
    let model = FakeModel { request, number in
      if number == 1 { _ = try await box.workbench?.perform(.pauseRun(RunID(1))) }
      return Answer(text: request.messages.last?.content ?? "")
    }
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 200), model: model)
    box.workbench = workbench
    _ = try await evaluate(workbench)
    let run = try #require(await workbench.snapshot.runs.first)
    #expect(run.state == .paused && model.asked < 200)
    // What was asked of the last attempt doesn't stop the next.
    #expect(try await evaluate(workbench).state == .finished)
    try await workbench.perform(.pauseRun(RunID(1)))
    #expect(await workbench.stopRequests.isEmpty)
    #expect(await workbench.activeRuns.isEmpty)
  }

  @Test func theEndOfARunIsNotOverwrittenByRowsThatWereReadBefore() async throws {
    let store = FakeStore()
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 8), store: store)
    _ = try await evaluate(workbench, limit: 2)
    #expect(await workbench.snapshot.runs.map(\.state) == [.paused])
    await store.once(after: .runs) { _ = try? await evaluate(workbench) }
    await workbench.reloadStore()
    let run = try #require(await workbench.snapshot.runs.first)
    #expect(run.state == .finished && run.summary.done == 8)
  }

  @Test func aRunThatBeginsWhileRowsAreReadIsKept() async throws {
    let store = FakeStore()
    let (workbench, _) = try await workbench(store: store)
    await store.once(after: .runs) { _ = try? await evaluate(workbench) }
    await workbench.reloadStore()
    #expect(await workbench.snapshot.runs.map(\.state) == [.finished])
    // Rows that nobody changed here are taken as they are.
    try await store.setState(.paused, of: RunID(1))
    await workbench.reloadStore()
    #expect(await workbench.snapshot.runs.map(\.state) == [.paused])
  }

  @Test func aPriceThatComesLaterIsForItsOwnRun() async throws {
    let store = FakeStore()
    let model = FakeModel { request, number in
      Answer(text: number <= 4 ? "wrong" : request.messages[1].content, usage: TokenUsage(prompt: 10, completion: 10))
    }
    let (workbench, files) = try await workbench(store: store, model: model)
    _ = try await evaluate(workbench)
    await files.set(variants: [
      Variant(name: "base", model: "m", prompt: "main"),
      Variant(name: "other", model: "m", prompt: "main", sampling: Sampling(temperature: 1)),
    ])
    await files.set(price: TokenPrice(input: 1, output: 1))
    await store.once(after: .price) { _ = try? await evaluate(workbench, "other") }
    await workbench.reloadFiles()
    let runs = await workbench.snapshot.runs
    #expect(runs.map(\.variant.name) == ["other", "base"])
    #expect(runs.map(\.summary.passed) == [4, 0] && runs.allSatisfy { ($0.summary.cost ?? 0) > 0 })
  }

  @Test func aVerdictThatWasOvertakenIsWorkedOutAgain() async throws {
    func shown(_ workbench: Workbench, runs: Int) async {
      for await snapshot in await workbench.snapshots() {
        if case .ready(let report?) = snapshot[VerdictQuery()], report.runs.count == runs { return }
      }
    }
    let (workbench, files) = try await workbench()
    await files.set(data: "train.jsonl")
    await files.set(rows: [], at: "train.jsonl")
    await workbench.reloadFiles()
    _ = try await evaluate(workbench)
    await workbench.watch([AnyQuery(VerdictQuery())])
    await shown(workbench, runs: 1)
    await files.onceWhileReadingRows {
      await files.set(variants: [])
      await workbench.reloadFiles()
    }
    await workbench.changed([.runs])
    await shown(workbench, runs: 0)
  }
}

@Suite struct LocalChangesTests {
  private struct Row: Identifiable, Equatable {
    var id: Int
    var text: String
  }

  @Test func onlyWhatWasChangedSinceStays() {
    var changes = LocalChanges<Int>()
    let read = [Row(id: 2, text: "read"), Row(id: 1, text: "read")]
    let known = [Row(id: 3, text: "here"), Row(id: 2, text: "here"), Row(id: 1, text: "here")]
    changes.note(1)
    #expect(changes.merged(read, with: known, since: changes.count) == read)
    let start = changes.count
    changes.note(2)
    #expect(changes.merged(read, with: known, since: start) == [known[1], read[1]])
    changes.note(3)
    #expect(changes.merged(read, with: known, since: start) == [known[0], known[1], read[1]])
    #expect(changes.merged(read, with: [], since: start) == read)
  }
}
