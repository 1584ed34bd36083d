import ArgumentParser
import Content
import Domain
import WorkbenchCore

/// `assay prompt`: what a variant sends.
struct PromptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt", abstract: "Show prompts as they are written and as a model sees them.",
    subcommands: [Show.self, Versions.self, Diff.self, Restore.self], defaultSubcommand: Show.self)

  /// One prompt.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a variant's sections, or with --rendered exactly what the model sees.")
    @Argument(help: "The variant; the workspace's first when not named.")
    var variant: String?
    @Flag(help: "Fill the slots from a case and show the messages.")
    var rendered = false
    @Option(name: .customLong("case"), help: "The case to fill the slots from; the first when not named.")
    var caseID: String?
    @Option(help: "The eval set of the case.")
    var set: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      Wiring.report(workspace.problems)
      guard let name = variant ?? workspace.variants.first?.name else {
        throw WorkbenchError.input("assay.yaml has no variants; add one to see what it sends.")
      }
      guard let setName = set ?? workspace.evalSets.first?.name else {
        throw WorkbenchError.input("assay.yaml has no eval set to fill the slots from.")
      }
      if let caseID, workspace.evalSet(setName)?.cases.contains(where: { $0.id == caseID }) == false {
        throw WorkbenchError.input("The eval set \"\(setName)\" has no case \"\(caseID)\".")
      }
      let request = RenderRequest(variant: name, set: setName, caseID: caseID)
      let prompt = try await workbench.answer(to: RenderQuery(request))
      await workbench.close()
      if let problem = prompt.problem, rendered || options.json { throw WorkbenchError.input(problem) }
      if options.json { return printJSON(Report.rendered(prompt)) }
      if rendered {
        for message in prompt.messages { print("── \(message.role.rawValue) ──\n\(message.content)\n") }
      } else {
        var table = TextTable(.init("section"), .init("role"), .init("tokens", .right), .init("text"))
        let mark = prompt.countsAreExact ? "" : "~"
        table.rows = prompt.parts.map { part in
          let line = part.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
          return [part.title, part.role.rawValue, part.tokens.map { mark + "\($0)" } ?? "–", String(line.prefix(72))]
        }
        table.print()
        if let problem = prompt.problem { throw WorkbenchError.input(problem) }
      }
    }
  }
}

extension Report {
  static func rendered(_ prompt: RenderedPrompt) -> JSONValue {
    [
      "variant": .string(prompt.request.variant), "set": .string(prompt.request.set),
      "case": prompt.request.caseID.map { .string($0) } ?? .null, "prompt_version": .string(prompt.version.short),
      "messages": .array(
        prompt.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }),
      "sections": .array(
        prompt.parts.map {
          [
            "title": .string($0.title), "role": .string($0.role.rawValue),
            "tokens": $0.tokens.map { JSONValue($0) } ?? .null,
          ]
        }),
      "tokens": prompt.tokens.map { JSONValue($0) } ?? .null, "tokens_exact": JSONValue(prompt.countsAreExact),
    ]
  }
}
