import Domain

/// What the queries of screens are at: which are shown, which are being worked out, which went stale.
struct QueryBoard: Sendable {
  /// Answers that no screen shows any more, but that are kept: the most of them.
  static let mostKept = 8

  /// What is being shown.
  var watched: Set<AnyQuery> = []
  /// The newest call that said what is shown.
  var turn = 0
  /// Work under way, with a number that tells it from earlier work for the same query.
  var working: [AnyQuery: (number: Int, task: Task<Void, Never>)] = [:]
  /// Queries that have been answered, the one that was shown last at the end.
  var answered: [AnyQuery] = []
  /// Answers, and work under way, that rest on what has changed since.
  var stale: Set<AnyQuery> = []
  var lastNumber = 0

  /// Whether a query has to be worked out now.
  func mustAnswer(_ query: AnyQuery) -> Bool {
    guard watched.contains(query), working[query] == nil else { return false }
    return stale.contains(query) || !answered.contains(query)
  }

  /// Notes that a query has its answer.
  mutating func answer(_ query: AnyQuery) {
    answered.removeAll { $0 == query }
    answered.append(query)
  }

  /// Forgets a query.
  mutating func forget(_ query: AnyQuery) {
    answered.removeAll { $0 == query }
    stale.remove(query)
    working.removeValue(forKey: query)?.task.cancel()
  }

  /// The answers that are kept and not shown, beyond the most that may be; oldest first.
  var surplus: [AnyQuery] {
    let unseen = answered.filter { !watched.contains($0) }
    return Array(unseen.prefix(max(0, unseen.count - Self.mostKept)))
  }
}

extension Workbench {
  /// Says what a screen shows from now on: what is new among it is worked out, and what is shown no more is forgotten
  /// in time.
  /// - Parameter turn: Numbers the calls; one that is overtaken by a newer one is ignored. A number that is greater by one
  ///   than the last where nil.
  package func watch(_ queries: Set<AnyQuery>, turn: Int? = nil) {
    let turn = turn ?? board.turn + 1
    guard turn > board.turn else { return }
    board.turn = turn
    let left = board.watched.subtracting(queries)
    board.watched = queries
    for query in left {
      if !board.answered.contains(query) || !keeps(query.base) { forget(query) }
    }
    for query in board.surplus { forget(query) }
    for query in queries { work(on: query) }
  }

  /// Waits until nothing that is shown is being worked out any more.
  package func settleQueries() async {
    while let work = board.working.first(where: { board.watched.contains($0.key) })?.value { await work.task.value }
  }

  /// The answer to a query, worked out now.
  /// - Throws: What working it out throws.
  package func answer<Q: Query>(to query: Q) async throws -> Q.Answer {
    try await query.answer(on: self) { _ in }
  }

  /// Something has changed: what rests on it and is shown is worked out again.
  func changed(_ sources: Set<QuerySource>) {
    for query in board.answered + Array(board.working.keys) where !query.base.sources.isDisjoint(with: sources) {
      board.stale.insert(query)
    }
    for query in board.watched { work(on: query) }
  }

  /// Shows a newer answer that came without being asked for, if a screen shows it.
  func offer<Q: Query>(_ answer: Q.Answer, to query: Q, isWhole: Bool) {
    let key = AnyQuery(query)
    guard board.watched.contains(key) else {
      if board.answered.contains(key) { forget(key) }
      return
    }
    snapshot[query] = isWhole ? .ready(answer) : .partial(answer)
    board.answer(key)
  }

  private func work(on query: AnyQuery) {
    guard board.mustAnswer(query) else { return }
    board.lastNumber += 1
    let number = board.lastNumber
    board.stale.remove(query)
    board.working[query] = (number, Task { await self.work(on: query.base, number) })
  }

  private func work<Q: Query>(on query: Q, _ number: Int) async {
    let key = AnyQuery(query)
    var state: QueryState<Q.Answer>
    do {
      state = .ready(
        try await query.answer(on: self) { part in
          guard board.working[key]?.number == number else { return }
          snapshot[query] = .partial(part)
          publishSoon()
        })
    } catch is CancellationError {
      if board.working[key]?.number == number { forget(key) }
      return
    } catch {
      state = .failed(String(describing: error))
    }
    // Forgotten meanwhile, or another has taken its place.
    guard board.working[key]?.number == number else { return }
    board.working[key] = nil
    board.answer(key)
    snapshot[query] = state
    publish()
    // Something that it rests on may have changed while it was worked out.
    work(on: key)
  }

  private func keeps<Q: Query>(_ query: Q) -> Bool { snapshot[query].answer.map(query.keeps) ?? false }

  private func forget(_ query: AnyQuery) {
    board.forget(query)
    snapshot.answers.forget(query)
    if let job = query.base as? JobDetailQuery { forgetDetail(of: job.id) }
  }
}
