import Domain
import Files

/// Writing the files of a new workspace: all of them, and only where none of them is there.
package enum NewWorkspace {
  /// A file: its path, relative to the workspace, and its text.
  package typealias File = (path: String, text: String)

  /// Writes files; makes the folder where it doesn't exist.
  /// - Parameter files: in the order they are written; `assay.yaml` last, so that a folder with one is complete.
  /// - Returns: the paths of the files written, relative to the folder.
  /// - Throws: `Problem` when a file is there already; nothing is written then.
  @discardableResult
  package static func write(_ files: [File], to folder: String) throws -> [String] {
    try check(files, in: folder)
    let folder = WorkspaceFolder(folder)
    var written: [String] = []
    for file in files where !WorkspaceFolder.exists(folder.path + "/" + file.path) {
      do {
        try folder.replace(folder.path + "/" + file.path, with: Array(file.text.utf8))
        written.append(file.path)
      } catch {
        throw Problem(file: file.path, message: error.description)
      }
    }
    return written
  }

  /// Whether files can be written to a folder, or the folder be made. A `.gitignore` stays as it is.
  /// - Throws: `Problem` when a file is there already.
  package static func check(_ files: [File], in folder: String) throws {
    let folder = WorkspaceFolder(folder)
    let present = files.map(\.path).filter { $0 != ".gitignore" && WorkspaceFolder.exists(folder.path + "/" + $0) }
    guard present.isEmpty else {
      throw Problem(
        file: present[0],
        message: "\(folder.path) has \(present.joined(separator: ", ")) already, and nothing is overwritten; choose "
          + "another folder, or open this one with `assay \(folder.path)`.")
    }
  }

  /// What git ignores in a workspace.
  package static let gitignore: File = (".gitignore", ".assay/\n")
}
