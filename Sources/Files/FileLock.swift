#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a lock wasn't taken; the text is a sentence.
package enum LockError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file can't be opened or locked, with the system's number for why.
  case file(String, code: Int32)
  /// A link stands in its place, or something that is no file.
  case notAFile(String)
  /// It was not free in time.
  case held(String)

  /// The sentence.
  package var description: String {
    switch self {
    case .file(let path, let code): "\(path) can't be locked: \(String(cString: strerror(code)))."
    case .notAFile(let path): "\(path) is a link or no file, which Assay never makes there: remove it."
    case .held(let path): "\(path) is locked by another process, which takes too long; try again."
    }
  }
}

/// A lock on a file, held until this value is gone or the process has ended, however it ends.
///
/// Child processes don't inherit it.
package final class FileLock: Sendable {
  /// Who else may hold it.
  package enum Kind: Sendable {
    /// Everybody who also asks for a shared one.
    case shared
    /// Nobody.
    case exclusive
  }

  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock if it is free; nil when it isn't. The file is made when it is not there, and a link isn't followed.
  /// - Throws: `LockError.file`, `LockError.notAFile`.
  package static func tryAcquire(_ path: String, _ kind: Kind) throws(LockError) -> FileLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else {
      throw errno == ELOOP ? LockError.notAFile(path) : LockError.file(path, code: errno)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw LockError.notAFile(path)
    }
    let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
    while flock(descriptor, operation) != 0 {
      if errno == EINTR { continue }
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw LockError.file(path, code: code)
    }
    return FileLock(descriptor: descriptor)
  }

  /// Takes the lock, waiting for it without blocking a thread.
  /// - Throws: `LockError`, or `CancellationError`.
  package static func acquire(_ path: String, _ kind: Kind, atMost limit: Duration) async throws -> FileLock {
    let deadline = ContinuousClock.now + limit
    while true {
      if let lock = try tryAcquire(path, kind) { return lock }
      if ContinuousClock.now >= deadline { throw LockError.held(path) }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
