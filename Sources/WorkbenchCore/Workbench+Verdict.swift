import Content
import Evidence

extension Workbench {
  /// Weighs everything that has been measured and declared anew.
  func verdict() async throws -> VerdictReport? {
    let workspace = snapshot.workspace
    guard let set = workspace.evalSets.first(where: { !$0.isGeneral }) ?? workspace.evalSets.first else { return nil }
    if snapshot.bases.isEmpty { await refreshBases() }
    let meant = try await meantRuns(on: set)
    let runs = VerdictReport.ranked(meant.map(\.run), of: workspace.variants)
    let outdated = Set(meant.filter { $0.isCurrent != true }.map(\.run.id))
    let prompted = runs.first { !$0.variant.isTuned }
    let tuned = runs.first { $0.variant.isTuned }
    var facts = Facts()
    facts.prompted = prompted.map { VariantFacts($0, isOutdated: outdated.contains($0.id)) }
    facts.tuned = tuned.map { VariantFacts($0, isOutdated: outdated.contains($0.id)) }
    facts.comparisonsTried = max(1, runs.count { !$0.variant.isTuned } * max(1, runs.count { $0.variant.isTuned }))
    facts.project = workspace.facts.project

    var paired: PairedOutcomes?
    if let prompted, let tuned {
      paired = try await self.paired(tuned, prompted, on: set)
      facts.comparison = paired.map { .outcomes($0) }
    }
    var general: (before: Run, after: Run)?
    if let set = workspace.evalSets.first(where: \.isGeneral) {
      general = try await generalRuns(on: set, tuned: tuned)
      if let general { facts.generalAbilities = try await self.paired(general.after, general.before, on: set) }
    }
    if let tuned, let job = snapshot.jobs.first(where: { tuned.variant.adapter.map($0.made) == true }),
      let rows = try? await dependencies.files.trainingRows(at: job.data)
    {
      facts.leakedCases = TrainingSplit.leaks(of: rows, in: [set]).cases.count
      facts.project.trainingExamples = rows.count
    } else if let data = workspace.training.data, let rows = try? await dependencies.files.trainingRows(at: data) {
      facts.project.trainingExamples = rows.count
    }
    facts.plateau = try await plateau(on: set)
    facts.cost = cost(prompted: prompted, tuned: tuned)
    return VerdictReport(
      set: set.name, runs: runs, outdated: outdated, prompted: prompted, tuned: tuned, paired: paired, general: general,
      cost: facts.cost,
      advice: Advice(facts))
  }

  /// The run that stands for each variant on a set, with its averages as they stand to the set as it is now; variants of
  /// which nothing can be compared with it are left out.
  private func meantRuns(on set: EvalSet) async throws -> [MeantRun] {
    var runs: [MeantRun] = []
    for variant in snapshot.workspace.variants {
      guard var meant = snapshot.meantRun(of: variant.name, on: set.name) else { continue }
      meant.run = try await run(meant.run, on: set)
      if meant.run.summary.scored > 0 { runs.append(meant) }
    }
    return runs
  }

  /// Two runs on the cases that both have answered; A is the first.
  /// - Returns: nil where the two ways of counting replies that are no answer support opposite claims.
  private func paired(_ a: Run, _ b: Run, on set: EvalSet) async throws -> PairedOutcomes? {
    let second = try await outputs(of: b, on: set).outputs.representatives
    let first = try await outputs(of: a, on: set).outputs.representatives
    return CautiousPairs(first.compactMap { id, output in second[id].map { (output, $0) } }).claimable
  }

  /// Whether each case of a run passed that has an answer which was scored.
  private func passes(_ run: Run, on set: EvalSet) async throws -> [String: Bool] {
    try await outputs(of: run, on: set).outputs.filter(\.isScored).representatives.compactMapValues(\.passed)
  }

  private func generalRuns(on set: EvalSet, tuned: Run?) async throws -> (before: Run, after: Run)? {
    let runs = VerdictReport.ranked(try await meantRuns(on: set).map(\.run), of: snapshot.workspace.variants)
    guard let before = runs.first(where: { !$0.variant.isTuned }),
      let after = runs.first(where: { $0.variant.isTuned && $0.variant.adapter == tuned?.variant.adapter })
        ?? runs.first(where: \.variant.isTuned)
    else { return nil }
    return (before, after)
  }

  /// Whether the versions of the prompted variants' prompt still get better on this set, oldest first.
  private func plateau(on set: EvalSet) async throws -> Plateau? {
    var versions: [Run] = []
    for run in snapshot.runs.reversed()
    where run.set == set.name && run.setHash == set.hash && run.state == .finished && !run.variant.isTuned
      && !versions.contains(where: { $0.promptVersion == run.promptVersion })
    {
      versions.append(run)
    }
    guard versions.count >= 2 else { return nil }
    var outcomes: [[Bool]] = []
    for run in versions.suffix(8) {
      let passed = try await passes(run, on: set)
      outcomes.append(set.cases.map { passed[$0.id] ?? false })
    }
    return Plateau(versions: outcomes)
  }

  private func cost(prompted: Run?, tuned: Run?) -> CostModel? {
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
        retrainings: facts.retrainings, retrainingCost: facts.trainingCost),
      queriesPerMonth: facts.project.queriesPerMonth)
  }
}
