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
  /// In larger files no paths are looked for, in bytes.
  private static let mostSearched = 4 << 20
  /// A shorter value of an environment variable is no key, in bytes.
  private static let shortestSecret = 8

  /// The dossier, and what to say about it: where its own verdict is another than the workspace's, say.
  /// - Throws: `WorkbenchError.input` where a key would be in it, or what reading throws.
  func dossier() async throws -> (dossier: Dossier, notes: [String]) {
    let plan = await workbench.dossierPlan()
    var files: [String: [UInt8]] = [:]
    let root = WorkspaceFolder(folder)
    for path in plan.paths.sorted() where !root.isOutside(path) { try add(path, of: root, to: &files, depth: 0) }
    for path in named(in: files) { try add(path, of: root, to: &files, depth: Self.mostFolders) }
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

  /// The files that graders name, such as a JSON Schema: whatever in the workspace's settings and cases looks like the path
  /// of one. What isn't there is passed over.
  private func named(in files: [String: [UInt8]]) -> [String] {
    var paths: Set<String> = []
    for bytes in files.values where bytes.count <= Self.mostSearched {
      for word in bytes.split(whereSeparator: { !Self.isOfPath($0) }) where (6...400).contains(word.count) {
        guard let text = String(validating: word, as: UTF8.self),
          [".json", ".yaml", ".yml"].contains(where: text.hasSuffix)
        else { continue }
        let path = Self.plain(text)
        let isHidden = path.split(separator: "/").contains { $0.hasPrefix(".") }
        if !isHidden, files[DossierContent.workspace + path] == nil { paths.insert(path) }
      }
    }
    return paths.sorted()
  }

  /// Whether a byte is one that people write paths with: a letter, a digit, `_`, `-`, `.`, `/`, or part of a character
  /// beyond ASCII.
  private static func isOfPath(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: true
    default: "_-./".utf8.contains(byte)
    }
  }

  /// A path without what leads nowhere: `./evals//main.jsonl` is `evals/main.jsonl`.
  private static func plain(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// Adds a file, or the files of a folder; hidden ones and links aside.
  private func add(_ path: String, of root: WorkspaceFolder, to files: inout [String: [UInt8]], depth: Int) throws {
    let path = Self.plain(path)
    guard depth <= Self.mostFolders, let place = try? root.reading(path) else { return }
    let kind = (try? FileManager.default.attributesOfItem(atPath: place))?[.type] as? FileAttributeType
    switch kind {
    case .typeRegular:
      do throws(FileError) {
        files[DossierContent.workspace + path] = try FileBytes.read(place, limit: Self.mostBytes, followsLinks: false)
      } catch { throw WorkbenchError.input("\(path) can't be read. \(error)") }
    case .typeDirectory where depth < Self.mostFolders:
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
