#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock that the kernel keeps for as long as this value lives, and lets go when the process dies, however it dies.
final class FileLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock that a file stands for; nil when anybody holds it, in this process or another. The file stays.
  /// - Throws: `StorageError.readOnly` when the file can't be opened.
  init?(_ path: String) throws(StorageError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw errno == ENOSPC
        ? .full(path: path) : .readOnly(path: path, detail: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Waits for the lock, at most so many seconds.
  static func waiting(_ path: String, seconds: Double) throws(StorageError) -> FileLock {
    var waited = 0.0
    while waited < seconds {
      if let lock = try FileLock(path) { return lock }
      usleep(5_000)
      waited += 0.005
    }
    throw .busy(path: path)
  }
}
