import Domain
import Files
import Foundation
import Terminal
import WorkbenchCore

/// A file that an option of the command line names to be written; `-` is standard output. It may lie anywhere, since a
/// person named it.
struct OutputFile {
  /// The path as it was given.
  let path: String

  /// Whether it is standard output.
  var isStandardOutput: Bool { path == "-" }

  /// Where it is, in full.
  private var place: String { WorkspaceOptions.absolute(path) }

  /// Refuses what must not be replaced: anything but a regular file, and what a workspace stands on.
  /// - Throws: `WorkbenchError.input`.
  func check(workspace: String) throws {
    guard !isStandardOutput else { return }
    guard !path.isEmpty else { throw WorkbenchError.input("Name a file, or - for standard output.") }
    let kind = (try? FileManager.default.attributesOfItem(atPath: place))?[.type] as? FileAttributeType
    guard kind == nil || kind == .typeRegular || kind == .typeSymbolicLink else {
      throw WorkbenchError.input("\(path) is not a regular file; name another, or - for standard output.")
    }
    guard place != workspace + "/assay.yaml", !place.hasPrefix(workspace + "/.assay/") else {
      throw WorkbenchError.input("\(path) belongs to the workspace; name another file.")
    }
  }

  /// Writes it whole: a reader sees what was there before or all of the new.
  /// - Throws: `WorkbenchError.input`.
  func write(_ bytes: Data) throws {
    do throws(FileError) { try FileBytes.replace(place, with: bytes) } catch {
      throw WorkbenchError.input("\(path) can't be written. \(error)")
    }
  }

  /// The same for a text, which may go to standard output.
  func write(_ text: String) throws {
    if isStandardOutput { return Console.output.write(text) }
    try write(Data(text.utf8))
  }
}
