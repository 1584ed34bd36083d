import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

/// A query of the tests' own: how often it was worked out, after as long as the test lets it wait.
private struct CountQuery: Query {
  final class Work: Sendable {
    let calls = Mutex(0)
    let isGated: Bool
    /// Lets one gated call after another end.
    let permits: AsyncStream<Void>
    let permit: AsyncStream<Void>.Continuation
    init(isGated: Bool = false) {
      self.isGated = isGated
      (permits, permit) = AsyncStream.makeStream()
    }
    func open() { permit.yield() }
  }
  var name: String
  var sources: Set<QuerySource>
  var work: Work

  static func == (a: Self, b: Self) -> Bool { a.name == b.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }

  func answer(on workbench: isolated Workbench, partial: (Int) -> Void) async throws -> Int {
    let count = work.calls.withLock { calls in
      calls += 1
      return calls
    }
    if name == "failing" { throw WorkbenchError.input("There is no such thing.") }
    partial(-count)
    if work.isGated { for await _ in work.permits { break } }
    return count
  }
}

@Suite struct QueryBoardTests {
  private func state(
    of query: CountQuery, in workbench: Workbench, until isMeant: (QueryState<Int>) -> Bool
  ) async -> QueryState<Int> {
    for await snapshot in await workbench.snapshots() where isMeant(snapshot[query]) { return snapshot[query] }
    return .loading
  }

  private func query(
    _ name: String = "count", _ sources: Set<QuerySource> = [.files], isGated: Bool = false
  ) -> CountQuery { CountQuery(name: name, sources: sources, work: CountQuery.Work(isGated: isGated)) }

  @Test func whatIsWatchedIsAnsweredOnce() async throws {
    let (workbench, _) = try await workbench()
    let query = query()
    await workbench.watch([AnyQuery(query)])
    #expect(await state(of: query, in: workbench) { $0.answer == 1 }.answer == 1)
    await workbench.watch([AnyQuery(query)])
    await workbench.watch([])
    await workbench.watch([AnyQuery(query)])
    #expect(await workbench.snapshot[query].answer == 1)
    #expect(query.work.calls.withLock { $0 } == 1)
  }

  @Test func whatItRestsOnMakesItStale() async throws {
    let (workbench, _) = try await workbench()
    let query = query("count", [.runs, .run(RunID(7))])
    await workbench.watch([AnyQuery(query)])
    _ = await state(of: query, in: workbench) { $0.answer == 1 }
    await workbench.changed([.files, .jobs, .run(RunID(8))])
    #expect(query.work.calls.withLock { $0 } == 1)
    await workbench.changed([.run(RunID(7))])
    #expect(await state(of: query, in: workbench) { $0.answer == 2 }.answer == 2)
  }

  @Test func whatChangesMeanwhileIsNotMissed() async throws {
    let (workbench, _) = try await workbench()
    let query = query(isGated: true)
    await workbench.watch([AnyQuery(query)])
    let part = await state(of: query, in: workbench) { $0.answer == -1 }
    guard case .partial(-1) = part else {
      Issue.record("what is known is shown before the rest: \(part)")
      return
    }
    await workbench.changed([.files])
    query.work.open()
    _ = await state(of: query, in: workbench) { $0.answer == -2 }
    query.work.open()
    #expect(await state(of: query, in: workbench) { if case .ready(2) = $0 { true } else { false } }.answer == 2)
  }

  @Test func anOvertakenCallIsIgnored() async throws {
    let (workbench, _) = try await workbench()
    let (old, new) = (query("old"), query("new"))
    await workbench.watch([AnyQuery(new)], turn: 2)
    await workbench.watch([AnyQuery(old)], turn: 1)
    _ = await state(of: new, in: workbench) { $0.answer == 1 }
    #expect(old.work.calls.withLock { $0 } == 0)
  }

  @Test func whatIsLeftBeforeItIsAnsweredIsForgotten() async throws {
    let (workbench, _) = try await workbench()
    let query = query(isGated: true)
    await workbench.watch([AnyQuery(query)])
    _ = await state(of: query, in: workbench) { $0.answer == -1 }
    await workbench.watch([])
    query.work.open()
    #expect(await workbench.snapshot[query].isLoading)
    #expect(await workbench.board.working.isEmpty)
  }

  @Test func onlySoManyAnswersAreKept() async throws {
    let (workbench, _) = try await workbench()
    let queries = (0..<20).map { query("\($0)") }
    for query in queries {
      await workbench.watch([AnyQuery(query)])
      _ = await state(of: query, in: workbench) { $0.answer == 1 }
    }
    let snapshot = await workbench.snapshot
    #expect(queries.filter { snapshot[$0].answer != nil }.count == QueryBoard.mostKept + 1)
    #expect(snapshot[queries[0]].isLoading && snapshot[queries[18]].answer == 1)
  }

  @Test func whyThereIsNoAnswerIsASentence() async throws {
    let (workbench, _) = try await workbench()
    let query = query("failing")
    await workbench.watch([AnyQuery(query)])
    #expect(
      await state(of: query, in: workbench) { $0.problem != nil }.problem == "There is no such thing.")
    await #expect(throws: WorkbenchError.self) { try await workbench.answer(to: query) }
  }

  @Test func onlyRunsThatMovedMakeAnswersStale() {
    func run(_ id: Int64, done: Int, _ state: Run.State) -> Run {
      var summary = RunSummary()
      summary.done = done
      return Run(
        id: RunID(id), identity: ContentHash(hex: "x"), variant: Variant(name: "v", model: "m", prompt: "p"),
        promptVersion: ContentHash(hex: "p"),
        set: "main", setHash: ContentHash(hex: "s"), state: state, started: .distantPast, seconds: 0, cases: 100,
        summary: summary)
    }
    let before = [run(1, done: 11, .running), run(2, done: 100, .finished)]
    #expect(QuerySource.changes(from: before, to: before).isEmpty)
    #expect(QuerySource.changes(from: before, to: [run(1, done: 19, .running), before[1]]).isEmpty)
    #expect(QuerySource.changes(from: before, to: [run(1, done: 20, .running), before[1]]) == [.run(RunID(1))])
    #expect(
      QuerySource.changes(from: before, to: [run(1, done: 19, .paused), before[1]]) == [.run(RunID(1)), .runs])
    #expect(QuerySource.changes(from: before, to: before + [run(3, done: 0, .running)]) == [.runs])
    #expect(QuerySource.changes(from: before, to: [before[1]]) == [.runs])
  }
}
