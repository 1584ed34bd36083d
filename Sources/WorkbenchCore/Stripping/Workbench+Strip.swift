import Content
import Domain
import Evidence

extension Workbench {
  /// What stripping a prompt rests on.
  private struct StripPlan {
    var variant: Variant
    var plan: AblationPlan
    /// Where the order is found.
    var ordering: EvalSet
    /// What judges.
    var judging: EvalSet
    var margin: Double

    /// The whole prompt, then one section less each time.
    func ladder(_ order: [String]) -> [(dropped: [String], name: String)] {
      (0...order.count).map { count in
        let dropped = Array(order.prefix(count))
        return (dropped, count == 0 ? variant.name : AblationArm(of: variant, .stripped(dropped)).variant.name)
      }
    }
  }

  private func stripPlan(_ request: StripRequest) throws -> StripPlan {
    let workspace = snapshot.workspace
    guard let variant = workspace.variant(request.variant) else {
      throw WorkbenchError.unknown("variant", request.variant, among: workspace.variants.map(\.name))
    }
    guard variant.isTuned else {
      throw WorkbenchError.input(
        "\"\(variant.name)\" is not tuned, so there is nothing that makes its prompt dispensable; what each section of it is "
          + "worth: assay ablate \(variant.name)")
    }
    let task = workspace.evalSets.filter { !$0.isGeneral }
    let developed = task.first { !$0.isHeldOut } ?? task.first ?? workspace.evalSets.first
    let usual = task.first(where: \.isHeldOut) ?? developed
    guard let judging = request.set == nil ? usual : workspace.evalSet(request.set ?? "") else {
      throw WorkbenchError.unknown("eval set", request.set ?? "main", among: workspace.evalSets.map(\.name))
    }
    let ordering = judging.isHeldOut ? developed ?? judging : judging
    let subject = try subject(variant: variant.name, set: judging.name)
    let plan = AblationPlan(subject.prompt, subject.variant.choice(on: judging))
    guard !plan.sections.isEmpty else {
      throw WorkbenchError.input(
        "\"\(variant.name)\" sends nothing but the input already. " + plan.kept.map(\.sentence).joined(separator: " "))
    }
    guard plan.sections.count <= AblationPlan.most else {
      throw WorkbenchError.input(
        "\"\(variant.name)\" sends \(plan.sections.count) sections; \(AblationPlan.most) are the most that are dropped one "
          + "after another.")
    }
    let margin = request.margin ?? workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin
    return StripPlan(variant: variant, plan: plan, ordering: ordering, judging: judging, margin: margin)
  }

  /// The evaluations that stripping takes: first those that find the order, then the ladder. Before the order is known, the
  /// ladder is the dearest that it can be, which drops the shortest sections first.
  /// - Throws: `WorkbenchError.input` where there is nothing to strip.
  package func evaluations(of request: StripRequest) async throws -> (
    order: [EvaluateRequest], ladder: [EvaluateRequest]
  ) {
    let plan = try stripPlan(request)
    let order = try evaluations(of: AblationRequest(variant: plan.variant.name, set: plan.ordering.name))
    let known = try await stripOrder(plan)
    let ladder = plan.ladder(known ?? shortestFirst(plan))
    return (order, ladder.map { EvaluateRequest(variant: $0.name, set: plan.judging.name) })
  }

  private func shortestFirst(_ plan: StripPlan) -> [String] {
    let subject = try? subject(variant: plan.variant.name, set: plan.judging.name)
    func length(_ title: String) -> Int {
      subject?.prompt.sections.filter { $0.title == title }.reduce(0) { $0 + $1.body.utf8.count } ?? 0
    }
    return plan.plan.sections.map(\.title).map { ($0, length($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  /// The sections, those with the least effect first; of equals the longest. Nil until all are measured.
  private func stripOrder(_ plan: StripPlan) async throws -> [String]? {
    let report = try await ablation(AblationRequest(variant: plan.variant.name, set: plan.ordering.name))
    guard report.isComplete else { return nil }
    let rows = report.rows.compactMap { row in row.comparison.map { (row: row, effect: $0.difference) } }
    guard rows.count == report.rows.count else { return nil }
    return rows.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.effect != b.effect { return a.effect < b.effect }
      return (b.row.tokens ?? 0, left.offset) < (a.row.tokens ?? 0, right.offset)
    }.map(\.element.row.title)
  }

  /// Finds in which order sections can go, then evaluates the variant with ever fewer of them.
  /// - Parameter consent: whether a person agreed to what all of it may cost.
  /// - Throws: what evaluating throws.
  package func strip(_ request: StripRequest, consent: Consent = .notAsked) async throws -> StripReport {
    let plan = try stripPlan(request)
    let all = try await evaluations(of: request)
    let spending = try await requireConsent(consent, to: (all.order + all.ladder).map { .evaluate($0) })
    defer { ended(spending) }
    for arm in all.order { try await evaluateWhole(arm) }
    guard let order = try await stripOrder(plan) else {
      throw WorkbenchError.model(
        "Not every case of \(plan.ordering.name) was answered by \(plan.variant.name) without each section; the same command "
          + "asks again for the rest.")
    }
    for step in plan.ladder(order) {
      try await evaluateWhole(EvaluateRequest(variant: step.name, set: plan.judging.name))
    }
    return try await stripped(request)
  }

  private func evaluateWhole(_ request: EvaluateRequest) async throws {
    let run = try await evaluate(request)
    guard run.summary.done > 0 else {
      let reason = try await failures(of: run.id).first?.reason ?? "No case was answered."
      throw WorkbenchError.model("\(request.variant) can't be measured: \(reason)")
    }
  }

  /// What is known of a variant with fewer sections from the runs that there are. Nothing is asked.
  /// - Throws: `WorkbenchError.input` where there is nothing to strip.
  package func stripped(_ request: StripRequest) async throws -> StripReport {
    let plan = try stripPlan(request)
    let order = try await stripOrder(plan)
    let set = plan.judging
    let earlier =
      set.isHeldOut
      ? PromptHistory.tried(on: set, among: snapshot.runs, variants: snapshot.workspace.variants).tuned - 1 : 0
    var report = StripReport(
      variant: plan.variant.name, set: set.name, ordering: plan.ordering.name, margin: plan.margin,
      family: (order?.count ?? plan.plan.sections.count) + earlier, steps: [], kept: plan.plan.kept)
    guard let order else { return report }
    let prompted = try await measured(on: set).ranked.first { !$0.variant.isTuned }?.run
    var full: [ScoredCase]?
    for rung in plan.ladder(order) {
      var step = StripReport.Step(dropped: rung.dropped)
      if let arm = try? subject(variant: rung.name, set: set.name), let identity = try? await identity(of: arm),
        let run = try await store.newestRun(base: identity.base, repeats: 1)
      {
        let scores = CaseOutputs(try await store.outputs(of: run.id)).scored(set.cases, noAnswersAreWrong: true)
        step.run = run
        step.score = VariantScores(scores.filter(\.isScored)).estimate
        step.tokens = run.summary.meanPromptTokens
        step.cost = cost(prompted: prompted, tuned: run)
        if let full {
          let pairs = PairedComparison(candidate: scores, baseline: full, margin: plan.margin)
          if pairs.count > 0 {
            step.comparison = pairs.adjusted(
              pValue: min(1, pairs.rawPValue * Double(report.family)), family: report.family)
          }
        } else if rung.dropped.isEmpty {
          full = scores
        }
      }
      report.steps.append(step)
    }
    return report
  }

  /// Writes a variant that sends a prompt of the ladder.
  /// - Throws: `Problem` or `WorkbenchError.input` when the name is taken or can't be one.
  package func save(_ step: StripReport.Step, of name: String, as new: String) async throws {
    if let flaw = Variant.flaw(of: new) { throw WorkbenchError.input(flaw) }
    snapshot.workspace = try await dependencies.files.read()
    guard let variant = snapshot.workspace.variant(name) else {
      throw WorkbenchError.unknown("variant", name, among: snapshot.workspace.variants.map(\.name))
    }
    if snapshot.workspace.variant(new) != nil {
      throw WorkbenchError.input("There is a variant \"\(new)\" already; choose another name.")
    }
    var short = Variant(
      name: new, model: variant.model, prompt: variant.prompt, adapter: variant.adapter, sampling: variant.sampling)
    short.choice = variant.choice
    short.without += step.dropped
    (short.isDeclaredTuned, short.base) = (variant.isDeclaredTuned, variant.base)
    try await dependencies.files.add(short)
    await reloadFiles()
  }
}
