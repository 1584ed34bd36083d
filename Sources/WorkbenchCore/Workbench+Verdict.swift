import Content
import Evidence

extension Workbench {
  /// Weighs everything that has been measured and declared anew.
  public func refreshVerdict() async {
    do { snapshot.verdict = try await verdict() } catch { notify(.error, String(describing: error)) }
  }

  private func verdict() async throws -> VerdictReport? {
    let workspace = snapshot.workspace
    guard let set = workspace.evalSets.first(where: { !$0.isGeneral }) ?? workspace.evalSets.first else { return nil }
    let runs = VerdictReport.newestRuns(snapshot.runs, on: set, of: workspace.variants)
    let outdated = Set(runs.filter { !isCurrent($0) }.map(\.id))
    let prompted = runs.first { !$0.variant.isTuned }
    let tuned = runs.first { $0.variant.isTuned }
    var facts = Facts()
    facts.prompted = prompted.map { VariantFacts($0, isOutdated: outdated.contains($0.id)) }
    facts.tuned = tuned.map { VariantFacts($0, isOutdated: outdated.contains($0.id)) }
    facts.comparisonsTried = max(1, runs.count { !$0.variant.isTuned } * max(1, runs.count { $0.variant.isTuned }))
    facts.project = workspace.facts.project

    var paired: PairedOutcomes?
    if let prompted, let tuned {
      paired = try await self.paired(tuned, prompted)
      facts.comparison = paired.map { .outcomes($0) }
    }
    let general = workspace.evalSets.first(where: \.isGeneral).flatMap { generalRuns(on: $0, tuned: tuned) }
    if let general { facts.generalAbilities = try await self.paired(general.after, general.before) }
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

  /// Whether a run's variant, and the prompt it sends, are still as they were.
  private func isCurrent(_ run: Run) -> Bool {
    guard let subject = try? subject(variant: run.variant.name, set: run.set) else { return false }
    return subject.variant == run.variant && subject.version.hash == run.promptVersion
  }

  /// Two runs on the cases that both have answered; A is the first.
  private func paired(_ a: Run, _ b: Run) async throws -> PairedOutcomes {
    let second = try await passes(b)
    return PairedOutcomes(try await passes(a).compactMap { id, passed in second[id].map { (passed, $0) } })
  }

  /// Whether each answered case of a run passed.
  private func passes(_ run: Run) async throws -> [String: Bool] {
    try await store.outputs(of: run.id).filter { $0.answer != nil }.representatives.mapValues(\.passed)
  }

  private func generalRuns(on set: EvalSet, tuned: Run?) -> (before: Run, after: Run)? {
    let runs = VerdictReport.newestRuns(snapshot.runs, on: set, of: snapshot.workspace.variants)
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
      let passed = try await passes(run)
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
        hostingPerMonth: workspace.facts.hostingPerMonth ?? 0)
    else { return nil }
    let facts = workspace.facts
    return CostModel(
      prompted: promptedCost, tuned: tunedCost,
      investment: TuningInvestment(
        training: facts.trainingCost ?? 0, engineeringHours: facts.engineeringHours ?? 0,
        hourlyRate: facts.hourlyRate ?? 0, retrainings: facts.retrainings ?? 0,
        retrainingCost: facts.trainingCost ?? 0),
      queriesPerMonth: facts.project.queriesPerMonth)
  }
}
