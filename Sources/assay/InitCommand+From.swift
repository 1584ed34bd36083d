import ArgumentParser
import Content
import Domain
import Formats
import Foundation
import WorkbenchCore
import WorkspaceFiles

/// What `assay init --from` takes.
struct InitSource: ParsableArguments {
  @Option(help: ArgumentHelp("Make the workspace of this file's cases; - for standard input.", valueName: "file"))
  var from: String?
  @Option(
    name: .customLong("as"), help: ArgumentHelp("The file's format, where it isn't recognised.", valueName: "format"))
  var format: ImportFormat?
  @Option(help: ArgumentHelp("What a field becomes, as for assay import; may be repeated.", valueName: "target=field"))
  var map: [String] = []
  @Option(help: "What becomes of personal data: keep, mask or refuse. Production logs are masked, else it is kept.")
  var personal: PersonalDataChoice?
  @Option(
    help: ArgumentHelp("An API that speaks OpenAI's chat completions; five cases are asked there.", valueName: "url"))
  var endpoint: String?
  @Option(help: "The model's name there.")
  var model: String?
  @Option(help: ArgumentHelp("The environment variable with the key for it.", valueName: "variable"))
  var keyEnv: String?

  func validate() throws {
    let others = format != nil || !map.isEmpty || personal != nil || endpoint != nil || model != nil || keyEnv != nil
    if from == nil, others {
      throw ValidationError("--as, --map, --personal, --endpoint, --model and --key-env need --from FILE.")
    }
    if endpoint != nil, model == nil { throw ValidationError("--endpoint needs --model NAME.") }
    if endpoint == nil, model != nil || keyEnv != nil {
      throw ValidationError("--model and --key-env need --endpoint URL.")
    }
  }
}

extension InitCommand {
  /// Makes a workspace of a file's cases.
  /// - Returns: its files.
  func files(from file: String) throws -> [NewWorkspace.File] {
    var importing = ImportOptions()
    do throws(FieldMap.Flaw) { importing.map = try FieldMap(parsing: source.map) } catch {
      throw WorkbenchError.input("--map: \(error)")
    }
    let input = try ImportSource(file, as: source.format, options: importing)
    let isLog = input.detection.format.isProductionLog
    let request = ImportRequest(
      set: "main", personal: source.personal ?? (isLog ? .mask : .keep), collapses: isLog)
    let output = try input.read()
    let (sets, cases, report) = try CaseAddition.new(output, request)
    ImportResult(source: input.name, detection: input.detection, output: output, request: request, report: report)
      .tell()
    guard !cases.isEmpty else { throw WorkbenchError.input("\(input.name) gave no case, so no workspace was made.") }
    let guess = GraderGuess(cases)
    if sets.allSatisfy(\.graders.isEmpty) { Wiring.say(guess.reason) }
    let common = ImportedWorkspace.commonSlots(of: cases)
    let others = Set(cases.flatMap(\.input.keys)).subtracting(common).sorted()
    if !others.isEmpty {
      Wiring.say("Not every case fills \(others.prefix(10).joined(separator: ", ")), so the prompt doesn't use them.")
    }
    let model = source.endpoint.map {
      ImportedWorkspace.Model(baseURL: $0, name: source.model ?? "", keyVariable: source.keyEnv)
    }
    let name = file == "-" ? "standard input" : (file as NSString).lastPathComponent
    let workspace = ImportedWorkspace(sets: sets, cases: cases, guess: guess, model: model, source: name)
    return workspace.files
  }
}
