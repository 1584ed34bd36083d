import Content
import Domain
import Files
import Foundation

/// `spec.json`: what the trainers' programs are told. Settings have the keys of `assay.yaml`; what a program doesn't find
/// there has the default of `training_settings.json`.
struct TrainerSpec: Sendable, Hashable {
  private(set) var values: JSONObject

  /// The base model: a folder, or a hub id.
  var model: String { values["model"]?.string ?? "" }

  /// Whether the job goes on from its last checkpoint.
  var resume: Bool {
    get { values["resume"]?.bool ?? false }
    set { values["resume"] = .bool(newValue) }
  }

  /// Pre-flight checks that may fail, each with the reason.
  var accept: [String: String] {
    (values["accept"]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
  }

  /// The spec of a plan.
  /// - Throws: `TrainerFailure` where a file that it names lies outside of the workspace.
  init(_ plan: TrainingPlan) throws(TrainerFailure) {
    var settings = plan.settings
    // Seeds were allowed to be negative once.
    settings.seed = Int(UInt32(truncatingIfNeeded: settings.seed))
    if let path = settings.acceleratorConfig {
      settings.acceleratorConfig = try Self.accelerateFile(path, in: plan.workspace)
    }
    let hub = HubID(plan.base)
    values = ["model": .string(hub?.name ?? plan.base), "allow_download": .bool(hub != nil)]
    values["revision"] = hub?.revision.map { .string($0) }
    for setting in TrainingSettings.table where setting.uses.contains(.trainer) && setting.matters(in: settings) {
      let value = setting.value(in: settings)
      // mlx-lm's program warns of names that it doesn't know.
      if setting.backends == .trlOnly, value == setting.defaultValue { continue }
      values[setting.key] = value?.json
    }
    if settings.layers == nil { values["layers"] = -1 }
    values["save_every"] = JSONValue(settings.evaluateEvery)
    accept(plan.accepted)
  }

  /// The spec of a job's folder.
  /// - Throws: `JSONError`, or `DecodingError` where the text is no object.
  init(_ text: some Sequence<UInt8>) throws {
    guard let object = try JSONValue(parsing: Array(text)).object else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "spec.json is no object"))
    }
    values = object
  }

  /// The text of `spec.json`.
  var text: String { JSONValue.object(values).text(.pretty) + "\n" }

  private static func accelerateFile(_ path: String, in workspace: String) throws(TrainerFailure) -> String {
    let place: String
    do throws(PathError) { place = try WorkspaceFolder(workspace).reading(path, mayBeAbsolute: true) } catch {
      throw TrainerFailure("`training.accelerate_config`: \(error)")
    }
    try checkAccelerate(place)
    return place
  }

  /// Refuses what is known to fail hours later: under FSDP the first validation does.
  private static func checkAccelerate(_ path: String) throws(TrainerFailure) {
    guard let text = try? FileBytes.text(path, limit: 1 << 20) else {
      throw TrainerFailure("`training.accelerate_config`: \(path) can't be read; name a YAML file of accelerate's.")
    }
    let asksForFSDP = text.split(whereSeparator: \.isNewline).contains { line in
      let line = line.prefix { $0 != "#" }
      guard let name = line.range(of: "distributed_type") else { return false }
      return line[name.upperBound...].drop { " \t\"':".contains($0) }.uppercased().hasPrefix("FSDP")
    }
    guard !asksForFSDP else {
      throw TrainerFailure(
        "`training.accelerate_config`: \(path) asks for FSDP, under which the validation loss can't be measured, so the job "
          + "would fail at its first validation. Leave accelerate_config out, which shares the rows among all GPUs, or use "
          + "DeepSpeed.")
    }
  }

  /// Lets checks of the pre-flight fail, besides those that may already.
  mutating func accept(_ accepted: [Preflight.Check: String]) {
    guard !accepted.isEmpty else { return }
    var reasons = values["accept"]?.object ?? [:]
    for (check, reason) in accepted.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      reasons[check.rawValue] = .string(reason)
    }
    values["accept"] = .object(reasons)
  }
}
