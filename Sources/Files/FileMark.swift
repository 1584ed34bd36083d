#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What tells one state of a file from another without reading it.
package struct FileMark: Hashable, Codable, Sendable {
  package var size: Int64
  package var seconds: Int64
  package var nanoseconds: Int64
  package var inode: UInt64

  /// A regular file's mark, links followed; nil when there is none.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let time = Self.time(of: status)
    size = Int64(status.st_size)
    seconds = Int64(time.tv_sec)
    nanoseconds = Int64(time.tv_nsec)
    inode = UInt64(status.st_ino)
  }

  /// When a file was last written, in seconds since 1970.
  static func seconds(of status: stat) -> Int64 { Int64(time(of: status).tv_sec) }

  private static func time(of status: stat) -> timespec {
    #if canImport(Darwin)
      status.st_mtimespec
    #else
      status.st_mtim
    #endif
  }

  /// Whether the file was last written long enough ago that a write from now on can't leave the same mark.
  package var isSettled: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) - seconds > 1
  }
}
