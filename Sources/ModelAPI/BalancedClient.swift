import Domain
import Foundation
import Synchronization

/// Asks the servers of one endpoint, which all have the same model, and leaves alone those that are busy or gone.
///
/// With one server it asks that one, whatever it says: whoever runs the requests knows best when to try again.
final class BalancedClient: ModelClient {
  private struct State {
    var pool: ServerPool
    /// Requests that wait for a check to end.
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  private let services: [ChatService]
  private let make: @Sendable (ChatService) -> any ModelClient
  private let learnt: LearntNames
  let batches: (any BatchService)?
  private let look: @Sendable (ChatService) async throws -> ModelProbe
  private let state: Mutex<State>
  private let start = ContinuousClock.now

  /// - Parameter services: one for each server, at least one.
  /// - Parameter learnt: what the servers have taught.
  /// - Parameter make: the client for a server, in what the endpoint speaks. Must be cheap: it is made for each request.
  /// - Parameter batches: the endpoint's other way in.
  /// - Parameter probe: finds out what a server can do.
  init(
    _ services: [ChatService], learnt: LearntNames, batches: (any BatchService)?,
    probe: @escaping @Sendable (ChatService) async throws -> ModelProbe,
    make: @escaping @Sendable (ChatService) -> any ModelClient
  ) {
    self.services = services
    self.learnt = learnt
    self.make = make
    self.batches = batches
    look = probe
    state = Mutex(State(pool: ServerPool(count: services.count)))
  }

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  func prepare() async throws {
    var failure: (any Error)?
    for service in services {
      do {
        return try await make(service).prepare()
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    guard services.count > 1 else { return try await make(services[0]).answer(request, onText: onText) }
    var tried: Set<Int> = []
    while true {
      try Task.checkCancellation()
      startChecks()
      switch take(excluding: tried) {
      case .server(let index):
        tried.insert(index)
        if let answer = try await ask(index, request, onText, mayPassOn: tried.count < services.count) { return answer }
      case .afterCheck(let check): for await _ in check {}
      case .none: throw failure(after: nil)
      }
    }
  }

  /// Looks at the first server that answers: all have the same model.
  func probe() async throws -> ModelProbe {
    var last: (any Error)?
    for service in services {
      do {
        return try await look(service)
      } catch let failure as ModelFailure {
        last = failure
      }
    }
    throw last ?? failure(after: nil)
  }

  func tokenCounts(of texts: [String]) async -> [Int]? {
    let index = state.withLock { state in services.indices.first { state.pool.standing(of: $0) == .up } }
    return await make(services[index ?? 0]).tokenCounts(of: texts)
  }

  var usesMaxCompletionTokens: Bool { learnt.usesMaxCompletionTokens }

  func quietSeconds() -> Double? {
    if services.count == 1 { return services[0].quiet.seconds() }
    let wait = state.withLock { $0.pool.wait(now: now, quiet: quiet) }
    return wait.flatMap { $0 > 0 ? $0 : nil }
  }

  /// For how many seconds servers want no request, by index.
  private var quiet: [Int: Double] {
    var quiet: [Int: Double] = [:]
    for (index, service) in services.enumerated() { quiet[index] = service.quiet.seconds() }
    return quiet
  }

  private enum Place {
    case server(Int)
    /// None for now; the stream ends when a check does that may change that.
    case afterCheck(AsyncStream<Void>)
    case none
  }

  private func take(excluding tried: Set<Int>) -> Place {
    let quiet = Set(quiet.keys)
    return state.withLock { state in
      if let index = state.pool.take(now: now, excluding: tried, quiet: quiet) { return .server(index) }
      guard state.pool.isChecking, tried.isEmpty else { return .none }
      let (stream, continuation) = AsyncStream<Void>.makeStream()
      state.waiting.append(continuation)
      return .afterCheck(stream)
    }
  }

  /// Asks one server.
  /// - Returns: nil when it can't have begun to answer and another may be asked.
  private func ask(
    _ index: Int, _ request: ModelRequest, _ onText: (@Sendable (String) -> Void)?, mayPassOn: Bool
  ) async throws -> Answer? {
    let trace = RequestTrace()
    var service = services[index]
    service.witness = trace
    do {
      let answer = try await make(service).answer(request, onText: onText)
      state.withLock { $0.pool.finish(index, .answered(latency: answer.latency), now: now) }
      return answer
    } catch let failure as ModelFailure {
      let outcome = trace.outcome(of: failure, why: Self.gist(failure))
      state.withLock { $0.pool.finish(index, outcome, now: now) }
      if trace.wasUnheard {
        if mayPassOn { return nil }
        throw self.failure(after: failure)
      }
      // The others can go on: a busy server says nothing of them.
      let wait = state.withLock { $0.pool.wait(now: now, quiet: quiet) }
      switch failure {
      case .busy(let text, let seconds): throw ModelFailure.busy(text, retryAfter: wait ?? seconds)
      case .exhausted(let text, let reset, _):
        if let wait, wait < (reset ?? ServerPool.quotaPause) - 1 { throw ModelFailure.busy(text, retryAfter: wait) }
        throw failure
      default: throw failure
      }
    } catch {
      state.withLock { $0.pool.finish(index, .abandoned, now: now) }
      throw error
    }
  }

  /// The first sentence of a failure, without its end.
  private static func gist(_ failure: ModelFailure) -> String {
    let text = SafeText.line(failure.description, limit: 160)
    let end = text.range(of: ". ")?.lowerBound ?? text.endIndex
    return text[..<end].trimmingCharacters(in: ["."])
  }

  /// Why no server can be asked.
  /// - Parameter last: what the last one said that was asked.
  private func failure(after last: ModelFailure?) -> ModelFailure {
    state.withLock { state in
      let reasons = services.indices.map { state.pool.reason($0) }
      // One has come back meanwhile.
      if let last, reasons.contains(nil) { return last }
      let list = zip(services, reasons).map { service, reason in
        let reason = reason ?? "asked already"
        return reason.contains(service.address.name) ? reason : "\(service.address.name): \(reason)"
      }
      let text = "None of the model's \(services.count) servers takes a request. \(list.joined(separator: ". "))."
      if let wait = state.pool.wait(now: now, quiet: [:]), wait > 0 { return .busy(text, retryAfter: wait) }
      return .unavailable(text + " Start them, or correct their addresses in assay.yaml.")
    }
  }

  // MARK: Health

  /// Looks after servers whose pause is over. Requests that another server can answer don't wait for it.
  private func startChecks() {
    for index in state.withLock({ $0.pool.takeChecks(now: now) }) {
      Task {
        let failure = await services[index].healthFailure()
        let waiting = state.withLock { state in
          state.pool.checked(index, failure: failure.map(Self.gist), now: now)
          defer { state.waiting = [] }
          return state.waiting
        }
        for continuation in waiting { continuation.finish() }
      }
    }
  }
}

extension ChatService {
  /// Seconds that a check of a server may take.
  static let checkSeconds = 3.0

  /// Looks whether the server answers at all, with a request that costs nothing: the list of its models. Whether it has
  /// one doesn't matter.
  func healthFailure() async -> ModelFailure? {
    var service = self
    let trace = RequestTrace()
    service.witness = trace
    service.timeout = min(timeout, Self.checkSeconds)
    do {
      _ = try await service.receive(address.url("/models"))
      return nil
    } catch let failure as ModelFailure {
      switch trace.outcome(of: failure, why: "") {
      case .lost: return failure
      case .failed where trace.status.map({ $0 >= 500 }) ?? true: return failure
      default: return nil
      }
    } catch {
      return .unavailable("\(address.name) couldn't be looked at.")
    }
  }
}
