import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder where this installation keeps what only its user may read: which workspaces are trusted, and its key.
package struct UserFolder: Sendable, Hashable {
  /// An absolute path.
  package let path: String

  package init(path: String) { self.path = path }

  /// `assay/trust` where programs of this system keep a user's data.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> UserFolder {
    func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    let home = folder("HOME") ?? NSHomeDirectory()
    #if os(macOS)
      return UserFolder(path: home + "/Library/Application Support/assay/trust")
    #else
      return UserFolder(path: (folder("XDG_DATA_HOME") ?? home + "/.local/share") + "/assay/trust")
    #endif
  }

  /// Makes the folder, for its user alone.
  /// - Throws: ``TrustFailure`` when it can't be made or belongs to another user.
  func make() throws(TrustFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw TrustFailure("\(path) can't be made: \((error as NSError).localizedDescription)")
    }
    guard isOurs else {
      throw TrustFailure("\(path) belongs to another user or is a link, so what stands there can't be relied on.")
    }
    chmod(path, 0o700)
    Temporaries.sweep(path)
  }

  /// Whether it is a folder of this user, and no link.
  private var isOurs: Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
  }

  /// The bytes of a file in it; nil where there is none.
  /// - Throws: ``TrustFailure`` when it is another user's, or can be written by others.
  func read(_ name: String, limit: Int) throws(TrustFailure) -> [UInt8]? {
    let file = path + "/" + name
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw TrustFailure("\(file) can't be read: \(String(cString: strerror(errno))).")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o022 == 0
    else {
      throw TrustFailure(
        "\(file) is another user's, or others may write it, so it can't be relied on. Look at it, then remove it.")
    }
    guard let data = try? handle.read(upToCount: limit + 1), data.count <= limit else {
      throw TrustFailure("\(file) can't be read, or is larger than it can be. Look at it, then remove it.")
    }
    return Array(data)
  }

  /// Writes a file in it, atomically and for its user alone.
  /// - Parameter replaces: whether one that is there is replaced; else it stays, and nothing is written.
  /// - Throws: ``TrustFailure``.
  func write(_ bytes: [UInt8], to name: String, replaces: Bool) throws(TrustFailure) {
    try make()
    let file = path + "/" + name
    let temporary = path + "/" + Temporaries.newName()
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw TrustFailure("\(path) can't be written: \(String(cString: strerror(errno))).")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    defer { unlink(temporary) }
    do {
      try handle.write(contentsOf: Data(bytes))
      try handle.synchronize()
    } catch {
      throw TrustFailure("\(path) can't be written: \((error as NSError).localizedDescription)")
    }
    // A link is made only where nothing stands, so that of two processes one's file wins and stays.
    let isDone = replaces ? rename(temporary, file) == 0 : link(temporary, file) == 0 || errno == EEXIST
    guard isDone else { throw TrustFailure("\(file) can't be written: \(String(cString: strerror(errno))).") }
  }

  /// Removes a file in it; one that isn't there is fine.
  func remove(_ name: String) throws(TrustFailure) {
    guard unlink(path + "/" + name) == 0 || errno == ENOENT || errno == ENOTDIR else {
      throw TrustFailure("\(path)/\(name) can't be removed: \(String(cString: strerror(errno))).")
    }
  }
}

/// Why trust can't be remembered or relied on: a sentence.
package struct TrustFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
