import Content
import DataChecks
import Domain

/// Which rows to check, and against what; nil means as the workspace says.
package struct DataCheckRequest: Sendable, Hashable {
  /// A file of rows, relative to the workspace.
  package var data: String?
  /// The eval set that the tuned model will be measured on; all of them where nil.
  package var set: String?
  /// The model to tune, whose tokenizer counts.
  package var base: String?
  /// How it will be tuned: what is mixed in, and how long rows may be.
  package var settings: TrainingSettings?
  /// Whether the local engine may be started to count tokens, where a row could be too long.
  package var startsEngine: Bool
  package init(
    data: String? = nil, set: String? = nil, base: String? = nil, settings: TrainingSettings? = nil,
    startsEngine: Bool = false
  ) {
    self.startsEngine = startsEngine
    self.data = data
    self.set = set
    self.base = base
    self.settings = settings
  }
}

extension Workbench {
  /// Looks at the rows of a training file, and of what is mixed in, before they are learnt.
  /// - Throws: `WorkbenchError`, or `Problem` with the first row that can't be read.
  package func checkTrainingData(_ request: DataCheckRequest = DataCheckRequest()) async throws -> DataReport {
    let workspace = snapshot.workspace
    guard let data = request.data ?? workspace.training.data else {
      throw WorkbenchError.input(
        "There is nothing to check: name a file (assay data check FILE), or set training.data in assay.yaml.")
    }
    var sets = workspace.evalSets
    if let name = request.set {
      guard let set = workspace.evalSet(name) else {
        throw WorkbenchError.unknown("eval set", name, among: workspace.evalSets.map(\.name))
      }
      sets = [set]
    }
    let base = request.base ?? workspace.training.base
    // Without a model rows are still rows; only their length is then an estimate.
    let model = base == nil ? try? baseModel(named: nil) : try baseModel(named: base)
    let settings = request.settings ?? workspace.training.settings
    let rows = try await dependencies.files.trainingRows(at: data)
    // Rows of another kind can't be mixed in, so they say nothing here; a job says so.
    let mix =
      if let mix = settings.mix { try await dependencies.files.trainingRows(at: mix.data) } else { [TrainingRow]() }
    let others = mix.first?.kind == rows.first?.kind ? mix : []
    let split = try? await Self.split(rows, settings, file: data)
    let backend = try? backend(named: workspace.training.backend, tuning: base).0
    let checked = await checked(
      rows, others, split, of: data, for: model, by: backend, settings: settings, against: sets,
      startsEngine: request.startsEngine)
    return checked.report
  }

  /// The rows of other tasks that are learnt besides; a trainer reads one kind of rows.
  func others(_ settings: TrainingSettings, besides rows: [TrainingRow], of file: String) async throws -> [TrainingRow]
  {
    guard let mix = settings.mix else { return [] }
    let others = try await dependencies.files.trainingRows(at: mix.data)
    if let kind = rows.first?.kind, let other = others.first?.kind, other != kind {
      throw WorkbenchError.input(
        "\(mix.data) holds \(other.plural) and \(file) \(kind.plural): only rows of one kind can be mixed. "
          + "`--mix-share 0` mixes none in.")
    }
    return others
  }

  /// Divides rows off the actor: finding what belongs together takes seconds for 100,000 rows.
  @concurrent nonisolated static func split(
    _ rows: [TrainingRow], _ settings: TrainingSettings, file: String
  ) async throws -> TrainingSplit {
    try TrainingSplit(rows: rows, validationShare: settings.validationShare, seed: settings.seed, file: file)
  }

  /// Looks at rows that are about to be learnt; `assay data check` and a job make the same check.
  /// - Parameter split: how the task's rows will be divided.
  /// - Parameter backend: what will learn them; nil where that isn't settled.
  /// - Parameter startsEngine: whether the local engine may be started to count tokens, where a row could be too long.
  func checked(
    _ rows: [TrainingRow], _ others: [TrainingRow], _ split: TrainingSplit?, of file: String, for model: ModelSpec?,
    by backend: TrainingBackend?, settings: TrainingSettings, against sets: [EvalSet], startsEngine: Bool
  ) async -> CheckedData {
    func row(_ row: TrainingRow, isMixedIn: Bool) -> DataRow {
      var made = DataRow(row, isMixedIn: isMixedIn)
      made.refusal = backend?.refusal(of: row)
      return made
    }
    var data = DataToCheck(
      rows: rows.map { row($0, isMixedIn: false) } + others.map { row($0, isMixedIn: true) },
      cases: sets.flatMap { set in set.cases.map { DataCase($0, of: set) } }, maxTokens: settings.maxTokens)
    data.failure = Self.failure(by: sets)
    data.held = split?.validationPlaces ?? []
    let all = rows + others
    data.tokens = await tokens(of: data.placesWorthCounting, in: all, by: model, startsEngine: startsEngine)
    return CheckedData(report: await Self.report(of: data), file: file, mix: settings.mix?.data)
  }

  /// Off the actor: it takes seconds for 100,000 rows.
  @concurrent private nonisolated static func report(of data: DataToCheck) async -> DataReport { DataReport(of: data) }

  /// Tokens of some rows by the model's own tokenizer; nil where its engine doesn't run.
  private func tokens(
    of places: [Int], in rows: [TrainingRow], by model: ModelSpec?, startsEngine: Bool
  ) async -> [Int: Int]? {
    guard let model, !places.isEmpty,
      let client = try? dependencies.clients.client(for: model, adapter: nil, workspace: snapshot.workspace.folder)
    else { return nil }
    if startsEngine, model.isLocal { try? await client.prepare() }
    var tokens: [Int: Int] = [:]
    var rest = places[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(200))
      rest = rest.dropFirst(200)
      let texts = some.map { rows[$0].longest.map(\.content).joined(separator: "\n") }
      guard let counts = await client.tokenCounts(of: texts), counts.count == some.count else { return nil }
      // A chat template adds about four tokens to each message.
      for (place, count) in zip(some, counts) { tokens[place] = count + 4 * rows[place].messages.count }
    }
    return tokens
  }

  /// Judges answers as far as that is possible without knowing the right one: by their form, and by the graders that
  /// compare with nothing. An answer that one eval set takes is good.
  private static func failure(by sets: [EvalSet]) -> (@Sendable (DataRow) -> String?)? {
    let judges = sets.filter { !$0.isGeneral }.map { (name: $0.name, graders: $0.graders) }
    guard !judges.isEmpty else { return nil }
    return { row in
      var reason: String?
      for judge in judges {
        guard judge.graders.formatIsValid(row.answer) else {
          reason = reason ?? "not the form that the graders of \(judge.name) want"
          continue
        }
        let alone = judge.graders.graders.filter { ["json-schema", "word-count"].contains($0.type) && $0.weight > 0 }
        let scores = alone.lazy.map { $0.grade(answer: row.answer, expected: nil) }
        guard let failed = scores.first(where: { $0.passed == false }) else { return nil }
        reason = reason ?? failed.reason
      }
      return reason
    }
  }
}

/// Rows with what the checks say of them.
struct CheckedData: Sendable {
  var report: DataReport
  /// The task's file, relative to the workspace.
  var file: String
  /// The file of other tasks.
  var mix: String?

  /// Refuses rows with a failed check that isn't accepted.
  /// - Throws: `WorkbenchError.input`.
  func stop(unlessAccepted accepted: [DataCheck.Name: String]) throws {
    let bad = report.bad.filter { accepted[$0.name] == nil }
    guard !bad.isEmpty else { return }
    let files = ([file] + (mix.map { [$0] } ?? [])).joined(separator: " and ")
    let what = bad.map { "\($0.name.rawValue): \($0.meaning) \($0.fix)" }.joined(separator: " ")
    let accepting = bad.map { $0.name == .leaks ? "--allow-leaks" : "--accept \($0.name.rawValue)=REASON" }
    throw WorkbenchError.input(
      "The rows of \(files) should not be learnt as they are. \(what) `assay data check \(file)` names the rows; what is "
        + "meant so can be accepted with \(accepting.joined(separator: " ")).")
  }

  /// What was accepted although it came out badly, in a sentence for the job.
  func message(_ accepted: [DataCheck.Name: String]) -> String? {
    let sentences = report.bad.compactMap { check -> String? in
      guard let reason = accepted[check.name] else { return nil }
      guard check.name == .leaks else { return "Accepted: \(check.name.rawValue) (\(check.figure)): \(reason)." }
      let rows = Int(check.value ?? 0)
      return "Trained although \(rows) rows stand in an eval set; its scores are not evidence."
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// What the job's folder keeps.
  func record(_ accepted: [DataCheck.Name: String]) -> JSONObject {
    let reasons = DataCheck.Name.allCases.compactMap { name in
      accepted[name].map { (key: name.rawValue, value: JSONValue($0)) }
    }
    return [
      "data": .string(file), "mix": mix.map { .string($0) } ?? .null, "accepted": .object(JSONObject(reasons)),
      "report": report.json,
    ]
  }
}

extension TrainRequest {
  /// Checks that may come out badly, leaks among them where they are allowed.
  var allAccepted: [DataCheck.Name: String] {
    allowLeaks ? accepted.merging([.leaks: "--allow-leaks"]) { given, _ in given } : accepted
  }
}

extension TrainingRow {
  /// Its messages; of a pair, those with the longer answer.
  fileprivate var longest: [RowMessage] {
    guard case .pair(let prompt, let chosen, let rejected) = content, rejected.told.utf8.count > chosen.told.utf8.count
    else { return messages }
    return prompt + [rejected]
  }
}

extension DataRow {
  /// A row as the checks see it.
  init(_ row: TrainingRow, isMixedIn: Bool) {
    let asked = row.messages.dropLast()
    let users = asked.filter { $0.role == .user }.map(\.content)
    let rejected: String? = if case .pair(_, _, let rejected) = row.content { rejected.told } else { nil }
    let isSystem = { (message: RowMessage) in message.role == .system || message.role == .developer }
    self.init(
      line: row.line, isMixedIn: isMixedIn,
      system: asked.filter(isSystem).map(\.content).joined(separator: "\n"),
      prompt: asked.filter { !isSystem($0) }.map(\.told).joined(separator: "\n"),
      turns: users.count > 1 ? users : [], answer: row.messages.last?.told ?? "",
      rejected: rejected, isText: row.kind == .text, unused: row.unused)
  }
}

extension DataCase {
  /// A case as the checks see it.
  init(_ evalCase: EvalCase, of set: EvalSet) {
    self.init(
      set: set.name, id: evalCase.id, isGeneral: set.isGeneral, input: evalCase.input.texts,
      expected: evalCase.expected)
  }
}

extension JSONValue {
  /// All texts in it, in order.
  var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let values): values.flatMap(\.texts)
    case .object(let object): object.values.flatMap(\.texts)
    default: []
    }
  }
}
