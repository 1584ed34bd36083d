import Domain
import Synchronization

/// What could be seen of one request below its answer: how far it came.
final class RequestTrace: Sendable {
  private struct State {
    var status: Int?
    var server: String?
    var isConnectionLost = false
  }

  private let state = Mutex(State())

  /// The head of an answer has come.
  /// - Parameter server: what the server calls itself.
  func received(status: Int, server: String?) {
    state.withLock { state in
      state.status = status
      state.server = server ?? state.server
    }
  }

  /// What the server calls itself, where it says so.
  var server: String? { state.withLock { $0.server } }

  /// The connection couldn't be made, or broke.
  func lostConnection() { state.withLock { $0.isConnectionLost = true } }

  /// The status of the answer; nil before its head has come.
  var status: Int? { state.withLock { $0.status } }

  /// Whether the server can't have begun to answer, because of the connection: another server may have the request.
  var wasUnheard: Bool { state.withLock { $0.isConnectionLost && $0.status == nil } }

  /// What a failure tells of the server.
  /// - Parameter why: the reason, in a few words.
  func outcome(of failure: ModelFailure, why: String) -> ServerPool.Outcome {
    let state = state.withLock { $0 }
    if case .busy(_, let retryAfter) = failure { return .busy(retryAfter: retryAfter, why: why) }
    if case .exhausted(_, let reset, let isCertain) = failure {
      return .busy(retryAfter: reset ?? (isCertain ? ServerPool.quotaPause : nil), why: why)
    }
    if state.isConnectionLost { return .lost(why: why) }
    guard let status = state.status else {
      // Without a word in time it has failed; everything else, such as a missing key, never went out.
      if case .unavailable = failure { return .failed(why: why) }
      return .abandoned
    }
    switch (status, failure) {
    // A server that doesn't know the model or the key fails quickly, and would draw all requests if that didn't count.
    case (300..<400, _), (401, _), (403...405, _), (408, _), (425, _), (500..., _): return .failed(why: why)
    case (200..<300, .unavailable), (200..<300, .malformed): return .failed(why: why)
    default: return .refused
    }
  }
}
