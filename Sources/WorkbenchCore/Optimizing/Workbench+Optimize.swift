import Domain
import Evidence

extension Workbench {
  /// Looks for a better prompt: proposes changes, tries each on a minibatch, looks closely at those that aren't worse, and
  /// judges the best one on cases on which nothing was decided. Every candidate is a stored version and every answer belongs
  /// to a run, so the same request goes on with what an earlier start left.
  /// - Parameter consent: whether a person agreed to what the budget costs.
  /// - Throws: `WorkbenchError.input` where cases or budget are too few, and what evaluating throws.
  package func optimize(
    _ request: OptimizationRequest, consent: Consent = .notAsked
  ) async throws -> OptimizationReport {
    try requireTrust()
    let (subject, plan) = try optimizationPlan(request)
    let spending = try await requireConsent(consent, to: [.optimize(request)])
    defer { ended(spending) }
    var proposer: JudgeRequests.Seat?
    if let name = request.proposer { proposer = try await seat(proposing: name) }
    var search = OptimizationSearch(
      request, plan, start: PromptCandidate(start: subject.version), set: subject.set, proposer: proposer)
    try await search.run(on: self)
    return search.report
  }

  /// The set's name, and how its cases are divided.
  /// - Throws: `WorkbenchError.input` where there are too few cases or the budget is too small.
  package func plan(for request: OptimizationRequest) throws -> (set: String, plan: OptimizationPlan) {
    let (subject, plan) = try optimizationPlan(request)
    return (subject.set.name, plan)
  }

  /// The variant, and the parts of its set.
  private func optimizationPlan(_ request: OptimizationRequest) throws -> (Subject, OptimizationPlan) {
    guard snapshot.workspace.variant(request.variant) != nil else {
      throw WorkbenchError.unknown("variant", request.variant, among: snapshot.workspace.variants.map(\.name))
    }
    let subject = try evaluable(EvaluateRequest(variant: request.variant, set: request.set))
    if subject.set.isHeldOut {
      throw WorkbenchError.input(
        "\"\(subject.set.name)\" is held out: prompts are developed on other cases. Name another set.")
    }
    let plan = try OptimizationPlan(subject.set.cases, of: subject.set.name)
    guard request.budget >= plan.fewestRequests else {
      throw WorkbenchError.input(
        "\(request.budget) requests are too few to show anything: it takes \(plan.selection.count) for the start and "
          + "\(plan.proposalCost) for each of three proposals, \(plan.fewestRequests) in all.")
    }
    return (subject, plan)
  }

  /// What the whole budget would cost.
  func charges(for request: OptimizationRequest) async -> [Charge.Item] {
    guard let (subject, plan) = try? optimizationPlan(request) else { return [] }
    var items: [Charge.Item] = []
    let sample = EvaluateRequest(
      variant: request.variant, set: subject.set.name, only: plan.selection.map(\.id), isFresh: true)
    let one = await charges(for: sample)
    for var item in one {
      let factor = Double(request.budget) / Double(max(1, item.requests))
      item.what = "Optimising: \(item.what)"
      item.requests = request.budget
      // A candidate may be half as long again.
      item.promptTokens = item.promptTokens.map { $0.scaled(factor, high: factor * CandidateCheck.mostGrowth) }
      item.completionTokens = item.completionTokens.map { $0.scaled(factor, high: factor) }
      item.dollars = item.dollars.map { $0.scaled(factor, high: factor * CandidateCheck.mostGrowth) }
      items.append(item)
    }
    if let name = request.proposer, let model = snapshot.workspace.model(name), let spender = Spender(model) {
      let proposals = plan.proposals(within: request.budget)
      let bytes = Double(subject.version.templates.reduce(0) { $0 + $1.content.utf8.count } + 8_000)
      let estimate = RunEstimate(
        calls: proposals, reused: 0, prompt: RunEstimate.Range(bytes / 5, bytes / 2.5),
        completion: RunEstimate.Range(50, Double(Self.proposerTokens)), price: model.price, basis: .characters)
      var item = Charge.Item("Proposals of \(name)")
      item.requests = proposals
      (item.promptTokens, item.completionTokens) = (estimate.promptTokens, estimate.completionTokens)
      item.dollars = estimate.dollars
      items.append(spender.complete(item))
    }
    return items
  }

  /// The most tokens of a proposer's reply.
  static let proposerTokens = 2_000

  /// A model that rewrites sections.
  private func seat(proposing name: String) async throws -> JudgeRequests.Seat {
    guard var model = snapshot.workspace.model(name) else {
      throw WorkbenchError.unknown("model", name, among: snapshot.workspace.models.map(\.name))
    }
    let variant = Variant(
      name: "proposer", model: name, prompt: "proposer", sampling: Sampling(maxTokens: Self.proposerTokens))
    model.price = snapshot.workspace.price(of: variant)
    let prompt = Prompt(name: "proposer", path: "", sections: [])
    let set = EvalSet(name: "proposer", path: "", cases: [], graders: .init(), hash: ContentHash(hex: ""))
    let subject = Subject(
      variant: variant, model: model, prompt: prompt, set: set, version: PromptVersion(freezing: prompt))
    let identity = try await identity(of: subject)
    return JudgeRequests.Seat(
      model: model, client: try client(of: subject, revision: identity.revision), identity: identity)
  }
}

extension RunEstimate.Range {
  /// The range for so many times as much.
  fileprivate func scaled(_ factor: Double, high: Double) -> RunEstimate.Range {
    RunEstimate.Range(low * factor, self.high.map { $0 * high })
  }
}
