import ArgumentParser
import Domain
import Foundation
import ModelAPI
import Trust
import WorkbenchCore
import WorkspaceFiles

/// `assay trust`: allows a workspace what its files ask for.
struct TrustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Show what a workspace would run and which addresses it would ask, and trust it.",
    discussion: """
      A workspace that nobody has trusted can be looked at: no program is started, no key read, no address asked. Trust is \
      kept outside of the workspace, by its real path and owner, and asked for again when commands, addresses or the names \
      of keys change.
      """)

  @Argument(help: "The workspace's folder.", completion: .directory)
  var directory = "."
  @Flag(name: .shortAndLong, help: "Trust it without asking.")
  var yes = false

  func run() async throws {
    let folder = WorkspaceOptions.absolute(directory)
    let files = FolderWorkspaceFiles(folder, dialects: .builtIn)
    try files.check()
    let workspace = try await files.read()
    let gate = WorkspaceGate(workspace: folder)
    let standing = gate.standing(asking: workspace.permissions)
    var snapshot = Snapshot(workspace: workspace, time: Date())
    snapshot.trust = standing
    TrustQuestion.tell(TrustQuestion.permissions(standing) ?? workspace.permissions, of: snapshot)
    if standing.isTrusted { return }
    if !yes {
      guard isatty(STDIN_FILENO) == 1 else {
        throw WorkbenchError.input("There is no terminal to ask on; `assay trust --yes` trusts it without asking.")
      }
      guard TrustQuestion.confirm("Trust it?") else { throw ExitCode(ExitStatus.thresholdMissed) }
    }
    try gate.allow(workspace.permissions)
    Wiring.say("\(folder) is trusted.")
  }
}

/// `assay untrust`: takes it back.
struct UntrustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "untrust", abstract: "Stop trusting a workspace; running jobs continue.")

  @Argument(help: "The workspace's folder.", completion: .directory)
  var directory = "."

  func run() async throws {
    let folder = WorkspaceOptions.absolute(directory)
    let was = try TrustLedger().remove(folder)
    Wiring.say(was ? "\(folder) is not trusted any more." : "\(folder) was not trusted.")
  }
}
