import Content
import Domain
import Files
import Foundation
import Reports
import Storage
import WorkbenchCore

/// Gathers a dossier from a workspace.
struct DossierMaker {
  /// The workspace's folder.
  let folder: String
  let workbench: Workbench
  let store: SQLiteStore

  /// The most bytes of one file of a workspace that go into a dossier.
  private static let mostBytes = 64 << 20
  /// The most folders above each other below a path that a dossier takes whole.
  private static let mostFolders = 4
  /// A shorter value of an environment variable is no key, in bytes.
  private static let shortestSecret = 8

  /// The dossier, and what to say about it: where its own verdict is another than the workspace's, say.
  /// - Throws: `WorkbenchError.input` where a key would be in it, or what reading throws.
  func dossier() async throws -> (dossier: Dossier, notes: [String]) {
    let plan = await workbench.dossierPlan()
    var files: [String: [UInt8]] = [:]
    let root = WorkspaceFolder(folder)
    for path in plan.paths.sorted() where !root.isOutside(path) { try add(path, of: root, to: &files, depth: 0) }
    files[DossierContent.database] = try await store.evidence()
    files[DossierContent.environment] = DossierContent.environment(plan.fingerprints)
    try refuseSecrets(plan.secrets, in: files)
    let outcome = try await DossierContent.outcome(of: files)
    for (path, bytes) in outcome.answers { files[path] = bytes }
    files[DossierContent.results] = DossierContent.text(outcome.results)
    try refuseSecrets(plan.secrets, in: outcome.answers)
    var notes: [String] = []
    let outside = plan.paths.filter(root.isOutside)
    if !outside.isEmpty {
      notes.append("Not in it, since outside of the workspace: \(outside.sorted().joined(separator: ", ")).")
    }
    let live = try await Report.verdictResults(of: workbench)
    if live != outcome.results {
      notes.append(
        "What is in it comes to \"\(outcome.results["headline"]?.string ?? "nothing")\"; the workspace to "
          + "\"\(live["headline"]?.string ?? "nothing")\", with files that are not in it.")
    }
    return (Dossier(version: Assay.configuration.version, files: files), notes)
  }

  /// Adds a file, or the files of a folder; hidden ones and links aside.
  private func add(_ path: String, of root: WorkspaceFolder, to files: inout [String: [UInt8]], depth: Int) throws {
    guard depth <= Self.mostFolders, let place = try? root.reading(path) else { return }
    let kind = (try? FileManager.default.attributesOfItem(atPath: place))?[.type] as? FileAttributeType
    switch kind {
    case .typeRegular:
      do throws(FileError) {
        files[DossierContent.workspace + path] = try FileBytes.read(place, limit: Self.mostBytes, followsLinks: false)
      } catch { throw WorkbenchError.input("\(path) can't be read. \(error)") }
    case .typeDirectory:
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
      for name in names.sorted() where !name.hasPrefix(".") {
        try add(path + "/" + name, of: root, to: &files, depth: depth + 1)
      }
    default: break
    }
  }

  /// - Throws: `WorkbenchError.input` that names the file with the value of a variable that holds a key.
  private func refuseSecrets(_ variables: Set<String>, in files: [String: [UInt8]]) throws {
    for variable in variables.sorted() {
      guard let value = ProcessInfo.processInfo.environment[variable], value.utf8.count >= Self.shortestSecret else {
        continue
      }
      let secret = Data(value.utf8)
      for (path, bytes) in files.sorted(by: { $0.key < $1.key }) where Data(bytes).range(of: secret) != nil {
        throw WorkbenchError.input(
          "No dossier was written: \(path) would hold the value of the environment variable \(variable). Take it out first."
        )
      }
    }
  }
}
