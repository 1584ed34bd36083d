import ArgumentParser
import Domain
import Foundation
import WorkbenchCore

/// What every command on a workspace takes.
struct WorkspaceOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The workspace's folder.", completion: .directory)
  var workspace = "."

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  @OptionGroup var trust: TrustOption

  /// A workbench on the workspace.
  /// - Throws: when the workspace can't be read.
  func workbench() async throws -> Workbench { try await Wiring.workbench(folder: folder, trusts: trust.trust) }

  /// The same for a command that starts programs or asks models: on a terminal a person is asked first whether the
  /// workspace may, where nobody has said so yet.
  func trustedWorkbench() async throws -> Workbench {
    let workbench = try await workbench()
    try await TrustQuestion.ask(workbench)
    return workbench
  }

  /// The folder as an absolute path.
  var folder: String { WorkspaceOptions.absolute(workspace) }

  /// A path as an absolute one.
  static func absolute(_ path: String) -> String {
    let expanded = (path as NSString).expandingTildeInPath
    return URL(fileURLWithPath: expanded).standardizedFileURL.path
  }
}

/// Trusting a workspace for as long as a process lives.
struct TrustOption: ParsableArguments {
  @Flag(help: "Trust this workspace in this process, whatever its files ask for (as ASSAY_TRUST=1 does).")
  var trust = false
}
