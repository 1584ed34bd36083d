import Content
import Foundation

extension Workspace {
  /// The variant that makes use of an adapter: the training prompt, and everything else as in the first tuned variant on
  /// the same model.
  /// - Parameter name: nil for `tuned-N`, or what comes next where that is taken.
  package func variant(using adapter: String, of job: TrainingJob, named name: String? = nil) -> Variant {
    let tuned = variants.first { $0.isTuned && $0.model == job.base }
    var chosen = name ?? "tuned-\(job.id)"
    while name == nil, variant(chosen) != nil { chosen += "b" }
    return Variant(
      name: chosen, model: job.base, prompt: training.prompt ?? tuned?.prompt ?? prompts.first?.name ?? "main",
      adapter: adapter, sampling: tuned?.sampling ?? Sampling())
  }
}

extension Variant {
  /// What a person writes for it under `variants:` in `assay.yaml`, without indentation.
  package var line: String { "\(Self.yaml(name)): \(fields)" }

  /// The content of its file, a key on each line.
  package var text: String { settings.map { "\($0.key): \($0.value)\n" }.joined() }

  /// The folder of variants that have a file each.
  package static let folder = "variants"

  /// Path of a variant's file, relative to the workspace.
  package static func path(of name: String) -> String { "\(folder)/\(name).yaml" }

  /// The variant whose file this is; nil for any other file.
  static func name(ofFile path: String) -> String? {
    guard path.hasPrefix(folder + "/"), path.hasSuffix(".yaml") else { return nil }
    return String(path.dropFirst(folder.count + 1).dropLast(5))
  }

  /// The part of `line` behind the name.
  package var fields: String { "{ \(settings.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }" }

  /// Its keys with their values as YAML.
  private var settings: [(key: String, value: String)] {
    var fields = [(key: "model", value: Self.yaml(model)), (key: "prompt", value: Self.yaml(prompt))]
    if let sections { fields.append(("sections", Self.yaml(sections))) }
    for (key, titles) in [("with", with), ("without", without)] where !titles.isEmpty {
      fields.append((key, Self.yaml(titles)))
    }
    if let adapter { fields.append(("adapter", Self.yaml(adapter))) }
    if isDeclaredTuned { fields.append(("tuned", "true")) }
    if let base { fields.append(("base", Self.yaml(base))) }
    for (key, value) in sampling.json {
      // A list as YAML is written, with a space after each comma.
      let text = value.array.map { "[\($0.map { $0.text() }.joined(separator: ", "))]" } ?? value.text()
      fields.append((key, text))
    }
    return fields
  }

  /// Texts as a YAML list on one line.
  package static func yaml(_ texts: [String]) -> String { "[\(texts.map(yaml).joined(separator: ", "))]" }

  /// A text as a YAML value: plain where it can't be taken for anything else.
  static func yaml(_ text: String) -> String {
    let isPlain =
      text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-/+@".unicodeScalars.contains($0))
      } && text.contains { $0.isLetter } && text.first.map { $0.isLetter || $0 == "." || $0 == "/" } == true
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    return isPlain && !words.contains(text.lowercased()) && !text.hasPrefix(".inf") && !text.hasPrefix(".nan")
      ? text : JSONValue.string(text).text()
  }

  /// Why a name can't be a variant's; nil where it can.
  package static func flaw(of name: String) -> String? {
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-+".unicodeScalars.contains($0))
    }
    return isPlain && (1...64).contains(name.count) && !name.hasPrefix(".")
      ? nil
      : "\"\(name.prefix(64))\" can't be a variant's name: take up to 64 letters, digits, dots and hyphens, and no dot first."
  }
}

extension Workbench {
  /// Where an adapter of a job is: the job's best one, or what it had learnt after a step.
  /// - Parameter step: nil for the best.
  /// - Returns: a folder relative to the workspace, or a hosted model's id.
  /// - Throws: `WorkbenchError.input` when there is none.
  package func adapter(of id: JobID, step: Int?) async throws -> (job: TrainingJob, adapter: String) {
    let detail = try await detail(of: id)
    let job = detail.job
    if let step {
      guard let checkpoint = detail.checkpoints.last(where: { $0.step == step }) else {
        let steps = detail.checkpoints.map { "\($0.step)" }.joined(separator: ", ")
        throw WorkbenchError.input(
          "Job \(id) has no checkpoint after step \(step). \(steps.isEmpty ? "It has none yet." : "There are: \(steps).")"
        )
      }
      return (job, job.adapter(at: checkpoint))
    }
    guard let adapter = job.adapter else { throw WorkbenchError.noAdapter(id) }
    return (job, adapter)
  }

  /// Adds a variant with a job's adapter as a file.
  /// - Parameter adapter: a folder relative to the workspace, or a hosted model's id; the job's best where nil.
  package func useAdapter(of id: JobID, _ adapter: String?, named name: String?) async throws -> Variant {
    let best = try await self.adapter(of: id, step: nil)
    let adapter = adapter ?? best.adapter
    // The file may have been changed by somebody since it was read.
    snapshot.workspace = try await dependencies.files.read()
    let workspace = snapshot.workspace
    if let name {
      if let flaw = Variant.flaw(of: name) { throw WorkbenchError.input(flaw) }
      if workspace.variant(name) != nil {
        throw WorkbenchError.input("There is a variant \"\(name)\" already; choose another name.")
      }
    } else if let variant = workspace.variants.first(where: { $0.adapter == adapter && $0.model == best.job.base }) {
      throw WorkbenchError.usedAdapter(adapter, by: variant.name)
    }
    let variant = workspace.variant(using: adapter, of: best.job, named: name)
    try await dependencies.files.add(variant)
    await reloadFiles()
    notify(
      .success,
      "The variant \"\(variant.name)\" is in \(Variant.path(of: variant.name)): evaluate it against the best prompted one."
    )
    return variant
  }

  /// The hash of a file or a model's folder, relative to the workspace or absolute; nil when there is none.
  package func fingerprint(of path: String) async -> ContentHash? { await dependencies.files.fingerprint(of: path) }

  /// The runs that were made with exactly the weights that are in an adapter's folder now, newest first.
  /// - Parameter adapter: a folder relative to the workspace, or a hosted model's id.
  package func runs(with adapter: String) async -> [Run] {
    let workspace = snapshot.workspace
    guard let wanted = await dependencies.files.fingerprint(of: adapter) else {
      return snapshot.runs.filter { $0.summary.done > 0 && $0.variant.adapter == adapter }
    }
    var found: [Run] = []
    for run in snapshot.runs where run.summary.done > 0 {
      guard let own = run.variant.adapter, await dependencies.files.fingerprint(of: own) == wanted,
        let model = workspace.model(run.variant.model), var set = workspace.evalSet(run.set),
        let prompt = workspace.prompt(run.variant.prompt),
        let version = snapshot.versions.first(where: { $0.id == run.promptVersion })?.version
      else { continue }
      set.hash = run.setHash
      let subject = Subject(variant: run.variant, model: model, prompt: prompt, set: set, version: version)
      guard let identity = try? await identity(of: subject),
        identity.run(repeats: run.repeats, firstSample: run.firstSample) == run.identity
      else { continue }
      found.append(run)
    }
    return found
  }
}
