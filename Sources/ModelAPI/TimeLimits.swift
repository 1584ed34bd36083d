import Domain
import Synchronization

/// Remembers when a server was last heard of.
final class Activity: Sendable {
  private let lastHeard = Mutex<ContinuousClock.Instant?>(nil)

  /// A byte has come.
  func heard() { lastHeard.withLock { $0 = .now } }

  /// When; nil before the first byte.
  var last: ContinuousClock.Instant? { lastHeard.withLock { $0 } }
}

/// How long a request may take as a whole, and how long a server that has begun to answer may be silent.
struct TimeLimits: Sendable {
  /// Seconds from the start.
  var total: Double
  /// Seconds without a byte, counted from the first one.
  var idle: Double

  /// Carries out `operation`; cancels it and throws when a limit has passed.
  /// - Throws: `ModelFailure.unavailable` when a limit has passed.
  func run<Result: Sendable>(
    _ peer: Peer, _ operation: @escaping @Sendable (Activity) async throws -> Result
  ) async throws -> Result {
    try Task.checkCancellation()
    let activity = Activity()
    let task = Task { try await operation(activity) }
    let watch = Watchdog.shared.watch(self, activity) { task.cancel() }
    defer { Watchdog.shared.forget(watch) }
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch {
      switch Watchdog.shared.overdue(watch) {
      case .total:
        throw ModelFailure.unavailable(
          "\(peer) took longer than the \(Self.text(total)) s that one request may take. "
            + "Raise the model's timeout in assay.yaml, or ask for fewer tokens.")
      case .idle:
        throw ModelFailure.unavailable("\(peer) began to answer and then was silent for \(Self.text(idle)) s.")
      case nil: throw error
      }
    }
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() && abs(seconds) < 1e9 ? String(Int(seconds)) : String(seconds)
  }
}

/// Looks after the time limits of all requests under way, by one task that looks a few times a second while there are
/// any. A timer for each request would stay in memory until its time is up, long after the request.
final class Watchdog: Sendable {
  /// Which limit has passed.
  enum Limit: Sendable { case total, idle }

  /// One request.
  private struct Watch {
    let end: ContinuousClock.Instant
    let idle: Duration
    let activity: Activity
    let cancel: @Sendable () -> Void
    var overdue: Limit?
  }

  private struct State {
    var watches: [Int: Watch] = [:]
    var last = 0
    var pause = Watchdog.longest
    var isLooking = false
  }

  /// The process's one.
  static let shared = Watchdog()
  /// How often it looks at least.
  private static let longest = Duration.milliseconds(250)
  private let state = Mutex(State())

  /// Looks after a request from now on.
  /// - Parameter cancel: called once a limit has passed.
  /// - Returns: what it is called here.
  func watch(_ limits: TimeLimits, _ activity: Activity, cancel: @escaping @Sendable () -> Void) -> Int {
    let shortest = Duration.seconds(min(limits.total, limits.idle, 1e6))
    let watch = Watch(
      end: .now + .seconds(min(limits.total, 1e6)), idle: .seconds(min(limits.idle, 1e6)), activity: activity,
      cancel: cancel)
    let (number, isFirst) = state.withLock { state in
      state.last += 1
      state.watches[state.last] = watch
      if state.watches.count == 1 { state.pause = Self.longest }
      state.pause = min(state.pause, max(.milliseconds(5), shortest / 4))
      defer { state.isLooking = true }
      return (state.last, !state.isLooking)
    }
    if isFirst { Task { await look() } }
    return number
  }

  /// Which of a request's limits has passed.
  func overdue(_ number: Int) -> Limit? { state.withLock { $0.watches[number]?.overdue } }

  /// Looks after a request no more.
  func forget(_ number: Int) { state.withLock { $0.watches[number] = nil } }

  private func look() async {
    while let pause = state.withLock({ state -> Duration? in
      if state.watches.isEmpty { state.isLooking = false }
      return state.watches.isEmpty ? nil : state.pause
    }) {
      try? await Task.sleep(for: pause)
      let now = ContinuousClock.now
      let overdue = state.withLock { state -> [@Sendable () -> Void] in
        var found: [@Sendable () -> Void] = []
        for (number, watch) in state.watches where watch.overdue == nil {
          let limit: Limit? =
            now >= watch.end ? .total : watch.activity.last.map { now >= $0 + watch.idle } == true ? .idle : nil
          guard let limit else { continue }
          state.watches[number]?.overdue = limit
          found.append(watch.cancel)
        }
        return found
      }
      for cancel in overdue { cancel() }
    }
  }
}
