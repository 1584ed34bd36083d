import ArgumentParser
import Content
import Domain
import Files
import Formats
import Foundation
import WorkbenchCore

/// `assay cases`: comparing and exporting eval sets, and the general tasks that come with Assay.
struct CasesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cases", abstract: "Compare eval sets, write them for other tools, and add general tasks.",
    subcommands: [Diff.self, Export.self, General.self])

  /// Two sets, case by case.
  struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "diff", abstract: "Show what differs between two eval sets or files of cases, as Markdown.",
      discussion: "Cases are matched by id. Exit status 1 when they differ.")
    @Argument(help: "The first: an eval set's name, or a file.")
    var a: String
    @Argument(help: "The second.")
    var b: String
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      await workbench.close()
      let difference = CaseDifference(
        from: try CaseList(a, in: workspace).cases, to: try CaseList(b, in: workspace).cases)
      if options.json {
        let counts: JSONObject = [
          "added": JSONValue(difference.added.count), "removed": JSONValue(difference.removed.count),
          "changed": JSONValue(difference.changed.count), "renamed": JSONValue(difference.renamed.count),
          "same": JSONValue(difference.same),
        ]
        printJSON(.object(counts))
      } else {
        print(difference.markdown(from: a, to: b), terminator: "")
      }
      if !difference.isEmpty { throw ExitCode(ExitStatus.thresholdMissed) }
    }
  }

  /// A set for another tool.
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write an eval set in the form of another tool.",
      discussion: "What the form has no place for is said: cases that are left out, and members that are lost.")
    @Argument(help: "An eval set's name, or a file of cases.")
    var set: String
    @Option(
      help: ArgumentHelp(
        "csv, tsv, jsonl, chat, promptfoo, openai-evals, inspect, alpaca, sharegpt or trl.", valueName: "format"))
    var format: ExportFormat
    @Option(
      help: "The file to write; standard output when not given. One that is there is not replaced.", completion: .file()
    )
    var output: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      await workbench.close()
      let cases = try CaseList(set, in: workspace).cases
      let exported = CaseExporter(format).export(cases)
      if let output {
        let path = WorkspaceOptions.absolute(output)
        guard !FileManager.default.fileExists(atPath: path) else {
          throw WorkbenchError.input("\(output) is there already; name another file, or remove it.")
        }
        do { try Data(exported.text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting) } catch {
          throw WorkbenchError.input("\(output) can't be written: \(error.localizedDescription)")
        }
      }
      for refusal in exported.refused.prefix(20) { Wiring.say("\(refusal.id) is left out: \(refusal.reason).") }
      if exported.refused.count > 20 { Wiring.say("And \(exported.refused.count - 20) more are left out.") }
      if !exported.lost.isEmpty { Wiring.say("Not in the file: \(exported.lost.joined(separator: ", ")).") }
      if options.json {
        let refused: [JSONValue] = exported.refused.map { ["case": .string($0.id), "reason": .string($0.reason)] }
        let value: JSONValue = [
          "format": .string(format.rawValue), "written": JSONValue(exported.written), "refused": .array(refused),
          "lost": .array(exported.lost.map { .string($0) }),
        ]
        printJSON(value)
      } else if output == nil {
        print(exported.text, terminator: "")
      } else {
        Wiring.say("\(exported.written) case\(exported.written == 1 ? "" : "s") written to \(output ?? "").")
      }
      if exported.written == 0 { throw ExitCode(ExitStatus.usage) }
    }
  }
}

extension ExportFormat: ExpressibleByArgument {}

/// The cases of an eval set's file with all that its lines say.
struct CaseList {
  /// In file order, each with an id.
  let cases: [ImportCase]

  /// Reads a set of the workspace, or else a file.
  /// - Throws: `WorkbenchError.input`.
  init(_ name: String, in workspace: Workspace) throws {
    let path: String
    if let set = workspace.evalSet(name) {
      path = workspace.folder + "/" + set.path
    } else {
      guard name == "-" || FileManager.default.fileExists(atPath: WorkspaceOptions.absolute(name)) else {
        throw WorkbenchError.unknown("eval set or file", name, among: workspace.evalSets.map(\.name))
      }
      path = name
    }
    let source = try ImportSource(path, as: nil, options: ImportOptions())
    let output = try source.read()
    for failure in output.failures.prefix(20) { Wiring.say("\(name): \(failure)") }
    var ids: Set<String> = []
    cases = output.cases.map { one in
      var one = one
      let stem = one.id ?? "case-" + SHA256.hex(one.identity.text).prefix(8)
      var id = stem
      var copy = 2
      while !ids.insert(id).inserted {
        id = "\(stem)-\(copy)"
        copy += 1
      }
      one.id = id
      return one
    }
  }
}
