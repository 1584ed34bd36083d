import ArgumentParser
import Content
import DataChecks
import Domain
import Foundation
import WorkbenchCore

/// `assay data`: collecting, checking and exporting training rows.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Collect, check and export training rows.",
    subcommands: [Collect.self, Check.self, Export.self])

  /// Looks at rows before they are learnt.
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check training rows before a job: each check has a figure, what it means and a fix.",
      discussion: "Exit status 1 when something is bad: `assay train` then stops, unless told --accept CHECK=REASON.")

    @Argument(
      help: "A file of rows, relative to the workspace; training.data where not given.",
      completion: .file(extensions: ["jsonl"]))
    var file: String?
    @Option(help: "Hold the rows against this eval set only.")
    var set: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      Wiring.report(workspace.problems)
      let report = try await workbench.checkTrainingData(DataCheckRequest(data: file, set: set, startsEngine: true))
      await workbench.close()
      if options.json {
        printJSON(report.json)
      } else {
        for line in DataCommand.lines(of: report) { print(line) }
      }
      if !report.bad.isEmpty { throw ExitCode(ExitStatus.thresholdMissed) }
    }
  }

  /// A table of all checks, then what to look at where one is not fine.
  static func lines(of report: DataReport) -> [String] {
    var table = TextTable(.init("check"), .init("result"), .init("figure", .right), .init("what it means", priority: 1))
    table.rows = report.checks.map { [$0.name.rawValue, $0.status.rawValue, $0.figure, $0.meaning] }
    var lines = table.lines(width: nil)
    for check in report.checks where check.status == .look || check.status == .bad {
      lines += ["", "\(check.name.rawValue): \(check.fix)"]
      for finding in check.findings { lines.append("  " + text(of: finding)) }
    }
    return lines
  }

  private static func text(of finding: DataFinding) -> String {
    var text = finding.what
    if let count = finding.count { text += ": \(count)" }
    if !finding.note.isEmpty { text += finding.count == nil ? ": \(finding.note)" : " (\(finding.note))" }
    let more = (finding.count ?? 0) > finding.rows.count ? ", …" : ""
    if !finding.rows.isEmpty {
      text += finding.rows.count == 1 ? "; line " : "; lines "
      text += finding.rows.map(\.description).joined(separator: ", ") + more
    }
    if !finding.cases.isEmpty {
      text += (finding.cases.count == 1 ? "; case " : "; cases ") + finding.cases.joined(separator: ", ")
    }
    return text
  }
}
