#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system calls this module needs, under names that don't collide with its own.
enum Posix {
  /// Sends a signal; a negative number names a process group.
  @discardableResult static func send(_ signal: Int32, to process: Int32) -> Bool { kill(process, signal) == 0 }

  /// Opens a file, or `/dev/null`, for appending, closed in child processes.
  static func openForAppending(_ path: String) throws(ProcessError) -> Int32 {
    // O_NONBLOCK: opening a named pipe must not block until it has a reader.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
    guard descriptor >= 0 else { throw ProcessError.file(path, reason: lastError) }
    var status = stat()
    guard path == "/dev/null" || fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ProcessError.file(path, reason: "it is a named pipe or a device")
    }
    return descriptor
  }

  /// Writing to a program that reads no more is an error of that write, and not the end of this process.
  static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  /// Reads once.
  static func readBytes(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
  }

  /// What the last failed call complained about.
  static var lastError: String { String(cString: strerror(errno)) }
}

/// A signal's number.
package enum ProcessSignal: Sendable, Hashable {
  /// Ctrl-C.
  case interrupt
  /// A request to end.
  case terminate
  /// The end, without asking.
  case kill

  /// The system's number.
  var number: Int32 {
    switch self {
    case .interrupt: SIGINT
    case .terminate: SIGTERM
    case .kill: SIGKILL
    }
  }
}
