import ArgumentParser
import Content
import Domain
import Files
import Foundation
import LocalEngine
import WorkbenchCore

extension ModelsCommand {
  /// `assay models quantize`.
  struct Quantize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a model with fewer bits for each weight: smaller to serve, and what QLoRA starts from.",
      discussion: "With the local engine, in mlx's format. How far its answers are from the original's is told.")
    @Argument(help: "A model of the workspace, a model's folder, or a hub id that was fetched.")
    var model: String
    @Option(help: "Bits of a weight: 2, 3, 4, 5, 6 or 8.")
    var bits = 4
    @Option(help: "Weights that share a scale: 32, 64 or 128; what divides every layer when not given.")
    var groupSize: Int?
    @Option(help: "The folder to write, which must not exist.", completion: .directory)
    var output: String?
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
      if ![2, 3, 4, 5, 6, 8].contains(bits) { throw ValidationError("--bits must be 2, 3, 4, 5, 6 or 8.") }
      if let groupSize, ![32, 64, 128].contains(groupSize) {
        throw ValidationError("--group-size must be 32, 64 or 128.")
      }
    }

    func run() async throws {
      let place = try await place()
      let isFolder = FileManager.default.fileExists(atPath: place)
      let name = (place as NSString).lastPathComponent
      let beside = isFolder ? (place as NSString).deletingLastPathComponent : options.folder
      let output = output.map(WorkspaceOptions.absolute) ?? "\(beside)/\(name)-\(bits)bit"
      let tool = AdapterTool(engine: LocalEngine())
      let made = try await Wiring.interruptible { [bits, groupSize] in
        try await tool.quantize(place, output: output, bits: bits, groupSize: groupSize)
      }
      if options.json { return printJSON(Report.quantized(made, output)) }
      print(
        "\(Report.megabytes(made.bytesBefore)) became \(Report.megabytes(made.bytes)): \(made.bits) bits, groups of "
          + "\(made.groupSize). \(Report.sentence(made.difference))")
      print(output)
      print("As a model in assay.yaml:   \(name)-\(bits)bit: { api: mlx, path: \(output) }")
    }

    /// The model's folder or hub id.
    private func place() async throws -> String {
      let path = WorkspaceOptions.absolute(model)
      guard let workbench = try? await options.workbench() else {
        return AdapterCommand.model(model)
      }
      let workspace = await workbench.snapshot.workspace
      guard let spec = workspace.model(model) else {
        return FileManager.default.fileExists(atPath: path) ? path : model
      }
      guard case .mlx(let place) = spec.api else {
        throw WorkbenchError.input(
          "The model \"\(model)\" runs elsewhere; only one with `api: mlx` can be quantised here.")
      }
      try await TrustQuestion.ask(workbench)
      let folder = WorkspaceFolder(options.folder)
      do throws(PathError) {
        if HubID(place) != nil { return place }
        try folder.checkLinks(in: place)
        return try folder.reading(place, mayBeAbsolute: true)
      } catch {
        throw WorkbenchError.input(error.description)
      }
    }
  }
}
