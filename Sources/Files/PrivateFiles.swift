import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files and folders for their user alone: `.assay`, the engine, the queue. Modes are 0600 and 0700, whatever the umask is.
package enum PrivateFiles {
  /// Replaces a small file by which Assay's processes tell each other something, whole. Its folder has to be there: one
  /// that somebody has removed is not made anew.
  /// - Throws: ``PathError`` that names the file.
  package static func write(_ text: String, to path: String) throws(PathError) {
    do throws(FileError) {
      try FileBytes.write(
        Array(text.utf8), to: path, in: (path as NSString).deletingLastPathComponent, for: .owner)
    } catch .missing {
      throw PathError(description: "\(path) can't be written: its folder is gone.")
    } catch {
      throw PathError(description: "\(path) can't be written. \(error)")
    }
  }

  /// Makes a folder where it is missing. What stands there already, made by an earlier version perhaps, becomes the user's
  /// alone: the folder, and the files and folders right in it.
  /// - Throws: ``FileError``.
  package static func makeFolder(_ path: String) throws(FileError) {
    try FileBytes.makeFolder(path, for: .owner)
    close(path)
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] { close(path + "/" + entry) }
  }

  /// Takes from group and others what they may do. What belongs to somebody else stays as it is.
  private static func close(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 != 0,
      [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    else { return }
    chmod(path, status.st_mode & 0o7700)
  }
}
