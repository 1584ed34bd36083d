import Domain

/// A question that a screen or a command asks the workbench. A command changes something; a query changes nothing, and
/// its answer is worked out again when something that it rests on changes.
///
/// A screen names the queries of what it shows (`Workbench.watch`) and reads their states from each snapshot:
///
///     switch snapshot[ComparisonQuery(a: first, b: second, set: "main")] {
///     case .loading: …
///     case .partial(let comparison), .ready(let comparison): …
///     case .failed(let problem): …
///     }
///
/// The command line awaits the same query: `try await workbench.answer(to: query)`.
package protocol Query: Hashable, Sendable {
  /// What is answered.
  associatedtype Answer: Sendable

  /// What the answer rests on: when one of these changes, it is worked out again.
  var sources: Set<QuerySource> { get }

  /// Works the answer out.
  /// - Parameter partial: Takes what is known before everything is, to be shown meanwhile.
  /// - Throws: An error whose description is a sentence for the person who asked.
  func answer(on workbench: isolated Workbench, partial: (Answer) -> Void) async throws -> Answer

  /// Whether an answer that no screen shows any more may stay in memory for a while, in case it is shown again.
  func keeps(_ answer: Answer) -> Bool
}

extension Query {
  /// Answers are small.
  package func keeps(_ answer: Answer) -> Bool { true }

  func isEqual(to other: any Query) -> Bool { (other as? Self) == self }
}

/// Something that answers rest on.
package enum QuerySource: Hashable, Sendable {
  /// The workspace's files.
  case files
  /// Which runs there are and how they ended.
  case runs
  /// The outputs of one run.
  case run(RunID)
  /// Which jobs there are and how they ended.
  case jobs
  /// What people found of answers.
  case reviews
}

extension QuerySource {
  /// What changed from some runs to the same at a later moment.
  static func changes(from before: [Run], to after: [Run]) -> Set<QuerySource> {
    let known = Dictionary(before.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    var changes: Set<QuerySource> = []
    for run in after {
      guard let earlier = known[run.id] else {
        changes.insert(.runs)
        continue
      }
      if run.hasMoved(since: earlier) { changes.insert(.run(run.id)) }
      if run.state != earlier.state { changes.insert(.runs) }
    }
    if !Set(known.keys).isSubset(of: after.map(\.id)) { changes.insert(.runs) }
    return changes
  }
}

/// How far the answer to a query is.
package enum QueryState<Answer: Sendable>: Sendable {
  /// Nothing is known yet.
  case loading
  /// A part is known, and the rest is being worked out.
  case partial(Answer)
  /// Everything is known.
  case ready(Answer)
  /// There is no answer, for the reason in this sentence.
  case failed(String)

  /// What is known so far.
  package var answer: Answer? {
    switch self {
    case .partial(let answer), .ready(let answer): answer
    case .loading, .failed: nil
    }
  }

  /// Why there is no answer.
  package var problem: String? { if case .failed(let problem) = self { problem } else { nil } }

  /// Whether nothing is known yet.
  package var isLoading: Bool { if case .loading = self { true } else { false } }
}

/// A query of any kind.
package struct AnyQuery: Hashable, Sendable {
  /// The query itself.
  package let base: any Query

  /// Wraps a query.
  package init(_ base: any Query) { self.base = base }

  /// Whether both are the same query of the same kind.
  package static func == (a: AnyQuery, b: AnyQuery) -> Bool { a.base.isEqual(to: b.base) }

  /// Feeds the query into a hasher.
  package func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
}

extension Set<AnyQuery> {
  /// Adds a query.
  package mutating func insert(_ query: some Query) { insert(AnyQuery(query)) }
}

/// The states of the queries that screens ask.
struct QueryAnswers: Sendable {
  /// A `QueryState` of each query's own answer.
  private var states: [AnyQuery: any Sendable] = [:]

  subscript<Q: Query>(query: Q) -> QueryState<Q.Answer> {
    get { states[AnyQuery(query)] as? QueryState<Q.Answer> ?? .loading }
    set { states[AnyQuery(query)] = newValue }
  }

  mutating func forget(_ query: AnyQuery) { states[query] = nil }
}

extension Snapshot {
  /// How far the answer to a query is; `loading` for one that wasn't asked.
  package subscript<Q: Query>(query: Q) -> QueryState<Q.Answer> {
    get { answers[query] }
    set { answers[query] = newValue }
  }
}
