import ArgumentParser
import Content
import Domain
import WorkbenchCore

extension DataCommand {
  /// Writes training rows for another tool.
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write training rows in the form of another tool.",
      discussion: """
        Writes train.jsonl and valid.jsonl, divided as a job would divide them, and sources.jsonl with the origin of each \
        row. For llama-factory they are registered in dataset_info.json; for axolotl the lines for its configuration go to \
        standard output.
        """)

    @Argument(
      help: "A file of rows, relative to the workspace; training.data where not given.",
      completion: .file(extensions: ["jsonl"]))
    var file: String?
    @Option(help: ArgumentHelp("openai, openai-dpo, trl, mlx, axolotl or llama-factory.", valueName: "tool"))
    var format: TrainingFormat
    @Option(help: "The folder to write to; files of the same names are replaced.", completion: .directory)
    var output: String
    @Option(
      help: ArgumentHelp(
        "Share of rows for valid.jsonl (0 to 0.5; 0 writes train.jsonl only), instead of the workspace's setting.",
        valueName: "share"))
    var validationShare: Double?
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
      if let validationShare, !(0...0.5).contains(validationShare) {
        throw ValidationError("--validation-share must be from 0 to 0.5.")
      }
    }

    func run() async throws {
      let workbench = try await options.workbench()
      let workspace = await workbench.snapshot.workspace
      Wiring.report(workspace.problems)
      guard let data = file ?? workspace.training.data else {
        throw WorkbenchError.input(
          "There is nothing to export: name a file (assay data export FILE …), or set training.data in assay.yaml.")
      }
      let report = try await workbench.exportTrainingData(
        ExportRequest(
          data: data, format: format, folder: WorkspaceOptions.absolute(output), validationShare: validationShare))
      await workbench.close()
      let files = report.files.sorted { $0.key < $1.key }
      if options.json {
        let value: JSONValue = [
          "format": .string(format.rawValue),
          "files": .object(JSONObject(files.map { (key: $0.key, value: JSONValue($0.value)) })),
          "configuration": report.snippet.map { .string($0) } ?? .null,
          "notes": .array(report.notes.map { .string($0) }),
        ]
        return printJSON(value)
      }
      for (path, rows) in files { Wiring.say(path + (rows > 0 ? ": \(rows) row\(rows == 1 ? "" : "s")" : "")) }
      for note in report.notes { Wiring.say(note) }
      if let snippet = report.snippet { print(snippet) }
    }
  }
}

extension TrainingFormat: ExpressibleByArgument {}
