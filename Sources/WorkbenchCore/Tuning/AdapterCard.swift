import Content
import Domain
import Foundation

/// What a model card says of a tuned adapter: Markdown with the front matter that Hugging Face's cards have. It says only
/// what was measured or kept, and what was left out of the data's checks and why.
package struct AdapterCard: Sendable {
  /// A file with its hash.
  package struct File: Sendable, Hashable {
    /// What it is, in a few words.
    package var role: String
    /// Its path, relative to the workspace or the job.
    package var path: String
    /// SHA-256 of its bytes.
    package var hash: String?
    /// How many rows it has.
    package var rows: Int?
    package init(role: String, path: String, hash: String?, rows: Int?) {
      self.role = role
      self.path = path
      self.hash = hash
      self.rows = rows
    }
  }

  /// The job with its events.
  package var detail: JobDetail
  /// What the card calls the adapter.
  package var name: String
  /// The step whose weights these are; the job's best where nil.
  package var step: Int?
  /// The base model as `assay.yaml` has it: a path or an id.
  package var base: String
  /// Hash of the base model's files.
  package var baseHash: ContentHash?
  /// Hash of the adapter's files.
  package var adapterHash: ContentHash?
  /// The library that loads it: `peft`, `mlx`, or none for a hosted model.
  package var library: String?
  /// Everything that was learnt from.
  package var files: [File]
  /// What was checked of the rows, as the job's `data.json` keeps it.
  package var record: JSONObject?
  /// Runs with exactly these weights, newest first.
  package var runs: [Run]
  /// Names of eval sets of general tasks.
  package var generalSets: Set<String>
  /// What the base model answered to the general tasks, where it was asked.
  package var before: [Run]
  /// Programs and their versions.
  package var versions: [(name: String, version: String)]
  /// When the card is written.
  package var date: Date

  package init(
    detail: JobDetail, name: String, step: Int?, base: String, baseHash: ContentHash?, adapterHash: ContentHash?,
    library: String?, files: [File], record: JSONObject?, runs: [Run], generalSets: Set<String>, before: [Run],
    versions: [(name: String, version: String)], date: Date
  ) {
    self.detail = detail
    self.name = name
    self.step = step
    self.base = base
    self.baseHash = baseHash
    self.adapterHash = adapterHash
    self.library = library
    self.files = files
    self.record = record
    self.runs = runs
    self.generalSets = generalSets
    self.before = before
    self.versions = versions
    self.date = date
  }

  /// A line of every card that was written here: a card with it may be written anew.
  package static let mark = "<!-- Written by `assay adapter card`. -->"

  private var job: TrainingJob { detail.job }

  /// The card's text.
  package var markdown: String {
    let parts = [frontMatter, opening, baseAndMethod, data, checks, training, scores, general, colophon]
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private var frontMatter: [String] {
    let tags = [job.settings.method.rawValue, job.settings.objective.rawValue, job.backend, "assay"]
    var lines = ["---", "base_model: \(Self.yaml(base))"]
    if let library { lines.append("library_name: \(library)") }
    lines += ["pipeline_tag: text-generation", "tags:"] + tags.map { "- \($0)" }
    return lines + ["---"]
  }

  private var opening: [String] {
    let what = job.settings.method == .full ? "The model" : "An adapter for the model"
    let which = step.map { "what job \(job.id) had learnt after step \($0)" } ?? "the best checkpoint of job \(job.id)"
    let base = Self.inline(self.base)
    return [
      "# \(Self.plain(name))", "", Self.mark, "",
      "\(what) \(base), tuned on \(Self.inline(job.data)): \(which).",
    ]
  }

  private var baseAndMethod: [String] {
    var rows = [("Base model", "\(Self.inline(base))\(Self.hash(baseHash?.hex))")]
    if let adapterHash { rows.append(("These weights", "SHA-256 `\(adapterHash.hex)`")) }
    rows.append(("Back end", job.backend))
    rows.append(("Steps done", job.steps > 0 ? "\(job.step) of \(job.steps)" : "\(job.step)"))
    for setting in TrainingSettings.table where setting.applies(to: job) {
      rows.append((setting.title, Self.plain(setting.display(in: job.settings))))
    }
    if let parameters = detail.parameters {
      rows.append(("Parameters learnt", "\(parameters.trainable) of \(parameters.total)"))
    }
    return ["## Method", ""] + Self.table(["setting", "value"], rows.map { [$0.0, $0.1] })
  }

  private var data: [String] {
    let rows = files.map { file in
      [file.role, Self.inline(file.path), file.rows.map { "\($0)" } ?? "–", file.hash.map { "`\($0)`" } ?? "–"]
    }
    return ["## Data", ""] + Self.table(["what", "file", "rows", "SHA-256"], rows)
  }

  private var checks: [String] {
    guard let checks = record?["report"]?["checks"]?.array, !checks.isEmpty else {
      return ["No check of the rows was kept with the job."]
    }
    let accepted = record?["accepted"]?.object ?? [:]
    let preflight = detail.preflight.filter { !$0.hasPassed }.map { found in
      [
        found.check, "failed", "\(found.count) of \(found.of) rows",
        found.accepted.map { "accepted: \($0)" } ?? "",
      ]
    }
    let rows = checks.prefix(50).map { check in
      let name = check["check"]?.string ?? "?"
      return [
        name, check["status"]?.string ?? "?", check["figure"]?.string ?? "",
        accepted[name]?.string.map { "accepted: \($0)" } ?? "",
      ]
    }
    return ["What was checked of the rows before training:", ""]
      + Self.table(["check", "result", "figure", "accepted because"], Array(rows) + preflight)
  }

  private var training: [String] {
    guard !detail.validations.isEmpty else { return [] }
    let best = detail.validations.filter(\.loss.isFinite).min { $0.loss < $1.loss }
    var lines = ["## Training", ""]
    if let first = detail.validations.first, let last = detail.validations.last, let best {
      lines.append(
        "Validation loss: \(Self.loss(first.loss)) at step \(first.step), lowest \(Self.loss(best.loss)) at step "
          + "\(best.step), \(Self.loss(last.loss)) at step \(last.step).")
    }
    for figures in detail.answers where figures.step == step ?? detail.best?.step {
      for sign in detail.signs(of: figures) { lines.append("- \(figures.sentence(sign))") }
    }
    for warning in detail.warnings.prefix(10) { lines.append("- \(Self.plain(warning))") }
    return lines
  }

  private var scores: [String] {
    let rows = runs.filter { !generalSets.contains($0.set) }.map(Self.row)
    guard !rows.isEmpty else {
      return ["## Evaluation", "", "No run with exactly these weights is kept: `assay eval` makes one."]
    }
    return [
      "## Evaluation", "", "Runs with exactly these weights; the intervals are 95 % intervals of the mean score.", "",
    ]
      + Self.table(Self.columns, rows)
  }

  private var general: [String] {
    let after = runs.filter { generalSets.contains($0.set) }
    guard !after.isEmpty || !before.isEmpty else { return [] }
    var lines = ["## Other tasks", "", "What the model could do before, and can do after tuning:", ""]
    lines += Self.table(
      [""] + Self.columns,
      before.map { ["before"] + Self.row($0) } + after.map { ["after"] + Self.row($0) })
    if after.isEmpty || before.isEmpty {
      let missing = after.isEmpty ? "after" : "before"
      lines += ["", "What it can do \(missing) tuning wasn't measured."]
    }
    return lines
  }

  private var colophon: [String] {
    let versions = versions.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
    return [
      "Tuned \(Self.day(job.created)); card of \(Self.day(date))\(versions.isEmpty ? "" : ", by \(Self.plain(versions))")."
    ]
  }

  // MARK: Markdown

  private static let columns = ["eval set", "variant", "cases", "score", "95 % interval", "valid form"]

  private static func row(_ run: Run) -> [String] {
    let summary = run.summary
    return [
      run.set, run.variant.name, "\(run.casesAnswered)", percent(summary.mean),
      "\(percent(summary.low)) to \(percent(summary.high))",
      percent(summary.done > 0 ? Double(summary.formatValid) / Double(summary.done) : 0),
    ]
  }

  private static func table(_ columns: [String], _ rows: [[String]]) -> [String] {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    return [line(columns), line(columns.map { _ in "---" })] + rows.map { line($0.map(cell)) }
  }

  /// A text that stays in its cell; code keeps its marks.
  private static func cell(_ text: String) -> String { oneLine(text).replacing("|", with: "\\|") }

  /// A text without anything that Markdown or HTML would take for more than text.
  private static func plain(_ text: String) -> String {
    var result = ""
    for character in oneLine(text) {
      if "\\`*_[]<>#|".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// A path or name as code.
  private static func inline(_ text: String) -> String { "`\(oneLine(text).replacing("`", with: "'"))`" }

  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }.prefix(500)))
  }

  private static func yaml(_ text: String) -> String { JSONValue.string(oneLine(text)).text() }
  private static func hash(_ hex: String?) -> String { hex.map { ", SHA-256 `\($0)`" } ?? "" }
  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
  private static func loss(_ value: Double) -> String { String(format: "%.4f", value) }
  private static func number(_ value: Double) -> String { JSONValue(value).text() }
  private static func day(_ date: Date) -> String { String(ISO8601DateFormatter().string(from: date).prefix(10)) }
}

extension Workbench {
  /// The card of a job's adapter, from the job's folder and what the database holds.
  /// - Parameter step: the checkpoint that is meant; the job's best where nil.
  /// - Parameter record: the job's `data.json`.
  /// - Parameter library: what loads it: `peft` or `mlx`.
  /// - Throws: `WorkbenchError.input` when there is no such adapter.
  package func card(
    of id: JobID, step: Int?, record: JSONObject?, library: String?, versions: [(name: String, version: String)]
  ) async throws -> AdapterCard {
    let (job, adapter) = try await adapter(of: id, step: step)
    let detail = try await detail(of: id)
    let workspace = snapshot.workspace
    let files = dependencies.files
    let (base, baseHash) = await baseAndHash(of: job)
    func count(_ path: String) async -> Int? { try? await files.trainingRows(at: path).count }
    var learnt = [
      AdapterCard.File(
        role: "rows of the task, as the file is now", path: job.data, hash: await files.fingerprint(of: job.data)?.hex,
        rows: await count(job.data))
    ]
    if let mix = job.settings.mix {
      learnt.append(
        AdapterCard.File(
          role: "rows of other tasks (\(Int((mix.share * 100).rounded())) % of what was learnt), as the file is now",
          path: mix.data, hash: await files.fingerprint(of: mix.data)?.hex, rows: await count(mix.data)))
    }
    let counts = detail.rows
    for (role, name, rows) in [
      ("what was learnt from", "train.jsonl", counts?.train),
      ("what was validated on", "valid.jsonl", counts?.validation),
    ] {
      let kept = record?["sha256"]?[name]?.string
      learnt.append(AdapterCard.File(role: role, path: "\(job.folder)/\(name)", hash: kept, rows: rows))
    }
    let general = Set(workspace.evalSets.filter(\.isGeneral).map(\.name))
    let before = general.sorted().compactMap { set in
      snapshot.runs.first {
        $0.set == set && !$0.variant.isTuned && $0.variant.model == job.base && $0.variant.ablated == nil
          && $0.summary.done > 0
      }
    }
    return AdapterCard(
      detail: detail, name: "\(workspace.name) tuned-\(job.id)", step: step, base: base, baseHash: baseHash,
      adapterHash: job.isHosted ? nil : await files.fingerprint(of: adapter), library: library, files: learnt,
      record: record, runs: await runs(with: adapter), generalSets: general, before: before, versions: versions,
      date: dependencies.now())
  }

  private func baseAndHash(of job: TrainingJob) async -> (String, ContentHash?) {
    guard let model = snapshot.workspace.model(job.base) else { return (job.base, nil) }
    switch model.api {
    case .mlx(let path): return (path, await dependencies.files.fingerprint(of: path))
    case .endpoint(let endpoint): return (endpoint.model, nil)
    case .command, .replay: return (job.base, nil)
    }
  }

  /// Where the model is that a job tuned: an absolute path, a hub id or a provider's name for it.
  /// - Throws: `WorkbenchError.unknown` when `assay.yaml` has it no more.
  package func basePlace(of job: TrainingJob) throws -> String {
    guard let model = snapshot.workspace.model(job.base) else {
      throw WorkbenchError.unknown("model", job.base, among: snapshot.workspace.models.map(\.name))
    }
    switch model.api {
    case .mlx(let path): return absolute(path)
    case .endpoint(let endpoint): return endpoint.model
    case .command, .replay: return job.base
    }
  }
}
