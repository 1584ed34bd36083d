import Content
import Domain
import Evidence

extension Workbench {
  /// Weighs everything that has been measured and declared anew.
  func verdict() async throws -> VerdictReport? {
    let workspace = snapshot.workspace
    let task = workspace.evalSets.filter { !$0.isGeneral }
    let developed = task.first { !$0.isHeldOut } ?? task.first ?? workspace.evalSets.first
    guard let developed else { return nil }
    if snapshot.bases.isEmpty { await refreshBases() }
    let kept = task.first(where: \.isHeldOut)
    let onKept = if let kept { try await measured(on: kept) } else { [MeasuredVariant]() }
    let onDeveloped = kept?.name == developed.name ? onKept : try await measured(on: developed)
    let set = onKept.isEmpty ? developed : kept ?? developed
    var evidence = VerdictEvidence(
      workspace: workspace, set: set, measured: onKept.isEmpty ? onDeveloped.ranked : onKept)
    evidence.tried = PromptHistory.tried(on: set, among: snapshot.runs, variants: workspace.variants)
    if let kept {
      evidence.heldOut =
        onKept.isEmpty
        ? .unmeasured(set: kept.name)
        : .used(set: kept.name, looks: looks(at: kept, workspace))
      // Chosen on the cases that prompts are developed on, judged on those that are held out.
      evidence.measured = onKept.isEmpty ? onDeveloped.ranked : onKept.ranked(by: onDeveloped)
    }
    evidence.routers = try await measured(
      workspace.variants.filter(\.isRouter), on: set
    ).filter(\.isCurrent).ranked
    for measured in evidence.measured + evidence.routers { try requireSound(measured.run) }
    evidence.sent = Dictionary(
      snapshot.versions.map { ($0.version.hash, $0.version) }, uniquingKeysWith: { first, _ in first })
    try await gatherHistory(&evidence, on: developed)
    // What prompts were developed on is no evidence beside what was held out.
    if onKept.isEmpty { try await gatherOthers(&evidence, task.filter { $0.name != set.name && !$0.isHeldOut }) }
    for general in workspace.evalSets where general.isGeneral && general.name != set.name {
      evidence.general.append((general, try await measured(on: general)))
    }
    evidence.reviews = snapshot.reviews
    let rows = await rows(of: evidence.tuned?.run, in: set)
    evidence.rows = (rows.origin, rows.leaked?.count, rows.count)
    evidence.leakedIDs = rows.leaked ?? []
    let (prompted, tuned) = (evidence.prompted?.run, evidence.tuned?.run)
    let facts = evidence.facts(cost: cost(prompted: prompted, tuned: tuned))
    var report = VerdictReport(
      set: set.name, runs: (evidence.measured + evidence.routers).map(\.run),
      outdated: Set(evidence.measured.filter { !$0.isCurrent }.map(\.run.id)), prompted: prompted, tuned: tuned,
      comparison: facts.comparison, cost: facts.cost, advice: Advice(facts))
    report.flips = FlipDistance.all(facts)
    report.forecast = evidence.forecast
    report.sources = evidence.sources(of: report.advice.lines)
    report.measures = Dictionary(
      evidence.measures.values.map { ($0.command, $0) }, uniquingKeysWith: { first, _ in first })
    report.letters = evidence.letters
    report.criteria = Criteria(facts, evidence.workshop(snapshot.jobs)).rows
    report.generalSetPath = evidence.generalSetPath
    return report
  }

  private func looks(at set: EvalSet, _ workspace: Workspace) -> Int {
    let tried = PromptHistory.tried(on: set, among: snapshot.runs, variants: workspace.variants)
    return tried.tuned + tried.prompted
  }

  /// The variants with models of their own of which anything on a set can be compared, each with the run that stands for it.
  func measured(on set: EvalSet) async throws -> [MeasuredVariant] {
    try await measured(snapshot.workspace.variants.filter { !$0.isRouter }, on: set)
  }

  private func measured(_ variants: [Variant], on set: EvalSet) async throws -> [MeasuredVariant] {
    var found: [MeasuredVariant] = []
    for variant in variants {
      guard let meant = snapshot.meantRun(of: variant.name, on: set.name), meant.run.summary.done > 0 else { continue }
      let one = try await measured(variant, by: meant.run, isCurrent: meant.isCurrent == true, on: set)
      if one.run.summary.scored > 0 { found.append(one) }
    }
    return found
  }

  private func measured(
    _ variant: Variant, by run: Run, isCurrent: Bool, on set: EvalSet
  ) async throws -> MeasuredVariant {
    let outputs = try await outputs(of: run, on: set).outputs
    var run = run
    if run.setHash != set.hash { run.summary = RunSummary(of: outputs) }
    return MeasuredVariant(variant: variant, run: run, isCurrent: isCurrent, outputs: outputs, on: set)
  }

  /// How the best variants of both kinds did on other sets of the task.
  private func gatherOthers(_ evidence: inout VerdictEvidence, _ sets: [EvalSet]) async throws {
    guard let prompted = evidence.prompted?.variant, let tuned = evidence.tuned?.variant else { return }
    for set in sets {
      let found = try await measured(on: set)
      if let a = found.first(where: { $0.variant.name == prompted.name }),
        let b = found.first(where: { $0.variant.name == tuned.name })
      {
        evidence.others.append((set, a, b))
      }
    }
  }

  /// Versions of the prompt, and earlier ones that scored better than what the files say now.
  private func gatherHistory(_ evidence: inout VerdictEvidence, on set: EvalSet) async throws {
    guard let prompted = evidence.prompted else { return }
    for run in PromptHistory.versions(of: prompted.variant, on: set, among: snapshot.runs) {
      let isCurrent = run.id == prompted.run.id
      evidence.versions.append(try await measured(prompted.variant, by: run, isCurrent: isCurrent, on: set))
    }
    let current = evidence.versions.first { $0.run.promptVersion == prompted.run.promptVersion }
    guard prompted.isCurrent, let score = current?.estimate?.mean else { return }
    let better = evidence.versions.filter { $0.isComplete && ($0.estimate?.mean ?? 0) > score }
    guard let best = better.max(by: { ($0.estimate?.mean ?? 0) < ($1.estimate?.mean ?? 0) }),
      let estimate = best.estimate
    else { return }
    evidence.earlierBest = EarlierVersion(
      variant: prompted.variant.name, version: String(best.run.promptVersion.hex.prefix(8)), score: estimate)
  }

  /// What is known of the rows that a tuned run's adapter was made from: where they are, how many there are, and how many
  /// cases of the set are among them.
  private func rows(of tuned: Run?, in set: EvalSet) async -> (
    origin: RowsOrigin?, leaked: Set<String>?, count: Int?
  ) {
    let files = dependencies.files
    if let tuned, let job = snapshot.jobs.first(where: { tuned.variant.adapter.map($0.made) == true }) {
      // The file may be gone or another by now; what the job learnt stands in its folder.
      for path in [job.data, job.folder + "/train.jsonl"] {
        guard let rows = try? await files.trainingRows(at: path) else { continue }
        return (.known(file: job.data), TrainingSplit.leakedCases(of: rows, in: set), rows.count)
      }
      return (.unknown, nil, nil)
    }
    guard let data = snapshot.workspace.training.data, let rows = try? await files.trainingRows(at: data) else {
      return (tuned == nil ? nil : .unknown, nil, nil)
    }
    guard tuned != nil else { return (nil, nil, rows.count) }
    return (.assumed(file: data), TrainingSplit.leakedCases(of: rows, in: set), rows.count)
  }

  func cost(prompted: Run?, tuned: Run?) -> CostModel? {
    let workspace = snapshot.workspace
    guard let prompted, let tuned,
      let promptedCost = CallCost(prompted, price: workspace.price(of: prompted.variant)),
      let tunedCost = CallCost(
        tuned, price: workspace.price(of: tuned.variant),
        hostingPerMonth: workspace.facts.hostingPerMonth)
    else { return nil }
    let facts = workspace.facts
    return CostModel(
      prompted: promptedCost, tuned: tunedCost,
      investment: TuningInvestment(
        training: facts.trainingCost, engineeringHours: facts.engineeringHours, hourlyRate: facts.hourlyRate,
        // Those of a year, since a year is the mark for an investment that pays.
        retrainings: facts.retrainings ?? facts.retrainingsPerYear?.rounded(.down),
        retrainingCost: facts.retrainingCost ?? facts.trainingCost),
      queriesPerMonth: facts.project.queriesPerMonth)
  }
}
