import Synchronization
import WorkbenchCore

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
    let activity = Activity()
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await operation(activity) }
      group.addTask {
        try await watch(activity, peer)
        return nil
      }
      while let next = try await group.next() {
        if let result = next { return result }
      }
      throw CancellationError()
    }
  }

  /// Returns never: sleeps until the earliest moment at which a limit may have passed, and looks.
  private func watch(_ activity: Activity, _ peer: Peer) async throws {
    let end = ContinuousClock.now + .seconds(min(total, 1e6))
    while true {
      let now = ContinuousClock.now
      if now >= end {
        throw ModelFailure.unavailable(
          "\(peer) took longer than the \(Self.text(total)) s that one request may take. "
            + "Raise the model's timeout in assay.yaml, or ask for fewer tokens.")
      }
      var next = end
      if let last = activity.last {
        let quiet = last + .seconds(min(idle, 1e6))
        if now >= quiet {
          throw ModelFailure.unavailable("\(peer) began to answer and then was silent for \(Self.text(idle)) s.")
        }
        next = min(end, quiet)
      } else {
        next = min(end, now + .seconds(min(idle, 1e6)))
      }
      try await Task.sleep(until: next, clock: .continuous)
    }
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() && abs(seconds) < 1e9 ? String(Int(seconds)) : String(seconds)
  }
}
