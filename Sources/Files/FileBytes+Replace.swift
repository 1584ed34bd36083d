import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension FileBytes {
  /// Replaces a file whole, or makes it with the folders above it: a reader sees the old content or the new, and after
  /// a power cut one of them is there. The mode of a file that was there is kept; a new one follows the user's umask.
  /// - Parameter access: `.owner` gives the file mode 0600, and new folders 0700, whatever stood there.
  /// - Parameter scratch: a folder on the same disk for the file while it is being written, made where it is missing; nil
  ///   for the file's own.
  package static func replace(
    _ path: String, with bytes: some ContiguousBytes, for access: FileAccess = .usual, scratch: String? = nil
  ) throws(FileError) {
    let folder = (path as NSString).deletingLastPathComponent
    try makeFolder(folder, for: access)
    try write(bytes, to: path, in: folder, for: access, scratch: scratch)
  }

  /// The same where the folder has to be there already.
  static func write(
    _ bytes: some ContiguousBytes, to path: String, in folder: String, for access: FileAccess, scratch: String? = nil
  ) throws(FileError) {
    var status = stat()
    let mode = access == .owner ? 0o600 : stat(path, &status) == 0 ? status.st_mode & 0o7777 : FileAccess.usualFileMode
    if let scratch {
      try makeFolder(scratch, for: .owner)
      if try write(bytes, mode, by: scratch + "/" + Temporaries.newName(), to: path) { return syncFolder(folder) }
      // The folders are on different disks.
    }
    guard try write(bytes, mode, by: folder + "/" + Temporaries.newName(), to: path) else {
      throw .system("write", path)
    }
    syncFolder(folder)
  }

  /// Writes a temporary file and gives it the path.
  /// - Returns: false where the two are on different disks.
  private static func write(
    _ bytes: some ContiguousBytes, _ mode: mode_t, by temporary: String, to path: String
  ) throws(FileError) -> Bool {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system("write", path) }
    var failure = write(bytes, to: descriptor) ? nil : FileError.system("write", path)
    if failure == nil, fchmod(descriptor, mode) != 0 { failure = .system("write", path) }
    if failure == nil, fsync(descriptor) != 0 { failure = .system("write", path) }
    // Some disks tell only now that there is no room.
    if close(descriptor) != 0, failure == nil { failure = .system("write", path) }
    if failure == nil, rename(temporary, path) == 0 { return true }
    let isOtherDisk = failure == nil && errno == EXDEV
    if failure == nil, !isOtherDisk { failure = .system("write", path) }
    unlink(temporary)
    if let failure { throw failure }
    return false
  }

  private static func write(_ bytes: some ContiguousBytes, to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var place = 0
      while place < buffer.count {
        let count = writeOnce(descriptor, buffer.baseAddress.map { $0 + place }, buffer.count - place)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        place += count
      }
      return true
    }
  }

  /// A regular file opened for writing at its end, made for its user alone where it is missing.
  package static func appending(_ path: String) throws(FileError) -> FileHandle {
    // O_NONBLOCK: opening a named pipe must not block until it has a reader.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let descriptor = open(path, flags, 0o600)
    guard descriptor >= 0 else { throw .system("write", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .special
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Creates a folder and its missing parents; does nothing if it exists.
  /// - Parameter access: `.owner` gives those that are made mode 0700; else they follow the user's umask.
  package static func makeFolder(_ path: String, for access: FileAccess = .usual) throws(FileError) {
    var missing: [String] = []
    var place = path
    var status = stat()
    while stat(place, &status) != 0 {
      guard errno == ENOENT, place != "/", !place.isEmpty else { throw .noFolder(place, errno) }
      missing.append(place)
      place = (place as NSString).deletingLastPathComponent
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .noFolder(place, ENOTDIR) }
    for place in missing.reversed() {
      guard mkdir(place, 0o700) == 0 else {
        if errno == EEXIST { continue }
        throw .noFolder(place, errno)
      }
      if access == .usual { chmod(place, FileAccess.usualFolderMode) }
    }
  }

  /// Flushes a folder to disk, so that a rename or removal in it survives a power failure.
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

extension FileError {
  /// Why a folder can't be made.
  fileprivate static func noFolder(_ path: String, _ code: Int32) -> FileError {
    .failed("Can't make the folder \(path): \(String(cString: strerror(code))).")
  }
}

// Out of `FileBytes`, which has functions of the same name.
private func writeOnce(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, buffer, count)
}
