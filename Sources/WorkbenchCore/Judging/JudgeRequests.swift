import Domain
import Foundation
import Grading

/// Asks the models of judges: at most so many requests at once, again after a failure, and never for a reply that is there.
/// A reply is on disk before anybody sees it, so that nothing is paid for twice.
actor JudgeRequests {
  /// A model that judges.
  struct Seat: Sendable {
    /// The model, with its price.
    var model: ModelSpec
    /// What asks it.
    var client: any ModelClient
    /// What decides its replies.
    var identity: RunIdentity
  }

  /// Why there is no reply.
  enum Failure: Error, Sendable, CustomStringConvertible {
    /// Only replies that are there were asked for, and this one isn't.
    case notAsked
    /// What the evaluation may use is used up.
    case limit(RunPlan.Limit)
    /// The model is given up.
    case stopped(String)

    var description: String {
      switch self {
      case .notAsked: "it has not been asked yet; `assay eval` asks it."
      case .limit(let limit): "the \(limit.words) is used up."
      case .stopped(let reason): reason
      }
    }
  }

  /// Where requests to one model stand.
  private struct Lane {
    var width: RequestWidth
    var pace: RequestPace
    var underWay = 0
    var heldUntil = 0.0
    var failuresInARow = 0
    var hasAnswered = false
  }

  private let store: any RunStore
  private let budget: JudgeBudget
  private let patience: RunPlan.Patience
  private let ceiling: Int
  private let isAsking: Bool
  private var lanes: [String: Lane] = [:]
  private var busyKeys: Set<ContentHash> = []
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private let start = ContinuousClock.now
  /// What was taken so far.
  private(set) var use = RunUse()
  /// Why nothing more is asked.
  private(set) var stopReason: String?
  /// What of the budget is used up.
  private(set) var limitReached: RunPlan.Limit?
  /// Whether nothing more is asked.
  var hasStopped: Bool { stopReason != nil || limitReached != nil }

  /// - Parameters:
  ///   - ceiling: the most requests at once to any model, below its own limit.
  ///   - isAsking: whether models are asked, and not only replies taken that are there.
  init(
    _ store: any RunStore, budget: JudgeBudget = JudgeBudget(), patience: RunPlan.Patience = RunPlan.Patience(),
    ceiling: Int = .max, isAsking: Bool
  ) {
    self.store = store
    self.budget = budget
    self.patience = patience
    self.ceiling = ceiling
    self.isAsking = isAsking
  }

  /// The reply to a request, from the store or from the model.
  /// - Parameter judge: the name of the judge that asks.
  /// - Throws: `Failure`, `ModelFailure`, a store's error or `CancellationError`.
  func reply(
    to request: ModelRequest, sample: Int, from seat: Seat, for judge: String
  ) async throws -> Answer {
    let evalCase = EvalCase(id: request.caseID, input: [:])
    let key = seat.identity.key(for: request.messages, of: evalCase, sample: sample)
    // Who asks the same at the same time waits for the first.
    while busyKeys.contains(key) {
      try Task.checkCancellation()
      await change()
    }
    busyKeys.insert(key)
    defer {
      busyKeys.remove(key)
      wake()
    }
    if let known = try await store.answers(to: [key])[key] { return known }
    guard isAsking else { throw Failure.notAsked }
    let bound = bound(of: request, seat)
    for attempt in 1... {
      try await admit(seat, bound)
      do {
        let answer = try await seat.client.answer(request, onText: nil)
        answered(answer, seat, bound)
        let store = store
        // What has come was paid for, also where the task was cancelled meanwhile.
        try await Task { try await store.keep(answer, key: key, of: judge) }.value
        return answer
      } catch let failure as ModelFailure {
        try await failed(failure, seat, bound, attempt: attempt)
      } catch {
        lanes[seat.model.name]?.underWay -= 1
        budget.failed(bound, mayBeCharged: true)
        wake()
        throw error
      }
    }
    throw CancellationError()
  }

  /// The most that a request can cost; nil without a price.
  private func bound(of request: ModelRequest, _ seat: Seat) -> Double? {
    // A token has a byte at least; the template's own tokens are few for each message.
    let bytes = request.messages.reduce(0) { $0 + $1.content.utf8.count + 64 }
    return seat.model.price?.bound(promptTokens: bytes, completionTokens: request.sampling.maxTokens)
  }

  // MARK: When to ask

  private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

  private func lane(_ seat: Seat) -> Lane {
    let most = min(ceiling, seat.model.concurrency)
    return lanes[seat.model.name]
      ?? Lane(width: RequestWidth(ceiling: most, start: min(16, most)), pace: RequestPace(seat.model.limits))
  }

  /// Waits until a request may be sent, and counts it as under way.
  private func admit(_ seat: Seat, _ bound: Double?) async throws {
    while true {
      try Task.checkCancellation()
      if let stopReason { throw Failure.stopped(stopReason) }
      if let end = budget.end, ContinuousClock.now >= end { throw reached(.seconds) }
      var lane = lane(seat)
      if let quiet = seat.client.quietSeconds() { lane.heldUntil = max(lane.heldUntil, now + quiet) }
      lanes[seat.model.name] = lane
      let earliest = max(lane.heldUntil, lane.pace.earliest)
      if earliest > now {
        try await Task.sleep(for: .seconds(min(earliest - now, 1)))
        continue
      }
      if lane.underWay >= lane.width.width {
        await change()
        continue
      }
      switch budget.reserve(bound) {
      case .later:
        try await Task.sleep(for: .milliseconds(20))
        continue
      case .exhausted: throw reached(.dollars)
      case .enough:
        lane.underWay += 1
        lane.pace.sent(tokens: 0, now: now)
        lanes[seat.model.name] = lane
        use.calls += 1
        return
      }
    }
  }

  private func reached(_ limit: RunPlan.Limit) -> Failure {
    limitReached = limit
    return .limit(limit)
  }

  private func change() async { await withCheckedContinuation { waiters.append($0) } }

  private func wake() {
    let all = waiters
    waiters = []
    for waiter in all { waiter.resume() }
  }

  // MARK: What came of it

  private func answered(_ answer: Answer, _ seat: Seat, _ bound: Double?) {
    var lane = lane(seat)
    let isFull = lane.underWay >= lane.width.width
    lane.underWay -= 1
    lane.failuresInARow = 0
    lane.hasAnswered = true
    lane.width.answered(latency: answer.latency, now: now, isFull: isFull)
    if let prompt = answer.usage.prompt {
      lane.pace.settled(difference: Double(prompt + (answer.usage.completion ?? 0)))
    }
    lanes[seat.model.name] = lane
    let cost = seat.model.price?.cost(of: answer.usage)
    budget.answered(bound, cost: cost)
    if let cost { use.dollars = (use.dollars ?? 0) + cost } else { use.unpriced += 1 }
    use.promptTokens += answer.usage.prompt ?? 0
    use.completionTokens += answer.usage.completion ?? 0
    wake()
  }

  /// Waits before the next attempt.
  /// - Throws: the failure, when there is none.
  private func failed(_ failure: ModelFailure, _ seat: Seat, _ bound: Double?, attempt: Int) async throws {
    var lane = lane(seat)
    lane.underWay -= 1
    budget.failed(bound, mayBeCharged: failure.mayBeCharged)
    let backOff = min(patience.longestDelay, patience.firstDelay * Double(1 << min(attempt - 1, 16)))
    var delay: Double?
    switch failure {
    case .busy(_, let wait), .exhausted(_, let wait, _):
      lane.width.pushedBack()
      let isOver = failure.isRefusal || (wait ?? 0) > patience.longestWait || attempt >= patience.busyAttempts
      if isOver { stopReason = failure.description } else { delay = wait ?? backOff }
      if let delay { lane.heldUntil = max(lane.heldUntil, now + delay) }
    case .unavailable, .malformed:
      lane.failuresInARow += 1
      if attempt < (lane.hasAnswered ? patience.attempts : patience.firstAttempts) { delay = backOff }
    case .rejected, .filtered: lane.failuresInARow += 1
    }
    if lane.failuresInARow >= patience.failuresInARow { stopReason = failure.description }
    lanes[seat.model.name] = lane
    wake()
    guard let delay, stopReason == nil else { throw failure }
    try await Task.sleep(for: .seconds(delay * .random(in: 0.5...1)))
    if case .unavailable = failure { try? await seat.client.prepare() }
  }
}
