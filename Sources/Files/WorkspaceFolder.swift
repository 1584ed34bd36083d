import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a path isn't used: a sentence that says what to do.
package struct PathError: Error, CustomStringConvertible {
  /// The sentence.
  package var description: String
  package init(description: String) { self.description = description }
}

/// The workspace's folder, and which paths in it may be read and written.
package struct WorkspaceFolder: Sendable, Hashable {
  /// An absolute path without a slash at its end.
  package let path: String

  /// A folder; a relative path starts at the process's working folder.
  package init(_ path: String) {
    let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    self.path = (absolute as NSString).standardizingPath
  }

  /// The folder's own name.
  package var name: String { (path as NSString).lastPathComponent }

  /// The absolute path of a file or folder to read, with symbolic links resolved: never outside of the workspace, however
  /// the path or a link in it is written. What doesn't exist is no error here.
  /// - Parameter mayBeAbsolute: whether a person may mean a place outside of the workspace, such as a model's folder.
  /// - Throws: ``PathError``.
  package func reading(_ relative: String, mayBeAbsolute: Bool = false) throws(PathError) -> String {
    if mayBeAbsolute, isOutside(relative) {
      return (relative as NSString).expandingTildeInPath
    }
    let clean = try checked(relative)
    let whole = path + "/" + clean
    guard let root = Self.realPath(path), let real = Self.realPath(whole) else { return whole }
    guard Self.holds(root, real) else { throw Self.leadsOut(clean) }
    return real
  }

  /// Whether a path is written as one outside of the workspace: absolute, or from a home folder on.
  package func isOutside(_ path: String) -> Bool {
    !path.contains("\0") && (path.hasPrefix("/") || path.hasPrefix("~/"))
  }

  /// Refuses a folder of the workspace that holds a link to something outside of it, which a program that is given the
  /// folder would follow. Folders that a person names by an absolute path are taken as they are.
  /// - Throws: ``PathError`` that names the link.
  package func checkLinks(in relative: String) throws(PathError) {
    if isOutside(relative) { return }
    let top = try reading(relative)
    guard let root = Self.realPath(path) else { return }
    var open = [(path: top, depth: 0)]
    var seen = 0
    while let (folder, depth) = open.popLast() {
      for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        seen += 1
        guard seen <= Self.mostEntries, depth < Self.mostLevels else {
          throw PathError(
            description:
              "\(relative) holds more than \(Self.mostEntries) files or \(Self.mostLevels) levels of folders; "
              + "name it by its absolute path.")
        }
        let file = folder + "/" + entry
        var status = stat()
        guard lstat(file, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFLNK {
          guard let real = Self.realPath(file) else { continue }
          guard Self.holds(root, real) else { throw Self.leadsOut("\(relative)/\(entry)") }
        } else if status.st_mode & S_IFMT == S_IFDIR {
          open.append((file, depth + 1))
        }
      }
    }
  }

  /// How many entries of a folder are looked at for links.
  private static let mostEntries = 20_000
  private static let mostLevels = 16

  /// Whether a real path is a folder's, or lies in it: byte for byte, as file systems compare names. Two folders whose names
  /// Swift takes for equal, in composed and decomposed letters, are two.
  package static func holds(_ folder: String, _ path: String) -> Bool {
    let (folder, path) = (Array(folder.utf8), Array(path.utf8))
    return path.starts(with: folder) && (path.count == folder.count || path[folder.count] == UInt8(ascii: "/"))
  }

  private static func leadsOut(_ relative: String) -> PathError {
    PathError(
      description: "\(relative) leads out of the workspace through a symbolic link; replace the link by a real file.")
  }

  /// The absolute path of a file to write, with symbolic links resolved: never outside of the workspace.
  package func writing(_ relative: String) throws(PathError) -> String {
    let clean = try checked(relative)
    guard let root = Self.realPath(path) else { throw PathError(description: "The folder \(path) doesn't exist.") }
    var existing = path + "/" + clean
    var missing: [String] = []
    while !Self.exists(existing) {
      missing.insert((existing as NSString).lastPathComponent, at: 0)
      existing = (existing as NSString).deletingLastPathComponent
    }
    guard let real = Self.realPath(existing), Self.holds(root, real) else {
      throw Self.leadsOut(relative)
    }
    return ([real] + missing).joined(separator: "/")
  }

  /// Replaces a file of the workspace whole. While it is written it lies where git doesn't look: in `.assay/tmp`, where there
  /// is a state folder for this user alone (a cloned one never is), and else in a folder of its own beside the file.
  /// - Parameter file: as ``writing(_:)`` gives it.
  /// - Throws: ``FileError``.
  package func replace(_ file: String, with bytes: some ContiguousBytes) throws(FileError) {
    var status = stat()
    let state = path + "/.assay"
    let isPrivate =
      lstat(state, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
      && status.st_mode & 0o077 == 0
    let scratch = state + "/" + Self.scratchName
    let isFolder = lstat(scratch, &status) != 0 || status.st_mode & S_IFMT == S_IFDIR
    if isPrivate, isFolder { return try FileBytes.replace(file, with: bytes, scratch: scratch) }
    let folder = (file as NSString).deletingLastPathComponent
    try FileBytes.makeFolder(folder)
    Temporaries.sweep(folder)
    let own = folder + "/" + Temporaries.newName()
    try FileBytes.makeFolder(own, for: .owner)
    defer { try? FileManager.default.removeItem(atPath: own) }
    do { try FileBytes.appending(own + "/.gitignore").write(contentsOf: Data("*\n".utf8)) } catch {
      throw .system("write", file)
    }
    try FileBytes.replace(file, with: bytes, scratch: own)
  }

  /// The folder in `.assay` for files while they are written.
  package static let scratchName = "tmp"

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
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Whether a folder is there.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A path with all links resolved; nil when something on it doesn't exist or can't be looked at.
  package static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
