import Synchronization

/// Whether a workspace's `.assay` is used: not before a person has trusted the workspace. Shared by all that keep something
/// there.
package final class StateUse: Sendable {
  private let allowed: Mutex<Bool>

  package init(isAllowed: Bool) { allowed = Mutex(isAllowed) }

  /// True once the folder may be read and written.
  package var isAllowed: Bool { allowed.withLock { $0 } }

  /// From now on it may be.
  package func allow() { allowed.withLock { $0 = true } }
}
