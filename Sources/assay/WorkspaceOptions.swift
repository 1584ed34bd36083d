import ArgumentParser
import Foundation

/// What every command on a workspace takes.
struct WorkspaceOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The workspace's folder.", completion: .directory)
  var workspace = "."

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  /// The folder as an absolute path.
  var folder: String { WorkspaceOptions.absolute(workspace) }

  /// A path as an absolute one.
  static func absolute(_ path: String) -> String {
    let expanded = (path as NSString).expandingTildeInPath
    return URL(fileURLWithPath: expanded).standardizedFileURL.path
  }
}
