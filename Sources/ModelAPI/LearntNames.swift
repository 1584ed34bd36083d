import Synchronization

/// What a server's refusals have taught about the names that it takes, for all requests of a client.
final class LearntNames: Sendable {
  private let isNewer: Mutex<Bool>

  /// - Parameter usesMaxCompletionTokens: what is known before anything is asked.
  init(usesMaxCompletionTokens: Bool) { isNewer = Mutex(usesMaxCompletionTokens) }

  /// Whether it takes `max_completion_tokens` in place of `max_tokens`.
  var usesMaxCompletionTokens: Bool {
    get { isNewer.withLock { $0 } }
    set { isNewer.withLock { $0 = newValue } }
  }
}
