import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard input, output and error of this process.
enum StandardStreams {
  /// To be called first. A stream that the caller has closed gets a file at its number, so that no other file does: what is
  /// printed would go into the database then. And a reader that goes away makes writing fail, and not this process end.
  static func secure() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // Open for reading alone: what is printed has to fail.
      _ = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY)
    }
  }
}
