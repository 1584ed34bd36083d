import ArgumentParser
import Domain
import Examples
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
      With --example one of five finished tasks is made, with recorded answers of several variants: support (messages to \
      labels), extract (e-mails to fields), summarise (free text with a judge), chat (conversations and tools) and review \
      (lists in any order, with retrieved context).

      With --from the cases of a file become its eval set, the fields that all of them have its prompt's slots, and a first \
      grader is guessed from what they expect. With --endpoint five cases are asked there. docs/importing.md describes the \
      files that can be read.
      """)

  @Argument(help: "The folder; made when it doesn't exist.", completion: .directory)
  var directory: String
  @Option(help: "A finished task to look at, change and start from: support, extract, summarise, chat or review.")
  var example: Example?
  @OptionGroup var source: InitSource
  @Flag(help: "Add the general tasks that come with Assay, to see what tuning makes a model forget.")
  var general = false

  func validate() throws {
    if example != nil, source.from != nil {
      throw ValidationError("A workspace is made of an example or of a file: give --example or --from, not both.")
    }
  }

  func run() async throws {
    let folder = WorkspaceOptions.absolute(directory)
    let files =
      if let example {
        [NewWorkspace.gitignore] + example.files.map { ($0.path, $0.text) }
      } else if let file = source.from {
        try self.files(from: file)
      } else {
        WorkspaceTemplate.files
      }
    try NewWorkspace.check(files, in: folder)
    // Before anything else, since what is half written lies in it.
    do throws(FileError) { try FileBytes.makeFolder(folder) } catch { throw WorkbenchError.input("\(error)") }
    try StateFolder(workspace: folder).make()
    var written = try NewWorkspace.write(files, to: folder)
    if general {
      let files = FolderWorkspaceFiles(folder, dialects: .builtIn)
      let tasks = CaseAddition.general(in: try await files.read())
      try await files.append([tasks])
      written += [tasks.prompt.map { "\($0.folder)/\($0.file)" }, tasks.path].compactMap(\.self)
    }
    try await Self.trust(folder)
    for file in written { print("  " + file) }
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

extension Example: ExpressibleByArgument {}
