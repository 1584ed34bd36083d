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

  /// Prints text; ends the process, with a sentence, where that can't be done.
  static func print(_ text: String) {
    var text = text
    let reason = text.withUTF8 { buffer -> Int32? in
      var place = 0
      while place < buffer.count {
        let count = write(1, buffer.baseAddress.map { $0 + place }, buffer.count - place)
        if count >= 0 {
          place += count
        } else if errno == EAGAIN {
          // Another program that has the same pipe made it so.
          var wanted = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
          poll(&wanted, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return nil
    }
    guard let reason else { return }
    let words =
      switch reason {
      case EPIPE: "its reader has closed it"
      case EBADF: "it is closed"
      case ENOSPC: "the disk is full"
      default: String(cString: strerror(reason))
      }
    Wiring.say("assay: standard output can't be written: \(words). Not all of the output was printed.")
    exit(ExitStatus.usage)
  }
}
