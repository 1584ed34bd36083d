import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a path isn't used: a sentence that says what to do.
struct PathError: Error, CustomStringConvertible {
  var description: String
}

/// The workspace's folder, and which paths in it may be read and written.
struct WorkspaceFolder: Sendable, Hashable {
  /// An absolute path without a slash at its end.
  let path: String

  /// A folder; a relative path starts at the process's working folder.
  init(_ path: String) {
    let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    self.path = (absolute as NSString).standardizingPath
  }

  /// The folder's own name.
  var name: String { (path as NSString).lastPathComponent }

  /// The absolute path of a file to read.
  /// - Parameter mayBeAbsolute: whether a person may mean a place outside of the workspace, such as a model's folder.
  func reading(_ relative: String, mayBeAbsolute: Bool = false) throws(PathError) -> String {
    if mayBeAbsolute, relative.hasPrefix("~/") { return (relative as NSString).expandingTildeInPath }
    if mayBeAbsolute, relative.hasPrefix("/"), !relative.contains("\0") { return relative }
    return path + "/" + (try checked(relative))
  }

  /// The absolute path of a file to write, with symbolic links resolved: never outside of the workspace.
  func writing(_ relative: String) throws(PathError) -> String {
    let clean = try checked(relative)
    guard let root = Self.realPath(path) else { throw PathError(description: "The folder \(path) doesn't exist.") }
    var existing = path + "/" + clean
    var missing: [String] = []
    while !Self.exists(existing) {
      missing.insert((existing as NSString).lastPathComponent, at: 0)
      existing = (existing as NSString).deletingLastPathComponent
    }
    guard let real = Self.realPath(existing), real == root || real.hasPrefix(root + "/") else {
      throw PathError(
        description: "\(relative) leads out of the workspace through a symbolic link; replace the link by a real file.")
    }
    return ([real] + missing).joined(separator: "/")
  }

  private func checked(_ relative: String) throws(PathError) -> String {
    let shown = relative.prefix(200)
    guard !relative.isEmpty, !relative.contains("\0"), relative.utf8.count < 4096 else {
      throw PathError(description: "\"\(shown)\" is not a path; write one like prompts/main.")
    }
    guard !relative.hasPrefix("/"), !relative.hasPrefix("~") else {
      throw PathError(description: "\(shown) is outside of the workspace; write a path relative to its folder.")
    }
    let components = relative.split(separator: "/").filter { $0 != "." }
    guard !components.contains(".."), !components.isEmpty else {
      throw PathError(description: "\(shown) leads out of the workspace; write a path inside its folder.")
    }
    return components.joined(separator: "/")
  }

  /// Whether something is there, a broken link included.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Whether a folder is there.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
