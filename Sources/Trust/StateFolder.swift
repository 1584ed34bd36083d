import Content
import Files
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A workspace's `.assay`: runs, jobs, drafts. It is this installation's own when it carries its mark, a signature over
/// the folder's real path and inode. One that was cloned, copied, moved or restored carries none.
package struct StateFolder: Sendable, Hashable {
  /// The workspace's folder, with links resolved.
  package let root: String
  /// The folder itself.
  package var path: String { root + "/.assay" }
  private var markFile: String { path + "/mark" }
  private static let purpose = "assay state folder 1"

  /// - Parameter workspace: the workspace's folder, which exists.
  package init(workspace: String) { root = WorkspaceFolder.realPath(workspace) ?? workspace }

  /// What stands there.
  package enum Standing: Sendable, Hashable {
    /// Nothing.
    case absent
    /// A folder that this installation made or adopted.
    case ours
    /// A folder that it did not.
    case unmarked
  }

  /// Looks, and writes nothing.
  /// - Parameter key: the installation's; nil where there is none, and then nothing is marked.
  /// - Throws: ``TrustFailure`` where the folder, or what it is made of, is a link or belongs to another user.
  package func standing(_ key: InstallationKey?) throws(TrustFailure) -> Standing {
    guard let status = Self.status(path) else { return .absent }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw TrustFailure("\(path) is a link or a file, and has to be a folder: remove it.")
    }
    guard status.st_uid == geteuid() || geteuid() == 0 else {
      throw TrustFailure("\(path) belongs to another user, so what stands there can't be relied on.")
    }
    // Deeper lie the folders of jobs, in which trainers put what they like.
    for folder in try checkEntries(of: path) { try checkEntries(of: folder) }
    guard let key, let mark = try? FileBytes.read(markFile, limit: 200),
      let signature = Hexadecimal.bytes(
        String(decoding: mark, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    else { return .unmarked }
    return key.verifies(signature, of: parts(status), for: Self.purpose) ? .ours : .unmarked
  }

  /// What in it is Assay's own is a file or a folder, and never a link.
  /// - Returns: the folders.
  @discardableResult
  private func checkEntries(of folder: String) throws(TrustFailure) -> [String] {
    var folders: [String] = []
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let status = Self.status(folder + "/" + entry) else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: continue
      case S_IFDIR: folders.append(folder + "/" + entry)
      case S_IFLNK: throw TrustFailure("\(folder)/\(entry) is a link, which Assay never makes there: remove it.")
      default: throw TrustFailure("\(folder)/\(entry) is no file, and Assay never makes such a thing: remove it.")
      }
    }
    return folders
  }

  /// Makes the folder where there is none, readable by its user alone, with a `.gitignore` that keeps it out of git.
  /// - Throws: ``TrustFailure``.
  package func make() throws(TrustFailure) {
    do throws(FileError) { try PrivateFiles.makeFolder(path) } catch {
      throw TrustFailure("\(path) can't be made. \(error)")
    }
    if Self.status(path + "/.gitignore") == nil {
      do throws(FileError) { try FileBytes.replace(path + "/.gitignore", with: Array("*\n".utf8), for: .owner) } catch {
        throw TrustFailure("\(path) can't be written: \(error)")
      }
    }
  }

  /// Whether files can be made in it, or it can be made.
  package var canBeWritten: Bool {
    guard Self.status(path) != nil else { return access(root, W_OK) == 0 }
    let database = path + "/assay.sqlite"
    return access(path, W_OK | X_OK) == 0 && (Self.status(database) == nil || access(database, W_OK) == 0)
  }

  /// Removes what processes that were killed left half written.
  package func sweep() {
    let jobs = path + "/jobs"
    let drafts = path + "/drafts"
    var folders = [path, path + "/" + WorkspaceFolder.scratchName, drafts]
    folders += ((try? FileManager.default.contentsOfDirectory(atPath: jobs)) ?? []).map { jobs + "/" + $0 }
    for case let name as String in FileManager.default.enumerator(atPath: drafts) ?? .init() {
      if WorkspaceFolder.isFolder(drafts + "/" + name) { folders.append(drafts + "/" + name) }
    }
    for folder in folders { Temporaries.sweep(folder) }
  }

  /// Marks the folder as this installation's own.
  /// - Throws: ``TrustFailure``.
  package func mark(_ key: InstallationKey) throws(TrustFailure) {
    guard let status = Self.status(path) else { throw TrustFailure("\(path) is not there any more.") }
    let text = Hexadecimal.text(key.signature(of: parts(status), for: Self.purpose)) + "\n"
    do throws(FileError) { try FileBytes.replace(markFile, with: Array(text.utf8), for: .owner) } catch {
      throw TrustFailure("\(markFile) can't be written: \(error)")
    }
  }

  private func parts(_ status: stat) -> [[UInt8]] {
    [Array(path.utf8), Array("\(status.st_ino)".utf8)]
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }
}
