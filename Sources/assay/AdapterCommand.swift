import ArgumentParser
import Content
import Domain
import Foundation
import LocalEngine
import WorkbenchCore

/// `assay adapter`: what a job has learnt, for other engines and other people.
struct AdapterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapter",
    abstract: "Use a trained adapter: as a variant, in another layout, fused, served elsewhere, with a card.",
    subcommands: [Use.self, Convert.self, Fuse.self, Card.self, Serve.self])

  /// Which adapter is meant.
  struct Choice: ParsableArguments {
    @Argument(help: "A job's number, or an adapter's folder.", completion: .directory)
    var adapter: String
    @Option(help: "What the job had learnt after this step; its best adapter when not given.")
    var step: Int?
    @OptionGroup var options: WorkspaceOptions

    /// Looks it up.
    /// - Parameter toRun: whether a program is to be started on it.
    func found(toRun: Bool = false) async throws -> ChosenAdapter {
      if let number = Int64(adapter) {
        let workbench = try await toRun ? options.trustedWorkbench() : options.workbench()
        await workbench.refreshJobs()
        let (job, place) = try await workbench.adapter(of: JobID(number), step: step)
        let base = try? await workbench.basePlace(of: job)  // the adapter may say it, where assay.yaml doesn't any more
        await workbench.close()
        return try ChosenAdapter(job: job, place: place, base: base, workspace: options.folder)
      }
      if step != nil { throw WorkbenchError.input("--step goes with a job's number, not with a folder.") }
      return try ChosenAdapter(folder: WorkspaceOptions.absolute(adapter))
    }
  }

  /// Writes it in another layout.
  struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "convert", abstract: "Write an adapter in another engine's layout, and prove that it is the same.",
      discussion: """
        peft is what PEFT, vLLM and Ollama load, mlx what mlx-lm loads, gguf what llama.cpp loads. Both copies are read from \
        disk and compared weight by weight; where one differs by more than 0.000001, nothing is kept.
        """)
    @OptionGroup var choice: Choice
    @Option(help: "The layout: peft, mlx or gguf.")
    var to: AdapterLayout
    @Option(help: "The folder to write, which must not exist.", completion: .directory)
    var output: String?
    @Option(help: "The base model, instead of the one that the adapter names.")
    var base: String?

    func run() async throws {
      let chosen = try await choice.found(toRun: true)
      let output = output.map(WorkspaceOptions.absolute) ?? chosen.place(of: to.rawValue)
      let tool = AdapterTool(engine: LocalEngine())
      let (folder, base) = (try chosen.needFolder("converted"), base.map(AdapterCommand.model) ?? chosen.base)
      let made = try await Wiring.interruptible { [to] in
        try await tool.convert(folder, to: to, output: output, base: base)
      }
      if choice.options.json { return printJSON(Report.conversion(made, output)) }
      print(
        "\(made.tensors) weights (\(made.method), rank \(made.rank)) from \(made.from.rawValue) to \(made.to.rawValue); the "
          + "largest difference is \(Report.small(made.maxDifference)).")
      if !made.comparedWithBase {
        print("The base model wasn't found, so names and shapes could not be held against it.")
      }
      for note in made.notes { print(note) }
      print(output)
    }
  }

  /// Writes base and adapter as one model.
  struct Fuse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fuse", abstract: "Write the whole model that base and adapter make, and compare what both say.")
    @OptionGroup var choice: Choice
    @Option(help: "The folder to write, which must not exist.", completion: .directory)
    var output: String?
    @Option(help: "The base model, instead of the one that the adapter names.")
    var base: String?
    @Flag(help: "Write full numbers where the base is quantised.")
    var dequantize = false

    func run() async throws {
      let chosen = try await choice.found(toRun: true)
      let output = output.map(WorkspaceOptions.absolute) ?? chosen.place(of: "fused")
      let tool = AdapterTool(engine: LocalEngine())
      let (folder, base) = (try chosen.needFolder("fused"), base.map(AdapterCommand.model) ?? chosen.base)
      let made = try await Wiring.interruptible { [dequantize] in
        try await tool.fuse(folder, output: output, base: base, dequantize: dequantize, rows: chosen.rows)
      }
      if choice.options.json { return printJSON(Report.fused(made, output)) }
      print("A model of \(Report.megabytes(made.bytes)). \(Report.sentence(made.difference))")
      for note in made.notes { print(note) }
      print(output)
      print("As a model in assay.yaml:   tuned: { api: mlx, path: \(output) }")
    }
  }

  /// Adds it to the workspace.
  struct Use: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "use", abstract: "Add a job's adapter to the workspace as a variant, variants/NAME.yaml.")
    @Argument(help: "The job's number.")
    var job: Int64
    @Option(help: "What the job had learnt after this step; its best adapter when not given.")
    var step: Int?
    @Option(help: "The variant's name; tuned-JOB when not given.")
    var name: String?
    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
      let workbench = try await options.workbench()
      await workbench.refreshJobs()
      let adapter = try await workbench.adapter(of: JobID(job), step: step).adapter
      let variant = try await workbench.useAdapter(of: JobID(job), adapter, named: name)
      await workbench.close()
      if options.json {
        let report: JSONValue = [
          "variant": .string(variant.name), "model": .string(variant.model), "prompt": .string(variant.prompt),
          "adapter": variant.adapter.map { .string($0) } ?? .null, "line": .string(variant.line),
          "file": .string(Variant.path(of: variant.name)),
        ]
        return printJSON(report)
      }
      print("\(Variant.path(of: variant.name)) has this variant now:   \(variant.line)")
      print("`assay eval \(variant.name)` measures it.")
    }
  }

  /// A folder of a model as an absolute path; a hub id as it is.
  static func model(_ text: String) -> String {
    let path = WorkspaceOptions.absolute(text)
    return FileManager.default.fileExists(atPath: path) ? path : text
  }
}

extension AdapterLayout: ExpressibleByArgument {}

extension Report {
  static func conversion(_ made: AdapterConversion, _ output: String) -> JSONValue {
    [
      "output": .string(output), "from": .string(made.from.rawValue), "to": .string(made.to.rawValue),
      "method": .string(made.method), "rank": JSONValue(made.rank), "scale": JSONValue(made.scale),
      "tensors": JSONValue(made.tensors), "max_difference": JSONValue(made.maxDifference), "worst": .string(made.worst),
      "compared_with_base": JSONValue(made.comparedWithBase), "files": .array(made.files.map { .string($0) }),
      "notes": .array(made.notes.map { .string($0) }),
    ]
  }

  static func fused(_ made: FusedModel, _ output: String) -> JSONValue {
    [
      "output": .string(output), "method": .string(made.method), "bytes": JSONValue(made.bytes),
      "quantized": JSONValue(made.quantized), "difference": difference(made.difference),
      "files": .array(made.files.map { .string($0) }), "notes": .array(made.notes.map { .string($0) }),
    ]
  }

  static func quantized(_ made: QuantizedModel, _ output: String) -> JSONValue {
    [
      "output": .string(output), "bits": JSONValue(made.bits), "group_size": JSONValue(made.groupSize),
      "bytes_before": JSONValue(made.bytesBefore), "bytes": JSONValue(made.bytes),
      "difference": difference(made.difference),
    ]
  }

  private static func difference(_ difference: ModelDifference) -> JSONValue {
    [
      "prompts": JSONValue(difference.prompts), "places": JSONValue(difference.places),
      "same_choice": JSONValue(difference.sameChoice), "max_difference": JSONValue(difference.maxDifference),
      "largest_logit": JSONValue(difference.largestLogit),
    ]
  }

  /// How far two models are apart.
  static func sentence(_ difference: ModelDifference) -> String {
    "On \(difference.prompts) prompts both choose the same next token at \(difference.sameChoice) of \(difference.places) "
      + "places; the largest difference of a logit is \(small(difference.maxDifference)), of logits up to "
      + "\(small(difference.largestLogit))."
  }

  /// A number to two digits, however small.
  static func small(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.2g", value) }

  static func megabytes(_ bytes: Int) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }
}
