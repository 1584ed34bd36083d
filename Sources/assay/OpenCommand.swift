import ArgumentParser
import Content
import Domain
import Drawing
import Foundation
import Panes
import Terminal
import WorkbenchCore
import WorkbenchUI

/// `assay [DIR]`: the terminal UI.
struct OpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open the terminal UI on a workspace (what `assay DIR` does).")

  @Argument(help: "The workspace's folder.", completion: .directory)
  var directory: String?
  @Option(name: .shortAndLong, help: "The workspace's folder, as the other commands take it.")
  var workspace: String?
  @Option(help: "A theme by name; `:` changes it later.")
  var theme: String?
  @OptionGroup var patience: PatienceOptions
  @OptionGroup var trust: TrustOption

  /// A misspelt command looks like a folder: says so when there is no such folder.
  private func checkFolder() throws {
    guard let directory else { return }
    if FileManager.default.fileExists(atPath: WorkspaceOptions.absolute(directory)) { return }
    var sentence = "There is no folder \(directory)."
    let commands = Assay.configuration.subcommands.map { $0.configuration.commandName ?? "" }
    if let near = Spelling.nearest(to: directory, among: commands) {
      sentence += " Did you mean the command `assay \(near)`?"
    }
    throw WorkbenchError.input(sentence + " `assay init \(directory)` makes a workspace there.")
  }

  func run() async throws {
    let start = Date()
    let environment = ProcessInfo.processInfo.environment
    prepareTerminal(environment: environment)
    try checkFolder()
    async let library = ThemeLibrary.load(environment: environment, executable: Wiring.executable)
    let workbench = try await Wiring.workbench(
      folder: WorkspaceOptions.absolute(directory ?? workspace ?? "."), trusts: trust.trust, streamsAnswers: true)
    await patience.apply(to: workbench)
    let (themes, warnings) = await library
    if let theme, !themes.contains(where: { $0.name == theme }) {
      throw WorkbenchError.unknown("theme", theme, among: themes.map(\.name))
    }
    let screen = Screen(
      panes: Panes.all, snapshot: await workbench.snapshot, themes: themes,
      theme: ThemeLibrary.preferred(theme, environment: environment))
    let runner = CommandRunner(workbench)
    let last = LastTheme(screen.theme.name)
    let clipboard = Clipboard(environment: environment)
    let watching = Task { await workbench.watch() }
    defer { watching.cancel() }
    do {
      try await runTerminal(
        TerminalScreen(screen: screen, last: last, clipboard: clipboard), updates: await workbench.snapshots(),
        environment: environment
      ) { command in
        switch command {
        case .workbench(let command): runner.perform(command)
        case .watch(let queries): runner.watch(queries)
        case .copied(let text, let what, let way): runner.copy(text, what, by: way, to: clipboard)
        }
      }
    } catch {
      _ = await finish(runner, workbench, since: start)
      Wiring.say("assay: \(error)")
      if let signal = error.signal { endProcess(bySignal: signal) }
      throw ExitCode(error.exitStatus)
    }
    let isAllKept = await finish(runner, workbench, since: start)
    if last.name != screen.theme.name { ThemeLibrary.remember(last.name, environment: environment) }
    for warning in warnings { Wiring.say(warning) }
    if !isAllKept { throw ExitCode(ExitStatus.usage) }
  }

  /// Ends all work; tells of edits that failed when no screen could tell any more, and of texts kept unsaved.
  /// - Returns: false where something that was typed is lost.
  private func finish(_ runner: CommandRunner, _ workbench: Workbench, since start: Date) async -> Bool {
    for problem in await runner.finish() { Wiring.say("assay: not saved: \(problem)") }
    for draft in await workbench.snapshot.drafts where draft.value.time >= start {
      Wiring.say("assay: not saved, but kept in .assay/drafts/\(draft.key): editing there again offers it")
    }
    let lost = await workbench.snapshot.unkeptDrafts
    for (path, reason) in lost.sorted(by: { $0.key.description < $1.key.description }) {
      Wiring.say("assay: lost: what was typed in \(path) is neither saved nor kept. \(reason)")
    }
    await workbench.close()
    return lost.isEmpty
  }
}
