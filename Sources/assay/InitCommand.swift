import ArgumentParser
import Domain
import Files
import ModelAPI
import Trust
import WorkbenchCore
import WorkspaceFiles

/// `assay init`: a new workspace.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract:
      "Make a small workspace that works at once, to be filled with your own task, or one of your file's cases.",
    discussion: """
      With --from the cases of a file become its eval set, the fields that all of them have its prompt's slots, and a first \
      grader is guessed from what they expect. With --endpoint five cases are asked there. docs/importing.md describes the \
      files that can be read.
      """)

  @Argument(help: "The folder; made when it doesn't exist.", completion: .directory)
  var directory: String
  @OptionGroup var source: InitSource
  @Flag(help: "Add the general tasks that come with Assay, to see what tuning makes a model forget.")
  var general = false

  func run() async throws {
    let folder = WorkspaceOptions.absolute(directory)
    var files: [String]
    if let file = source.from {
      files = try make(from: file, in: folder)
    } else {
      try WorkspaceTemplate.check(folder)
      // Before anything else, since what is half written lies in it.
      do throws(FileError) { try FileBytes.makeFolder(folder) } catch { throw WorkbenchError.input("\(error)") }
      try StateFolder(workspace: folder).make()
      files = try WorkspaceTemplate.write(to: folder)
    }
    if general {
      let tasks = CaseAddition.general(at: "evals/general.jsonl")
      try await FolderWorkspaceFiles(folder, dialects: .builtIn).append([tasks])
      files += [tasks.prompt.map { "\($0.folder)/\($0.file)" }, tasks.path].compactMap(\.self)
    }
    try await Self.trust(folder)
    for file in files { print("  " + file) }
    if source.endpoint != nil {
      print(
        "A new workspace is in \(directory). Five cases are asked now; `assay eval --workspace \(directory)` asks all.")
      let evaluation = try EvalCommand.parse(["--workspace", folder, "--limit", "5"])
      try await evaluation.run()
    } else {
      print(
        "A new workspace is in \(directory). `assay eval --workspace \(directory)` runs it; `assay \(directory)` opens it."
      )
    }
  }

  /// What was made here needs no question; it works without, where nothing can be remembered.
  private static func trust(_ folder: String) async throws {
    let workspace = try await FolderWorkspaceFiles(folder, dialects: .builtIn).read()
    do { try WorkspaceGate(workspace: folder).allow(workspace.permissions) } catch { Wiring.say("assay: \(error)") }
  }
}
