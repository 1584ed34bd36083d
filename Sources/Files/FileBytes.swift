import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a file can't be read or written: a sentence that says what to do.
package enum FileError: Error, CustomStringConvertible {
  case missing
  case tooLarge(limit: Int)
  case notText(line: Int)
  case failed(String)

  /// The sentence.
  package var description: String {
    switch self {
    case .missing: "The file doesn't exist."
    case .tooLarge(let limit): "The file is larger than \(limit >> 20) MiB; split it."
    case .notText(let line): "Line \(line) isn't UTF-8 text; save the file as UTF-8."
    case .failed(let detail): detail
    }
  }

  /// What `errno` says.
  package static func system(_ action: String, _ path: String) -> FileError {
    switch errno {
    case ENOENT: .missing
    case ENOSPC, EDQUOT: .failed("The disk is full; free some space and try again.")
    case EACCES, EPERM, EROFS: .failed("No permission to \(action) it; change the file's or folder's mode.")
    case EISDIR: .folder
    case ENXIO: .special
    case EMFILE, ENFILE:
      .failed("Can't \(action) it: too many files are open. Raise the limit (`ulimit -n`) and try again.")
    default: .failed("Can't \(action) it: \(String(cString: strerror(errno))).")
    }
  }

  static let folder = FileError.failed("It is a folder, not a file.")
  static let special = FileError.failed("It is a named pipe, a socket or a device, not a file.")
}

/// Reading whole files, and opening those that are read piece by piece. Only regular files are read: a named pipe or a
/// device could make a reader wait for ever.
package enum FileBytes {
  /// All bytes of a regular file.
  /// - Parameter followsLinks: whether the path's last part may be a symbolic link.
  package static func read(_ path: String, limit: Int, followsLinks: Bool = true) throws(FileError) -> [UInt8] {
    let (descriptor, size) = try openRegular(path, followsLinks: followsLinks)
    defer { close(descriptor) }
    guard size <= limit else { throw .tooLarge(limit: limit) }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < buffer.count {
        let got = readOnce(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = .system("read", path) }
        guard got > 0 else { break }
        count += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// A regular file opened for reading.
  /// - Parameter followsLinks: whether the path's last part may be a symbolic link.
  package static func handle(_ path: String, followsLinks: Bool = true) throws(FileError) -> FileHandle {
    FileHandle(
      fileDescriptor: try openRegular(path, followsLinks: followsLinks).descriptor, closeOnDealloc: true)
  }

  private static func openRegular(
    _ path: String, followsLinks: Bool
  ) throws(FileError) -> (descriptor: Int32, size: Int) {
    // O_NONBLOCK: opening a named pipe must not block until it has a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else { throw .system("read", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let failure = FileError.system("read", path)
      close(descriptor)
      throw failure
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG else {
      close(descriptor)
      throw kind == S_IFDIR ? .folder : .special
    }
    return (descriptor, Int(status.st_size))
  }

  /// A file's text, without a byte order mark unless it is asked for.
  package static func text(
    _ path: String, limit: Int, keepsMark: Bool = false, followsLinks: Bool = true
  ) throws(FileError) -> String {
    let bytes = try read(path, limit: limit, followsLinks: followsLinks)
    let body = !keepsMark && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard let text = String(validating: body, as: UTF8.self) else {
      throw .notText(line: 1 + firstInvalidLine(body))
    }
    return text
  }

  private static func firstInvalidLine(_ bytes: ArraySlice<UInt8>) -> Int {
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
  }
}

// Out of `FileBytes`, which has a function of the same name.
private func readOnce(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
