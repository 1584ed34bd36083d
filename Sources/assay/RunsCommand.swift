import ArgumentParser
import Content
import Domain
import Foundation
import NumberFormat
import WorkbenchCore

/// `assay runs`: every evaluation that the workspace keeps.
struct RunsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List, show, name, annotate and delete runs.",
    subcommands: [List.self, Show.self, Name.self, Note.self, Delete.self], defaultSubcommand: List.self)

  /// All runs.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "All runs, newest first.")
    @Option(help: "Only runs on this eval set.")
    var set: String?
    @Option(help: "Only runs of this variant.")
    var variant: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let all = await workbench.snapshot.runs
      await workbench.close()
      let runs = all.filter {
        (set == nil || $0.set == set) && (variant == nil || $0.variant.name == variant)
      }
      if options.json { return printJSON(JSONValue.array(runs.map(Report.run))) }
      guard !runs.isEmpty else {
        return print(all.isEmpty ? "No runs yet; `assay eval` makes one." : "No run is so.")
      }
      var table = Report.runTable
      table.rows = runs.map(Report.row)
      table.print()
      for run in runs where run.labels != RunLabels() {
        print("run \(run.id): " + [run.labels.name, run.labels.note].compactMap(\.self).joined(separator: " · "))
      }
    }
  }

  /// One run.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "One run: its figures, and why requests failed or answers have no score.")
    @Argument(help: "A run's number.")
    var id: Int64
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      let failures = try await workbench.missingReasons(of: RunID(id))
      let found = await workbench.snapshot.runs.first { $0.id == RunID(id) }
      var breakdown = RunBreakdown()
      if let found, await workbench.snapshot.workspace.evalSet(found.set) != nil {
        breakdown = try await workbench.answer(to: BreakdownQuery([found.id], set: found.set))
      }
      await workbench.close()
      guard let run = found else { return }
      if options.json {
        var report = Report.run(run).object ?? JSONObject()
        report["failures"] = .array(failures.map { ["reason": .string($0.reason), "count": JSONValue($0.count)] })
        for (key, member) in Report.members(of: breakdown, [run.variant.name], withTags: true) { report[key] = member }
        return printJSON(.object(report))
      }
      var table = Report.runTable
      table.rows = [Report.row(run)]
      table.print()
      if let name = run.labels.name { print("name: \(name)") }
      if let note = run.labels.note { print("note: \(note)") }
      for failure in failures { print("  \(failure.count) × \(failure.reason)") }
      Report.show(breakdown, of: [run.variant.name], kinds: RunBreakdown.Kind.allCases)
      print("`assay outputs \(run.id)` shows the answers.")
    }
  }

  /// Gives a run a name.
  struct Name: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "name", abstract: "Call a run by a name of your own; without one, take it away.")
    @Argument(help: "A run's number.")
    var id: Int64
    @Argument(help: "The name.")
    var name: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      try await RunsCommand.label(RunID(id), options) { $0.name = name }
    }
  }

  /// Notes something of a run.
  struct Note: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "note", abstract: "Write a note on a run; without one, take it away.")
    @Argument(help: "A run's number.")
    var id: Int64
    @Argument(help: "The note.")
    var note: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      try await RunsCommand.label(RunID(id), options) { $0.note = note }
    }
  }

  /// Deletes runs.
  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delete",
      abstract: "Delete runs with their outputs. Answers are kept for later runs until `assay gc`.")
    @Argument(help: "Numbers of runs.")
    var ids: [Int64]
    @Flag(help: "Do it without asking.")
    var yes = false
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.trustedWorkbench()
      let runs = await workbench.snapshot.runs.filter { ids.contains($0.id.number) }
      let outputs = runs.reduce(0) { $0 + $1.summary.done + $1.summary.errors }
      let names = runs.map { "\($0.id) (\($0.variant.name) on \($0.set))" }.joined(separator: ", ")
      if !runs.isEmpty {
        try Confirmation.require(
          "This deletes run \(names) with \(outputs) outputs, and the preferences between their answers; corrected answers stay.",
          yes: yes)
      }
      try await workbench.deleteRuns(ids.map { RunID($0) })
      let surplus = try await workbench.surplus()
      await workbench.close()
      Wiring.say(
        "Deleted. \(surplus.answers) answers belong to no run now (\(NumberFormat.bytes(surplus.bytes))); `assay gc` deletes them."
      )
    }
  }

  private static func label(
    _ id: RunID, _ options: WorkspaceOptions, _ change: (inout RunLabels) -> Void
  ) async throws {
    let workbench = try await options.trustedWorkbench()
    var labels = await workbench.snapshot.runs.first { $0.id == id }?.labels ?? RunLabels()
    change(&labels)
    try await workbench.setLabels(labels, of: id)
    await workbench.close()
  }
}

/// `assay gc`: deletes what no run needs.
struct CollectGarbageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Delete answers that no run needs any more, and give their room on disk back.",
    discussion: "Answers of deleted runs are kept so that the same requests are not paid again; this ends that.")

  @Flag(help: "Do it without asking.")
  var yes = false
  @Flag(help: "Only say what would be deleted.")
  var dryRun = false
  @OptionGroup var options: WorkspaceOptions

  func run() async throws {
    let workbench = try await options.trustedWorkbench()
    let surplus = try await workbench.surplus()
    let sentence =
      "\(surplus.answers) answers and \(surplus.versions) versions of prompts belong to no run (\(NumberFormat.bytes(surplus.bytes)))."
    if options.json {
      printJSON([
        "answers": JSONValue(surplus.answers), "versions": JSONValue(surplus.versions),
        "bytes": JSONValue(surplus.bytes),
      ])
    }
    if dryRun || surplus.answers + surplus.versions == 0 {
      if !options.json { print(sentence) }
      return await workbench.close()
    }
    try Confirmation.require(sentence + " Requests that they answered would be asked and paid again.", yes: yes)
    try await workbench.removeSurplus()
    await workbench.close()
    Wiring.say("Deleted.")
  }
}
