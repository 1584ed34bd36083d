import Domain
import Evidence

extension Workbench {
  /// The evaluations that an ablation takes: the whole prompt, then each arm. What is answered already isn't asked again.
  /// - Throws: `WorkbenchError.input` where there is nothing to leave out.
  package func evaluations(of request: AblationRequest) throws -> [EvaluateRequest] {
    let (subject, plan) = try ablationPlan(request)
    guard !plan.sections.isEmpty else {
      let reasons = plan.kept.map(\.sentence).joined(separator: " ")
      throw WorkbenchError.input(
        "\"\(request.variant)\" sends no section that can be left out. \(reasons)")
    }
    guard plan.sections.count <= AblationPlan.most else {
      throw WorkbenchError.input(
        "\"\(request.variant)\" sends \(plan.sections.count) sections, and each is a run over all cases; "
          + "\(AblationPlan.most) are the most.")
    }
    let variants = [subject.variant.name] + Self.arms(plan, request).map { name(of: $0, request) }
    return variants.map { EvaluateRequest(variant: $0, set: subject.set.name, limit: request.limit) }
  }

  /// Evaluates a variant and the variant without each of its sections, and compares them case by case.
  /// - Parameter consent: whether a person agreed to what all of it costs.
  /// - Throws: what evaluating throws.
  package func ablate(_ request: AblationRequest, consent: Consent = .notAsked) async throws -> AblationReport {
    let requests = try evaluations(of: request)
    let spending = try await requireConsent(consent, to: requests.map { .evaluate($0) })
    defer { ended(spending) }
    for arm in requests {
      let run = try await evaluate(arm)
      // Pausing one run pauses the whole.
      let set = try subject(variant: arm.variant, set: arm.set).set
      if run.summary.done + run.summary.errors < (try places(of: arm, in: set).count) { break }
      guard run.summary.done > 0 else {
        let reason = try await failures(of: run.id).first?.reason ?? "No case was answered."
        throw WorkbenchError.model("\(arm.variant) can't be measured: \(reason)")
      }
    }
    return try await ablation(request)
  }

  /// What is known of a variant's sections from the runs that there are. Nothing is asked.
  /// - Throws: `WorkbenchError.input` where there is no such variant or set.
  package func ablation(_ request: AblationRequest) async throws -> AblationReport {
    let (subject, plan) = try ablationPlan(request)
    let set = subject.set
    let asked = EvaluateRequest(variant: request.variant, set: set.name, limit: request.limit)
    let cases = try places(of: asked, in: set).map { set.cases[$0] }
    let ids = Set(cases.map(\.id))
    func arm(_ name: String) async throws -> AblationOutputs? {
      guard let arm = try? self.subject(variant: name, set: set.name), let identity = try? await identity(of: arm),
        let run = try await store.newestRun(base: identity.base, repeats: 1)
      else { return nil }
      let outputs = try await store.outputs(of: run.id).filter { ids.contains($0.caseID) }
      return outputs.isEmpty ? nil : AblationOutputs(run, outputs, cases)
    }
    let full = try await arm(request.variant)
    var report = AblationReport(
      variant: request.variant, set: set.name, cases: cases.count, full: full?.run, rows: [], kept: plan.kept)
    var found: [(row: Int, outputs: AblationOutputs)] = []
    for section in plan.sections {
      var row = AblationReport.Row(title: section.title, role: section.role)
      if let outputs = try await arm(name(of: .without(section.title), request)) {
        row.run = outputs.run
        found.append((report.rows.count, outputs))
      }
      report.rows.append(row)
    }
    let arms = [full] + found.map(\.outputs)
    report.open = (plan.sections.count + 1) * cases.count - arms.reduce(0) { $0 + ($1?.answered ?? 0) }
    guard let full else { return report }
    let margin = snapshot.workspace.facts.worthwhileGain ?? PairedComparison.defaultMargin
    let ablation = Ablation(full: full.scored, without: found.map(\.outputs.scored), margin: margin)
    report.detectable = ablation.detectable
    for (place, (index, outputs)) in found.enumerated() where ablation.comparisons[place].count > 0 {
      report.rows[index].comparison = ablation.comparisons[place]
      report.rows[index].effect = ablation.effects[place]
      report.rows[index].tokens = full.tokens(besides: outputs)
      report.rows[index].dollarsPerThousand = full.dollars(besides: outputs).map { $0 * 1000 }
      if cases.contains(where: { !$0.tags.isEmpty }) {
        report.rows[index].tags = TagBreakdown.all(a: outputs.scored, b: full.scored, of: cases)
      }
    }
    if let nothing = try await arm(name(of: .withoutInstructions, request)),
      let neutral = try await arm(name(of: .withNeutral, request))
    {
      report.check = AblationReport.Check(
        isSane: Ablation.isSane(
          full: full.scored, withoutHelp: nothing.scored, withoutNothing: neutral.scored),
        withoutInstructions: PairedComparison(candidate: full.scored, baseline: nothing.scored, margin: margin),
        withNeutral: PairedComparison(candidate: full.scored, baseline: neutral.scored, margin: margin))
    }
    return report
  }

  private func ablationPlan(_ request: AblationRequest) throws -> (Subject, AblationPlan) {
    guard snapshot.workspace.variant(request.variant) != nil else {
      throw WorkbenchError.unknown("variant", request.variant, among: snapshot.workspace.variants.map(\.name))
    }
    let subject = try subject(variant: request.variant, set: request.set)
    return (subject, AblationPlan(subject.prompt, subject.variant.choice(on: subject.set)))
  }

  private static func arms(_ plan: AblationPlan, _ request: AblationRequest) -> [AblationArm.Change] {
    plan.sections.map { .without($0.title) } + (request.isChecked ? [.withoutInstructions, .withNeutral] : [])
  }

  private func name(of change: AblationArm.Change, _ request: AblationRequest) -> String {
    snapshot.workspace.variant(request.variant).map { AblationArm(of: $0, change).variant.name } ?? request.variant
  }
}

/// What one arm answered to the cases of an ablation.
private struct AblationOutputs {
  var run: Run
  var scored: [ScoredCase]
  /// Cases that have an answer.
  var answered: Int
  private var prompts: [String: Double]
  private var costs: [String: Double]

  init(_ run: Run, _ outputs: [Output], _ cases: [EvalCase]) {
    self.run = run
    answered = outputs.count { $0.answer != nil }
    scored = CaseOutputs(outputs).scored(cases)
    prompts = outputs.reduce(into: [:]) { $0[$1.caseID] = $1.answer?.usage.prompt.map(Double.init) }
    costs = outputs.reduce(into: [:]) { $0[$1.caseID] = $1.cost }
  }

  /// Tokens that a prompt has more than another arm's, the mean of the cases of which both are known.
  func tokens(besides other: AblationOutputs) -> Double? { Self.mean(prompts, other.prompts) }

  /// Dollars that a request costs more than another arm's, likewise.
  func dollars(besides other: AblationOutputs) -> Double? { Self.mean(costs, other.costs) }

  private static func mean(_ values: [String: Double], _ others: [String: Double]) -> Double? {
    let differences = values.compactMap { id, value in others[id].map { value - $0 } }
    return differences.isEmpty ? nil : differences.reduce(0, +) / Double(differences.count)
  }
}
