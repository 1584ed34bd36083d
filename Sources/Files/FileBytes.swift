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
    case EISDIR: .failed("It is a folder, not a file.")
    default: .failed("Can't \(action) it: \(String(cString: strerror(errno))).")
    }
  }
}

/// Reading and writing whole files.
package enum FileBytes {
  /// All bytes of a regular file.
  /// - Parameter followsLinks: whether the path's last part may be a symbolic link.
  package static func read(_ path: String, limit: Int, followsLinks: Bool = true) throws(FileError) -> [UInt8] {
    // O_NONBLOCK: a named pipe in the workspace must not hang the reader.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else { throw .system("read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .failed("It is not a file.") }
    guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let got = recv(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if got < 0 { failure = .system("read", path) }
        guard got > 0 else { break }
        count += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Retries `read` when a signal interrupts it.
  private static func recv(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    while true {
      let got = Platform.read(descriptor, buffer, count)
      if got >= 0 || errno != EINTR { return got }
    }
  }

  /// A file's text, without a byte order mark unless it is asked for.
  package static func text(_ path: String, limit: Int, keepsMark: Bool = false) throws(FileError) -> String {
    let bytes = try read(path, limit: limit)
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

  /// Replaces a file whole, or makes it with the folders above it: a reader sees the old content or the new, and after
  /// a power cut one of them is there. The mode of a file that was there is kept; a new one follows the umask.
  /// - Parameter isPrivate: makes the file readable and writable by its owner alone (0600), regardless of the umask.
  package static func replace(
    _ path: String, with bytes: some ContiguousBytes, isPrivate: Bool = false
  ) throws(FileError) {
    let folder = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .failed("Can't make the folder \(folder): \((error as NSError).localizedDescription)")
    }
    var status = stat()
    let kept: mode_t? = isPrivate ? 0o600 : stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    let name = (path as NSString).lastPathComponent
    let temporary = "\(folder)/.\(name.prefix(100)).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kept ?? 0o666)
    guard descriptor >= 0 else { throw .system("write", path) }
    var failure = write(bytes, to: descriptor) ? nil : FileError.system("write", path)
    if failure == nil, let kept, fchmod(descriptor, kept) != 0 { failure = .system("write", path) }
    if failure == nil, fsync(descriptor) != 0 { failure = .system("write", path) }
    close(descriptor)
    if failure == nil, rename(temporary, path) != 0 { failure = .system("write", path) }
    if let failure {
      unlink(temporary)
      throw failure
    }
    syncFolder(folder)
  }

  private static func write(_ bytes: some ContiguousBytes, to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var place = 0
      while place < buffer.count {
        let count = Platform.write(descriptor, buffer.baseAddress.map { $0 + place }, buffer.count - place)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        place += count
      }
      return true
    }
  }

  /// Makes a rename or removal in a folder safe from a power cut.
  package static func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    close(descriptor)
  }

  /// Deletes a file.
  package static func delete(_ path: String) throws(FileError) {
    guard unlink(path) == 0 else { throw .system("delete", path) }
    syncFolder((path as NSString).deletingLastPathComponent)
  }
}

/// System calls whose names our own functions have too.
private enum Platform {
  package static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer, count)
    #elseif canImport(Musl)
      Musl.read(descriptor, buffer, count)
    #else
      Darwin.read(descriptor, buffer, count)
    #endif
  }

  static func write(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, buffer, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, buffer, count)
    #else
      Darwin.write(descriptor, buffer, count)
    #endif
  }
}
