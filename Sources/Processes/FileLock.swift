#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock on a file, held until this value is gone or the process has ended, however it ends.
///
/// Child processes don't inherit it.
public final class FileLock: Sendable {
  /// Who else may hold it.
  public enum Kind: Sendable {
    /// Everybody who also asks for a shared one.
    case shared
    /// Nobody.
    case exclusive
  }

  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock if it is free; nil when it isn't. The file is made when it is not there.
  /// - Throws: `ProcessError.file`.
  public static func tryAcquire(_ path: String, _ kind: Kind) throws(ProcessError) -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ProcessError.file(path, reason: Posix.lastError) }
    let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
    while flock(descriptor, operation) != 0 {
      if errno == EINTR { continue }
      let code = errno
      let reason = Posix.lastError
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw ProcessError.file(path, reason: reason)
    }
    return FileLock(descriptor: descriptor)
  }

  /// Takes the lock, waiting for it without blocking a thread.
  /// - Throws: `ProcessError`, or `CancellationError`.
  public static func acquire(_ path: String, _ kind: Kind, atMost limit: Duration) async throws -> FileLock {
    let deadline = ContinuousClock.now + limit
    while true {
      if let lock = try tryAcquire(path, kind) { return lock }
      if ContinuousClock.now >= deadline { throw ProcessError.lockHeld(path) }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
