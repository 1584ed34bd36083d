import Content
import Domain
import Files
import Foundation
import Processes

/// Makes a command's work of a plan: fills the fields, and copies the configuration into the job's folder.
struct CommandPlan {
  /// The longest file of a configuration, and the most of them.
  static let mostBytes = 1 << 20
  static let mostFiles = 50

  let plan: TrainingPlan
  let command: TrainerCommand
  private var folder: JobFolder { JobFolder(path: plan.folder) }

  /// The work, ready to be done. The job's folder is made where it is missing.
  /// - Throws: `TrainerFailure`.
  func work() throws -> CommandWork {
    guard let first = command.run.first, !first.isEmpty else {
      throw TrainerFailure("`training.command` has no `run`: name the trainer's program and its arguments there.")
    }
    let unknown = command.texts.flatMap { TrainerCommand.unknownFields(in: $0) }
    if let name = unknown.first {
      throw TrainerFailure("`training.command` has the field {\(name)}, which there is not.")
    }
    var values = self.values
    var warnings: [String] = []
    if let config = command.config {
      let source = try Self.file(config, in: plan.workspace)
      let name = (config as NSString).lastPathComponent
      values["config"] = "\(folder.path)/config/\(name)"
      try copy(source, name, values, &warnings)
    } else if command.texts.contains(where: { $0.contains("{config}") }) {
      throw TrainerFailure("`training.command` uses {config}, but has no `config`: name a file of the workspace there.")
    }
    let fields = values
    func fill(_ text: String) -> String { TrainerCommand.fill(text, with: fields) }
    let environment = command.environment.mapValues(fill)
    var program = fill(first)
    if program.contains("/"), !program.hasPrefix("/") { program = plan.workspace + "/" + program }
    let path = environment["PATH"] ?? ProcessInfo.processInfo.environment["PATH"]
    guard let executable = Program.find(program, path: path) else {
      throw TrainerFailure(
        "The program \(program) can't be found: install it, or give its whole path in `training.command.run`.")
    }
    return CommandWork(
      arguments: [executable] + command.run.dropFirst().map(fill), environment: environment,
      variables: plan.variables,
      log: command.log.map { place(fill($0)) }, adapter: place(fill(command.adapter ?? "{output}")), steps: steps,
      trainRows: plan.rows.count, validationRows: plan.validationRows.count, warnings: warnings)
  }

  /// A file of the workspace, which no link leads out of.
  private static func file(_ path: String, in workspace: String) throws(TrainerFailure) -> String {
    do throws(PathError) { return try WorkspaceFolder(workspace).reading(path, mayBeAbsolute: true) } catch {
      throw TrainerFailure("`training.command.config`: \(error)")
    }
  }

  /// A path in the job's folder, unless it is absolute.
  private func place(_ path: String) -> String {
    path.hasPrefix("/") ? path : folder.path + "/" + path
  }

  /// What each field is filled with, but for `config`.
  var values: [String: String] {
    var settings = plan.settings
    settings.steps = steps
    let paths = [
      "folder": folder.path, "train": folder.train, "valid": folder.valid, "model": HubID(plan.base)?.name ?? plan.base,
      "output": folder.output,
    ]
    return paths.merging(TrainerCommand.values(of: settings)) { path, _ in path }
  }

  /// As our own trainers count them.
  private var steps: Int {
    if let steps = plan.settings.steps { return steps }
    let batches = (Double(plan.rows.count) / Double(max(1, plan.settings.batchSize))).rounded(.up)
    let steps = plan.settings.epochs * batches / Double(max(1, plan.settings.gradientAccumulation))
    return max(1, Int(min(steps.rounded(), 1e12)))
  }

  // MARK: The configuration

  /// Copies a file, or the files of a folder, with their fields filled.
  private func copy(_ source: String, _ name: String, _ values: [String: String], _ warnings: inout [String]) throws {
    let target = folder.path + "/config"
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
      throw TrainerFailure("The configuration \(source) isn't there: correct `training.command.config`.")
    }
    var files = [(source, "\(target)/\(name)")]
    if isFolder.boolValue {
      do throws(PathError) { try WorkspaceFolder(plan.workspace).checkLinks(in: command.config ?? "") } catch {
        throw TrainerFailure("`training.command.config`: \(error)")
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: source).filter { !$0.hasPrefix(".") }.sorted()
      guard names.count <= Self.mostFiles else {
        throw TrainerFailure("\(source) has \(names.count) files; a configuration may have \(Self.mostFiles).")
      }
      files = names.map { ("\(source)/\($0)", "\(target)/\(name)/\($0)") }
    }
    try FileBytes.makeFolder(isFolder.boolValue ? "\(target)/\(name)" : target, for: .owner)
    for (source, target) in files { try fill(source, target, values, &warnings) }
  }

  private func fill(
    _ source: String, _ target: String, _ values: [String: String], _ warnings: inout [String]
  ) throws {
    guard let text = try? FileBytes.text(source, limit: Self.mostBytes) else {
      throw TrainerFailure("\(source) can't be copied: a configuration is a text of at most 1 MB.")
    }
    for name in TrainerCommand.unknownFields(in: text) {
      guard let near = Spelling.nearest(to: name, among: TrainerCommand.fields.map(\.name)) else { continue }
      let file = (source as NSString).lastPathComponent
      warnings.append("{\(name)} in \(file) is no field and stays as it is. Did you mean {\(near)}?")
    }
    if let value = values.values.first(where: { $0.contains { "\"\\\n".contains($0) } }) {
      throw TrainerFailure("The path or name \(value) can't stand in a configuration: it has quotation marks in it.")
    }
    try PrivateFiles.write(TrainerCommand.fill(text, with: values), to: target)
  }
}

extension JobFolder {
  /// What another trainer writes.
  var output: String { path + "/output" }
  /// The program of another trainer that was begun, a `ProcessIdentity`: gone when it was seen to end.
  var begun: String { path + "/begun.json" }
}
