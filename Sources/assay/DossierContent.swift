import Content
import Domain
import Files
import Foundation
import LocalEngine
import ModelAPI
import Reports
import Storage
import Trainers
import Trust
import WorkbenchCore
import WorkspaceFiles

/// What is in a dossier, beside its manifest:
///
///     workspace/…             assay.yaml, prompts, eval sets, variants, training rows, as they were
///     runs.sqlite             runs with their answers and judgements, the prompts that were sent, the jobs
///     answers/run-N.jsonl     the same answers to be read
///     environment.json        hashes of models, adapters and recordings, which are not in it
///     results.json            what all of it comes to
enum DossierContent {
  static let database = "runs.sqlite"
  static let environment = "environment.json"
  static let results = "results.json"
  static let workspace = "workspace/"

  /// The path of a run's answers.
  static func answers(of run: RunID) -> String { "answers/run-\(run).jsonl" }

  /// What a dossier's files come to, worked out from nothing but them.
  struct Outcome {
    /// The verdict with everything behind it, as `assay verdict --json` prints it.
    var results: JSONValue
    /// The stored answers, run by run, as lines of JSON.
    var answers: [String: [UInt8]]
    /// What came of judging the answers again.
    var regraded: [RegradedRun]
  }

  /// Works a dossier's files out in a folder of their own, which is gone afterwards. No model is asked and no program
  /// started.
  /// - Throws: `WorkbenchError.input`, or what reading throws.
  static func outcome(of files: [String: [UInt8]]) async throws -> Outcome {
    guard let database = files[database] else { throw WorkbenchError.input("The dossier has no \(database).") }
    let folder = FileManager.default.temporaryDirectory.path + "/" + Temporaries.newName()
    try FileBytes.makeFolder(folder, for: .owner)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (path, bytes) in files where path.hasPrefix(workspace) {
      try FileBytes.replace(folder + "/" + path.dropFirst(workspace.count), with: bytes, for: .owner)
    }
    let workbench = try await workbench(
      in: folder, store: try await SQLiteStore.reading(database), fingerprints: try fingerprints(in: files))
    let results = try await Report.verdictResults(of: workbench)
    var answers: [String: [UInt8]] = [:]
    for run in await workbench.snapshot.runs {
      let outputs = try await workbench.outputs(ofRun: run.id.description, set: run.set).outputs
      let lines = outputs.map { Report.output($0).text(.compact) + "\n" }
      answers[Self.answers(of: run.id)] = Array(lines.joined().utf8)
    }
    let regraded = try await workbench.regrade()
    await workbench.close()
    return Outcome(results: results, answers: answers, regraded: regraded)
  }

  private static func workbench(
    in folder: String, store: SQLiteStore, fingerprints: [String: ContentHash]
  ) async throws -> Workbench {
    let layout = EngineLayout.standard(environment: ProcessInfo.processInfo.environment)
    // Nothing of it is trusted: what it asks for isn't started.
    let gate = WorkspaceGate(workspace: folder)
    let files = FolderWorkspaceFiles(folder, dialects: .builtIn, gate: gate, state: StateUse(isAllowed: false))
    try files.check()
    return try await Workbench(
      Workbench.Dependencies(
        files: DossierFiles(folder: files, fingerprints: fingerprints), store: store,
        clients: HTTPModelClients(servers: EngineServers(layout: layout, onDownload: { _ in }), gate: gate),
        trainer: DetachedTrainer(
          layout: layout, executable: Wiring.executable, signer: InstallationSigner(), gate: gate), gate: gate))
  }

  private static func fingerprints(in files: [String: [UInt8]]) throws -> [String: ContentHash] {
    guard let bytes = files[environment], let text = String(validating: bytes, as: UTF8.self),
      let hashes = try? JSONValue(parsing: text)["fingerprints"]?.object
    else { throw WorkbenchError.input("The dossier has no \(environment) that can be read.") }
    return Dictionary(
      hashes.compactMap { path, hash in hash.string.map { (path, ContentHash(hex: $0)) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The file that states hashes.
  static func environment(_ fingerprints: [String: ContentHash]) -> [UInt8] {
    let sorted = fingerprints.sorted { $0.key < $1.key }.map { (key: $0.key, value: JSONValue.string($0.value.hex)) }
    return text(["fingerprints": .object(JSONObject(sorted))])
  }

  /// JSON as a file.
  static func text(_ value: JSONValue) -> [UInt8] { Array((value.text(.pretty) + "\n").utf8) }
}

extension Report {
  /// The verdict with everything behind it; null where the workspace has no eval set.
  static func verdictResults(of workbench: Workbench) async throws -> JSONValue {
    guard let report = try await workbench.answer(to: VerdictQuery()) else { return .null }
    let sides = [report.prompted, report.tuned].compactMap(\.self)
    guard !sides.isEmpty else { return verdictResults(report, RunBreakdown()) }
    return verdictResults(report, try await workbench.answer(to: BreakdownQuery(sides.map(\.id), set: report.set)))
  }

  /// A verdict with the parts of the set and the labels of its two sides.
  static func verdictResults(_ report: VerdictReport, _ breakdown: RunBreakdown) -> JSONValue {
    let names = [report.prompted, report.tuned].compactMap { $0?.variant.name }
    var value = verdict(report).object ?? [:]
    for (key, member) in members(of: breakdown, names, withTags: true) { value[key] = member }
    return .object(value)
  }
}
