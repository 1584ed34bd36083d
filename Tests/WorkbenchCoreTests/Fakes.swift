import Content
import Domain
import Foundation
import Grading
import Synchronization

@testable import WorkbenchCore

/// A workspace that stands in memory.
actor FakeFiles: WorkspaceFiles {
  var workspace: Workspace
  var rows: [String: [TrainingRow]] = [:]
  var written: [String: [TrainingRow]] = [:]
  var fingerprints: [String: ContentHash] = [:]

  init(_ workspace: Workspace) { self.workspace = workspace }

  func set(fingerprint: String?, of path: String) { fingerprints[path] = fingerprint.map { ContentHash(hex: $0) } }
  func set(options: JSONObject) { workspace.models[0].options = options }
  func set(rows: [TrainingRow], at path: String) { self.rows[path] = rows }
  func set(body: String, of section: String) {
    for prompt in workspace.prompts.indices {
      for index in workspace.prompts[prompt].sections.indices
      where workspace.prompts[prompt].sections[index].id == section {
        workspace.prompts[prompt].sections[index].body = body
      }
    }
  }

  /// Why nothing can be written.
  var refusal: Problem?
  func refuse(_ problem: Problem?) { refusal = problem }

  func read() async throws -> Workspace { workspace }
  func write(_ section: Section, of prompt: Prompt) async throws {
    if let refusal { throw refusal }
    try change(prompt) { sections in
      sections.removeAll { $0.id == section.id }
      sections.append(section)
    }
  }
  func delete(_ section: Section, of prompt: Prompt) async throws {
    try change(prompt) { sections in sections.removeAll { $0.id == section.id } }
  }
  private func change(_ prompt: Prompt, _ change: (inout [Section]) throws -> Void) throws {
    guard let index = workspace.prompts.firstIndex(where: { $0.name == prompt.name }) else {
      throw Problem(file: prompt.path, message: "There is no such prompt.")
    }
    try change(&workspace.prompts[index].sections)
    workspace.prompts[index].sections.sort { $0.id < $1.id }
  }
  func apply(_ edit: CaseEdit, to set: EvalSet) async throws {
    guard let index = workspace.evalSets.firstIndex(where: { $0.name == set.name }) else {
      throw Problem(file: set.path, message: "There is no such set.")
    }
    var cases = workspace.evalSets[index].cases
    func place(_ id: String) throws -> Int {
      guard let place = cases.firstIndex(where: { $0.id == id }) else {
        throw Problem(file: set.path, message: "There is no case \(id).")
      }
      return place
    }
    switch edit {
    case .replace(let id, let evalCase): cases[try place(id)] = evalCase
    case .insert(let evalCase, let id): cases.insert(evalCase, at: try id.map { try place($0) + 1 } ?? cases.count)
    case .delete(let id): cases.remove(at: try place(id))
    }
    workspace.evalSets[index].cases = cases
  }
  var appended: [CaseAddition] = []
  func cases(at path: String) async throws -> [EvalCase] { [] }
  func append(_ additions: [CaseAddition]) async throws {
    if let refusal { throw refusal }
    appended += additions
  }
  func add(_ variant: Variant) async throws {
    if let refusal { throw refusal }
    guard workspace.variant(variant.name) == nil else {
      throw Problem(file: "variants", message: "There is a variant \"\(variant.name)\" already.")
    }
    workspace.variants.append(variant)
  }
  func set(_ choice: SectionChoice, of variant: Variant) async throws {
    if let refusal { throw refusal }
    guard let index = workspace.variants.firstIndex(where: { $0.name == variant.name }) else {
      throw Problem(file: "variants", message: "There is no variant \"\(variant.name)\".")
    }
    workspace.variants[index].choice = choice
  }
  var stated: [FactStatement] = []
  func state(_ facts: [FactStatement]) async throws {
    if let refusal { throw refusal }
    stated += facts
  }
  /// What happens once while rows are read.
  private var whileReadingRows: (@Sendable () async -> Void)?
  func onceWhileReadingRows(_ body: @escaping @Sendable () async -> Void) { whileReadingRows = body }
  func set(data: String?) { workspace.training.data = data }
  func set(variants: [Variant]) { workspace.variants = variants }
  func set(price: TokenPrice?) { workspace.models[0].price = price }
  func trainingRows(at path: String) async throws -> [TrainingRow] {
    guard let found = rows[path] else { throw Problem(file: path, message: "The file doesn't exist.") }
    let body = whileReadingRows
    whileReadingRows = nil
    await body?()
    return found
  }
  func write(_ rows: [TrainingRow], to path: String) async throws {
    written[path] = rows
    self.rows[path] = rows
  }
  var exported: [ExportPart] = []
  func export(
    _ parts: [ExportPart], as format: TrainingFormat, named name: String, to folder: String
  ) async throws -> ExportReport {
    exported = parts
    return ExportReport()
  }
  var texts: [String: String] = [:]
  func text(of path: String) async throws -> String? { texts[path] }
  func write(text: String, to path: String) async throws { texts[path] = text }
  func fingerprint(of path: String) async -> ContentHash? { fingerprints[path] }
  nonisolated func changes() -> AsyncStream<Void> { AsyncStream { $0.finish() } }

  var renames: [SectionOrder.Rename] = []
  func rename(_ renames: [SectionOrder.Rename], of prompt: Prompt) async throws {
    try change(prompt) { sections in
      for rename in renames {
        guard !sections.contains(where: { $0.id == rename.to }),
          let index = sections.firstIndex(where: { $0.id == rename.from })
        else { throw Problem(file: prompt.path, message: "\(rename.from) can't be called \(rename.to).") }
        let old = sections[index]
        sections[index] = Section(id: rename.to, title: old.title, role: old.role, body: old.body)
      }
    }
    self.renames += renames
  }

  var kept: [DraftPath: KeptDraft] = [:]
  func drafts() async -> [DraftPath: KeptDraft] { kept }
  func keep(_ text: String?, as draft: DraftPath) async throws {
    if let refusal { throw refusal }
    kept[draft] = text.map { KeptDraft(text: $0, time: Date(timeIntervalSince1970: 0)) }
  }
}

/// A store in memory.
actor FakeStore: Store {
  private var allRuns: [Run] = []
  private var allOutputs: [RunID: [Output]] = [:]
  private var allAnswers: [ContentHash: Answer] = [:]
  private var judged: Set<ContentHash> = []
  private var allVersions: [StoredVersion] = []
  private var allJobs: [TrainingJob] = []
  private let claimed = Claims()
  private(set) var batches: [Int] = []

  /// Runs that are worked on.
  private final class Claims: Sendable {
    let runs = Mutex<Set<RunID>>([])
  }
  /// The right to work on one, as long as it is held.
  private final class Claim: Sendable {
    private let claims: Claims
    private let run: RunID
    init?(_ run: RunID, in claims: Claims) {
      guard claims.runs.withLock({ $0.insert(run).inserted }) else { return nil }
      self.claims = claims
      self.run = run
    }
    deinit { _ = claims.runs.withLock { $0.remove(run) } }
  }
  func claimElsewhere(_ run: RunID) { _ = claimed.runs.withLock { $0.insert(run) } }

  /// What happens once after a question has been answered and before the answer arrives.
  private var interludes: [Question: @Sendable () async -> Void] = [:]
  enum Question { case runs, price }
  func once(after question: Question, _ body: @escaping @Sendable () async -> Void) { interludes[question] = body }
  private func answered(_ question: Question) async { await interludes.removeValue(forKey: question)?() }

  func runs() async throws -> [Run] {
    let rows = allRuns
    await answered(.runs)
    return rows.reversed()
  }
  private(set) var allBatches: [String: BatchRecord] = [:]
  func keep(_ batch: BatchRecord) async throws { allBatches[batch.label] = batch }
  func openBatches(of run: RunID?) async throws -> [BatchRecord] {
    allBatches.values.filter { !$0.isOver && (run == nil || $0.run == run) }.sorted {
      ($0.created, $0.label) < ($1.created, $1.label)
    }
  }
  private var preferences: [[String]: Preference] = [:]
  private var corrections: [[String]: Correction] = [:]
  func reviews() async throws -> Reviews {
    Reviews(
      preferences: Array(preferences.values), corrections: Array(corrections.values), failures: Array(marks.values))
  }
  private var marks: [[String]: FailureMark] = [:]
  private func key(_ one: FailureMark) -> [String] { [one.set, one.caseID, "\(one.place)", one.mode] }
  func keep(_ one: FailureMark) async throws { marks[key(one)] = one }
  func remove(_ one: FailureMark) async throws { marks[key(one)] = nil }
  func bytes(of run: RunID) async throws -> Int {
    allOutputs[run, default: []].reduce(0) { $0 + ($1.answer?.text.utf8.count ?? 0) }
  }
  func keep(_ one: Preference) async throws { preferences[[one.set, one.caseID, "\(one.a)", "\(one.b)"]] = one }
  func keep(_ one: Correction) async throws { corrections[[one.set, one.caseID]] = one }
  func removePreference(set: String, caseID: String, a: OutputPlace, b: OutputPlace) async throws {
    preferences[[set, caseID, "\(a)", "\(b)"]] = nil
  }
  func removeCorrection(set: String, caseID: String) async throws { corrections[[set, caseID]] = nil }
  private var allProbes: [ContentHash: ModelProbe] = [:]
  func keep(_ probe: ModelProbe, of model: ContentHash) async throws { allProbes[model] = probe }
  func probes() async throws -> [ContentHash: ModelProbe] { allProbes }
  private var bases: [RunID: ContentHash] = [:]
  func newestRun(base: ContentHash, repeats: Int) async throws -> Run? {
    allRuns.last { bases[$0.id] == base && $0.repeats == repeats }
  }
  func unusedSample() async throws -> Int { max(1, allRuns.map { $0.firstSample + $0.repeats }.max() ?? 1) }
  func finishReasons(in run: RunID) async throws -> [String: Int] {
    Dictionary(
      allOutputs[run, default: []].compactMap { $0.answer?.finishReason }.map { ($0, 1) }, uniquingKeysWith: +)
  }
  func asked(in run: RunID) async throws -> [(caseID: String, sample: Int, isAnswered: Bool)] {
    allOutputs[run, default: []].map { ($0.caseID, $0.sample, $0.answer != nil) }
  }
  func beginRun(_ draft: RunDraft) async throws -> Run {
    if let run = allRuns.first(where: { $0.identity == draft.identity }) { return run }
    if !allVersions.contains(where: { $0.id == draft.version.hash }) {
      allVersions.append(StoredVersion(version: draft.version, created: draft.started))
    }
    let run = Run(
      id: RunID((allRuns.last?.id.number ?? 0) + 1 + deleted), identity: draft.identity, variant: draft.variant,
      promptVersion: draft.version.hash, set: draft.set, setHash: draft.setHash, state: .running,
      started: draft.started, seconds: 0, cases: draft.cases, repeats: draft.repeats,
      firstSample: draft.firstSample, summary: RunSummary())
    bases[run.id] = draft.base
    allRuns.append(run)
    return run
  }
  private var refusals = 0
  /// Stores nothing the next time.
  func refuseNext() { refusals += 1 }
  /// What was recorded before it was graded.
  private(set) var ungraded: [ContentHash] = []
  func record(
    _ outputs: [Output], ungraded answers: [(key: ContentHash, answer: Answer)], in run: RunID, seconds: Double
  ) async throws -> RunSummary {
    if refusals > 0, !outputs.isEmpty {
      refusals -= 1
      throw WorkbenchError.input("The database is busy.")
    }
    let index = try index(of: run)
    batches.append(outputs.count)
    for (key, answer) in answers {
      ungraded.append(key)
      allAnswers[key] = answer
    }
    for output in outputs {
      allOutputs[run, default: []].removeAll { $0.id == output.id }
      allOutputs[run, default: []].append(output)
      if let answer = output.answer { allAnswers[output.requestKey] = answer }
    }
    allRuns[index].seconds += seconds
    return summarize(index)
  }
  private func index(of run: RunID) throws -> Int {
    guard let index = allRuns.firstIndex(where: { $0.id == run }) else {
      throw WorkbenchError.input("There is no run \(run).")
    }
    return index
  }
  private func summarize(_ index: Int) -> RunSummary {
    let summary = RunSummary(of: allOutputs[allRuns[index].id, default: []])
    allRuns[index].summary = summary
    return summary
  }
  func price(_ run: RunID, _ cost: @escaping @Sendable (TokenUsage) -> Double?) async throws -> RunSummary {
    let run = try index(of: run)
    allOutputs[allRuns[run].id] = allOutputs[allRuns[run].id]?.map { output in
      var output = output
      output.cost = output.cost ?? output.answer.flatMap { cost($0.usage) }
      return output
    }
    let summary = summarize(run)
    await answered(.price)
    return summary
  }
  func setLabels(_ labels: RunLabels, of run: RunID) async throws { allRuns[try index(of: run)].labels = labels }
  func failures(of run: RunID) async throws -> [(reason: String, count: Int)] {
    let reasons = allOutputs[run, default: []].compactMap { $0.failure ?? $0.unscored }
    return Dictionary(grouping: reasons, by: \.self).map { (reason: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
  }
  /// How many of the newest runs were deleted: a number is never given twice.
  private var deleted: Int64 = 0
  func delete(_ run: RunID) async throws {
    let index = try index(of: run)
    if index == allRuns.count - 1 { deleted += 1 }
    allRuns.remove(at: index)
    allOutputs[run] = nil
    preferences = preferences.filter { $0.value.a.run != run && $0.value.b.run != run }
  }
  private var needed: (answers: Set<ContentHash>, versions: Set<ContentHash>) {
    (Set(allOutputs.values.joined().map(\.requestKey)), Set(allRuns.map(\.promptVersion)))
  }
  func surplus() async throws -> StoreSurplus {
    let answers = allAnswers.filter { !needed.answers.contains($0.key) && !judged.contains($0.key) }
    let versions = allVersions.filter { !needed.versions.contains($0.id) }
    return StoreSurplus(
      answers: answers.count, versions: versions.count, bytes: answers.values.reduce(0) { $0 + $1.text.utf8.count })
  }
  func removeSurplus() async throws {
    allAnswers = allAnswers.filter { needed.answers.contains($0.key) || judged.contains($0.key) }
    allVersions.removeAll { !needed.versions.contains($0.id) }
  }
  func setState(_ state: Run.State, of run: RunID) async throws {
    allRuns[try index(of: run)].state = state
  }
  func outputs(of run: RunID) async throws -> [Output] { allOutputs[run, default: []] }
  func keep(_ reply: Answer, key: ContentHash, of judge: String) async throws {
    if allAnswers[key] == nil { allAnswers[key] = reply }
    judged.insert(key)
  }
  func answers(to keys: [ContentHash]) async throws -> [ContentHash: Answer] {
    allAnswers.filter { keys.contains($0.key) }
  }
  func versions() async throws -> [StoredVersion] {
    allVersions.enumerated().sorted { ($0.element.created, $0.offset) > ($1.element.created, $1.offset) }.map(\.element)
  }
  func keep(_ version: PromptVersion, created: Date) async throws {
    guard !allVersions.contains(where: { $0.id == version.hash }) else { return }
    allVersions.append(StoredVersion(version: version, created: created))
  }
  func beginJob(_ draft: JobDraft) async throws -> TrainingJob {
    let job = TrainingJob(
      id: JobID(Int64(allJobs.count + 1)), backend: draft.backend, base: draft.base, data: draft.data,
      settings: draft.settings, state: .queued, created: draft.created, sweep: draft.sweep)
    allJobs.append(job)
    return job
  }
  func update(_ job: TrainingJob) async throws {
    guard let index = allJobs.firstIndex(where: { $0.id == job.id }) else {
      throw WorkbenchError.input("There is no job \(job.id).")
    }
    let old = allJobs[index]
    guard job.state.isOver || !old.state.isOver else { return }
    allJobs[index].state = job.state
    (allJobs[index].step, allJobs[index].steps) = (job.step, job.steps)
    (allJobs[index].trainLoss, allJobs[index].validationLoss) = (job.trainLoss, job.validationLoss)
    allJobs[index].message = job.message
    if old.chosen == nil { (allJobs[index].best, allJobs[index].adapter) = (job.best, job.adapter) }
  }
  func reopen(_ job: JobID) async throws {
    guard let index = allJobs.firstIndex(where: { $0.id == job }) else {
      throw WorkbenchError.input("There is no job \(job).")
    }
    (allJobs[index].state, allJobs[index].message, allJobs[index].chosen) = (.queued, nil, nil)
  }
  func choose(_ best: TrainingJob.Best, adapter: String?, of job: JobID) async throws {
    guard let index = allJobs.firstIndex(where: { $0.id == job }) else {
      throw WorkbenchError.input("There is no job \(job).")
    }
    (allJobs[index].chosen, allJobs[index].best) = (best.step, best)
    allJobs[index].adapter = adapter ?? allJobs[index].adapter
  }
  func jobs() async throws -> [TrainingJob] { allJobs.reversed() }
  nonisolated func foreignChanges() -> AsyncStream<Void> { AsyncStream { $0.finish() } }
  func claim(_ run: RunID) async throws -> (any Sendable)? { Claim(run, in: claimed) }
}

/// A model that a closure plays; counts what it is asked.
final class FakeModel: ModelClient, ModelClients {
  typealias Play = @Sendable (ModelRequest, Int) async throws -> Answer
  private let play: Play
  private let count = Mutex(0)
  private let prepared = Mutex(0)

  init(_ play: @escaping Play) { self.play = play }
  var asked: Int { count.withLock { $0 } }
  var timesPrepared: Int { prepared.withLock { $0 } }

  func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient { self }
  func prepare() async throws { prepared.withLock { $0 += 1 } }
  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    let number = count.withLock {
      $0 += 1
      return $0
    }
    let answer = try await play(request, number)
    for piece in answer.text { onText?(String(piece)) }
    return answer
  }
  func tokenCounts(of texts: [String]) async -> [Int]? { texts.map { $0.split(separator: " ").count } }
}

/// A trainer that plays a list of observations.
actor FakeTrainer: Trainer {
  private var script: [TrainerObservation]
  private(set) var plans: [TrainingPlan] = []
  private(set) var stopped: [(folder: String, request: StopRequest)] = []
  private(set) var resumed: [String] = []
  private let ticks: Int

  private let always: TrainerObservation?

  /// - Parameter always: what every look from the beginning sees, when the list is at its end.
  /// - Parameter ticks: how many changes there are; one for each look unless told.
  init(_ script: [TrainerObservation] = [], always: TrainerObservation? = nil, ticks: Int? = nil) {
    self.script = script
    self.always = always
    self.ticks = ticks ?? script.count + (always == nil ? 0 : 1)
  }
  func start(_ plan: TrainingPlan) async throws { plans.append(plan) }
  func observe(folder: String, from cursor: ObservationCursor) async -> TrainerObservation {
    if script.isEmpty, cursor == ObservationCursor(), let always { return always }
    return script.isEmpty
      ? TrainerObservation(events: [], cursor: cursor, isAlive: true, exitStatus: nil, log: []) : script.removeFirst()
  }
  nonisolated func changes(folder: String) -> AsyncStream<Void> {
    AsyncStream { continuation in
      for _ in 0..<ticks { continuation.yield() }
      continuation.finish()
    }
  }
  func stop(folder: String, _ request: StopRequest) async throws { stopped.append((folder, request)) }
  func resume(folder: String, _ order: QueueOrder, accepting accepted: [Preflight.Check: String]) async throws {
    resumed.append(folder)
  }
  func pickUp(folder: String) async {}
  func setPriority(_ priority: Int, folder: String) async throws {}
}

/// A small workspace with a prompt, a set of cases and two variants.
func sampleWorkspace(cases: Int = 4) -> Workspace {
  let sections = [
    Section(id: "10-task.md", title: "task", role: .system, body: "Say the word."),
    Section(id: "80-query.md", title: "query", role: .user, body: "{{ word }}"),
  ]
  let rows = (1...max(1, cases)).map { number in
    EvalCase(
      id: "c\(number)", line: number, input: ["word": .string("word \(number)")], expected: .string("word \(number)"))
  }
  let model = ModelSpec(
    name: "m", api: .endpoint(Endpoint(.chat, baseURLs: ["http://localhost/v1"], model: "x")), concurrency: 3)
  return Workspace(
    folder: "/nowhere", name: "sample",
    models: [model, ModelSpec(name: "tiny", api: .mlx(path: "model"))],
    prompts: [Prompt(name: "main", path: "prompts/main", sections: sections)],
    evalSets: [
      EvalSet(
        name: "main", path: "evals/main.jsonl", cases: Array(rows.prefix(cases)), graders: GraderSet(),
        hash: ContentHash(hex: "set"))
    ],
    variants: [
      Variant(name: "base", model: "m", prompt: "main"),
      Variant(name: "tuned", model: "tiny", prompt: "main", adapter: ".assay/jobs/1/best"),
    ])
}

func workbench(
  _ workspace: Workspace = sampleWorkspace(), files: FakeFiles? = nil, store: FakeStore = FakeStore(),
  trainer: FakeTrainer = FakeTrainer(),
  model: FakeModel = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
) async throws -> (Workbench, FakeFiles) {
  let files = files ?? FakeFiles(workspace)
  let workbench = try await Workbench(
    Workbench.Dependencies(
      files: files, store: store, clients: model, trainer: trainer,
      now: { Date(timeIntervalSince1970: 1_000) }))
  return (workbench, files)
}

/// Runs a variant and gives its run.
func evaluate(_ workbench: Workbench, _ variant: String = "base", limit: Int? = nil) async throws -> Run {
  let request = EvaluateRequest(variant: variant, limit: limit)
  let run = try await workbench.evaluate(request, consent: .given)
  return run
}
