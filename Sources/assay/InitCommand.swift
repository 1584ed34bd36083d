import ArgumentParser
import Files
import ModelAPI
import Trust
import WorkbenchCore
import WorkspaceFiles

/// `assay init`: a new workspace.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a small workspace that works at once, to be filled with your own task.")

  @Argument(help: "The folder; made when it doesn't exist.", completion: .directory)
  var directory: String

  func run() async throws {
    let folder = WorkspaceOptions.absolute(directory)
    try WorkspaceTemplate.check(folder)
    // Before anything else, since what is half written lies in it.
    do throws(FileError) { try FileBytes.makeFolder(folder) } catch { throw WorkbenchError.input("\(error)") }
    try StateFolder(workspace: folder).make()
    let files = try WorkspaceTemplate.write(to: folder)
    try await Self.trust(folder)
    for file in files { print("  " + file) }
    print(
      "A new workspace is in \(directory). `assay eval --workspace \(directory)` runs it; `assay \(directory)` opens it."
    )
  }

  /// What was made here needs no question; it works without, where nothing can be remembered.
  private static func trust(_ folder: String) async throws {
    let workspace = try await FolderWorkspaceFiles(folder, dialects: .builtIn).read()
    do { try WorkspaceGate(workspace: folder).allow(workspace.permissions) } catch { Wiring.say("assay: \(error)") }
  }
}
