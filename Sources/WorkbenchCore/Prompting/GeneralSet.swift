import Domain
import GeneralTasks

extension CaseAddition {
  /// The general tasks that come with Assay as a new eval set, with the prompt that asks them.
  /// - Parameter path: the set's file, relative to the workspace; set and prompt have its name.
  package static func general(at path: String) -> CaseAddition {
    let name = String((path.split(separator: "/").last ?? "general").split(separator: ".").first ?? "general")
    var addition = CaseAddition(set: name, path: path, lines: GeneralTasks.lines)
    addition.prompt = NewPrompt(
      name: name, folder: "prompts/\(name)", file: "80-question.md", text: GeneralTasks.section)
    addition.isGeneral = true
    return addition
  }
}

extension CaseAddition {
  /// The same with a name that no eval set and no prompt of a workspace has.
  package static func general(in workspace: Workspace) -> CaseAddition {
    general(at: GeneralSet.freePath(in: workspace))
  }
}

extension Command {
  /// Adds the general tasks that come with Assay as an eval set marked `general`.
  /// - Parameter path: the set's file, relative to the workspace.
  package static func addGeneralSet(at path: String) -> Command { Command(GeneralSet(path: path)) }
}

/// The general tasks that come with Assay, to be written into a workspace.
struct GeneralSet: Performable {
  var path: String

  var isEdit: Bool { true }

  /// Writes the set's file and its prompt, and names both in `assay.yaml`.
  /// - Throws: `WorkbenchError.input` where something has the name already, or a `Problem`.
  func perform(on workbench: isolated Workbench) async throws {
    let addition = CaseAddition.general(at: path)
    let (workspace, files) = (workbench.snapshot.workspace, workbench.dependencies.files)
    try Workbench.check(addition.set)
    let other = "; name another file, such as \(Self.freePath(in: workspace))."
    guard workspace.evalSet(addition.set) == nil else {
      throw WorkbenchError.input("There is an eval set \"\(addition.set)\" already\(other)")
    }
    guard !workspace.prompts.contains(where: { $0.name == addition.set }) else {
      throw WorkbenchError.input("There is a prompt \"\(addition.set)\" already\(other)")
    }
    guard await files.fingerprint(of: path) == nil else {
      throw WorkbenchError.input("\(path) is there already\(other)")
    }
    try await files.append([addition])
    await workbench.reloadFiles()
  }

  /// A file whose name no eval set and no prompt has.
  static func freePath(in workspace: Workspace) -> String {
    let taken = Set(workspace.evalSets.flatMap { [$0.name, $0.path] } + workspace.prompts.map(\.name))
    let names = ["general", "general-tasks"] + (2...taken.count + 2).map { "general-tasks-\($0)" }
    let name = names.first { !taken.contains($0) && !taken.contains("evals/\($0).jsonl") } ?? "general"
    return "evals/\(name).jsonl"
  }

  /// The shell command that does the same.
  static func command(at path: String) -> String { "assay cases general --write \(MeasureRequest.word(path))" }
}
