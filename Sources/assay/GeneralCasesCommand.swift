import ArgumentParser
import Content
import Domain
import GeneralTasks
import WorkbenchCore

extension CasesCommand {
  /// The general tasks that come with Assay.
  struct General: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "general",
      abstract: "Print the \(GeneralTasks.all.count) general tasks that come with Assay, or add them as an eval set.",
      discussion: """
        They show what tuning makes a model forget: instructions, formats, arithmetic, refusal, recall from long texts and \
        languages, each a tag, graded without a model. --write adds them to the workspace as an eval set with general: true, \
        and a prompt that asks them; evaluate the tuned model and its base on it.
        """)
    @Option(
      help: ArgumentHelp(
        "The file to write, in the workspace, such as evals/general.jsonl; set and prompt have its name.",
        valueName: "file"), completion: .file())
    var write: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      guard let write else {
        if options.json { return printJSON(summary(of: nil)) }
        return print(GeneralTasks.lines.joined(separator: "\n"))
      }
      let folder = options.folder + "/"
      let path = write.hasPrefix(folder) ? String(write.dropFirst(folder.count)) : write
      let workbench = try await options.workbench()
      do { try await workbench.perform(.addGeneralSet(at: path)) } catch {
        await workbench.close()
        throw error
      }
      await workbench.close()
      let added = CaseAddition.general(at: path)
      if options.json { return printJSON(summary(of: added)) }
      let set = MeasureRequest.word(added.set)
      print(
        "\(added.lines.count) general tasks are in \(path); assay.yaml names the set \(added.set) and its prompt."
          + " `assay eval VARIANT --set \(set)` measures one; the verdict compares the tuned model with its base.")
    }

    private func summary(of added: CaseAddition?) -> JSONValue {
      let skills = GeneralTask.Skill.allCases.map { skill -> JSONValue in
        ["skill": .string(skill.rawValue), "cases": JSONValue(GeneralTasks.all.count { $0.skill == skill })]
      }
      return [
        "cases": JSONValue(GeneralTasks.all.count), "skills": .array(skills),
        "set": added.map { .string($0.set) } ?? .null, "file": added.map { .string($0.path) } ?? .null,
        "prompt": added?.prompt.map { .string($0.name) } ?? .null,
      ]
    }
  }
}
