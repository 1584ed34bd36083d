import ArgumentParser
import Content
import Domain
import Files
import Foundation
import LocalEngine
import WorkbenchCore

extension AdapterCommand {
  /// Writes its model card.
  struct Card: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "card",
      abstract: "Write a model card into the adapter's folder: base, method, data with hashes, checks, scores.",
      discussion: """
        The card is README.md, as Hugging Face has them. Scores are of runs with exactly these weights. A README.md that \
        somebody else wrote stays, unless --force is given.
        """)
    @Argument(help: "The job's number.")
    var job: Int64
    @Option(help: "What the job had learnt after this step; its best adapter when not given.")
    var step: Int?
    @Option(help: "The folder to write it into, instead of the adapter's.", completion: .directory)
    var output: String?
    @Flag(help: "Replace a README.md that wasn't written here.")
    var force = false
    @OptionGroup var options: WorkspaceOptions

    private static let mostBytes = 16 << 20

    func run() async throws {
      let workbench = try await options.workbench()
      await workbench.refreshJobs()
      let (job, place) = try await workbench.adapter(of: JobID(self.job), step: step)
      let chosen = try ChosenAdapter(job: job, place: place, base: nil, workspace: options.folder)
      let jobFolder = options.folder + "/" + job.folder
      let summary = chosen.folder.flatMap { AdapterSummary(folder: $0) }
      if chosen.folder != nil, summary == nil {
        throw WorkbenchError.input("\(chosen.folder ?? "") holds no adapter any more, so there is nothing to describe.")
      }
      let card = try await workbench.card(
        of: job.id, step: step, record: Self.record(jobFolder + "/data.json"),
        library: summary.map { $0.layouts.contains(.peft) ? "peft" : "mlx" }, versions: Self.versions)
      await workbench.close()
      let folder = output.map(WorkspaceOptions.absolute) ?? chosen.folder ?? jobFolder
      let path = folder + "/README.md"
      try check(path)
      do { try FileBytes.replace(path, with: Array(card.markdown.utf8)) } catch {
        throw WorkbenchError.input("\(path) can't be written. \(error)")
      }
      if options.json {
        let report: JSONValue = [
          "card": .string(path), "base": .string(card.base),
          "base_sha256": card.baseHash.map { .string($0.hex) } ?? .null,
          "adapter_sha256": card.adapterHash.map { .string($0.hex) } ?? .null, "runs": JSONValue(card.runs.count),
          "files": .array(
            card.files.map { file in
              [
                "path": .string(file.path), "sha256": file.hash.map { .string($0) } ?? .null,
                "rows": file.rows.map { JSONValue($0) } ?? .null,
              ]
            }),
        ]
        return printJSON(report)
      }
      print(path)
      if card.runs.isEmpty { print("No run with exactly these weights is kept, so the card has no scores.") }
    }

    /// A card that a person wrote isn't replaced; PEFT's empty template is.
    private func check(_ path: String) throws {
      guard !force, FileManager.default.fileExists(atPath: path) else { return }
      let text = String(decoding: Self.bytes(path) ?? [], as: UTF8.self)
      if text.contains(AdapterCard.mark) || text.contains("[More Information Needed]") { return }
      throw WorkbenchError.input("\(path) is there already and wasn't written here; --force replaces it.")
    }

    private static func record(_ path: String) -> JSONObject? {
      bytes(path).flatMap { (try? JSONValue(parsing: $0))?.object }
    }

    private static func bytes(_ path: String) -> [UInt8]? {
      try? FileBytes.read(path, limit: mostBytes, followsLinks: false)
    }

    private static var versions: [(name: String, version: String)] {
      var versions = [(name: "Assay", version: Assay.configuration.version)]
      for environment in EngineEnvironment.allCases {
        let engine = LocalEngine(layout: .standard().with(environment))
        if let installation = engine.status.installation {
          versions.append((environment.library, installation.library))
        }
      }
      return versions
    }
  }
}
