import AsyncHTTPClient
import Foundation
import Synchronization

/// Until when a server wants no request, as far as the headers of its good answers tell.
final class QuietTime: Sendable {
  private struct State {
    var until: ContinuousClock.Instant?
    var told = ContinuousClock.now
  }

  private let state = Mutex(State())

  /// Seconds from now; nil when it takes requests.
  func seconds(now: ContinuousClock.Instant = .now) -> Double? {
    state.withLock { state in
      guard let until = state.until, until > now else { return nil }
      return (until - now) / .seconds(1)
    }
  }

  /// Takes note of the head of an answer to a request that was sent at `sent`. Answers come in any order: one that was
  /// asked for earlier can't take back what a later one said.
  func hear(_ response: HTTPClientResponse, sent: ContinuousClock.Instant) {
    // The wait after a refusal is told by the failure itself.
    guard (200..<300).contains(response.status.code) else { return }
    hear(RetryDelay.quietSeconds(in: response.headers, now: Date()), sent: sent, now: .now)
  }

  /// Takes note of a wait, or of there being none.
  func hear(_ seconds: Double?, sent: ContinuousClock.Instant, now: ContinuousClock.Instant) {
    state.withLock { state in
      if let seconds {
        let until = now + .seconds(seconds)
        state.until = max(state.until ?? until, until)
        state.told = now
      } else if sent > state.told {
        state.until = nil
      }
    }
  }
}
