import Domain
import Evidence

/// What evaluations, trials and tests would take.
extension Workbench {
  /// What an evaluation would take: an item, or of a router one for each variant that is asked.
  func charges(for request: EvaluateRequest) async -> [Charge.Item] {
    guard let variant = snapshot.workspace.variant(request.variant), let router = variant.router else {
      return (await charge(for: request).map { [$0] } ?? []) + (await judgeCharges(for: request))
    }
    var items: [Charge.Item] = []
    for part in (try? await armRequests(request, through: router, of: variant)) ?? [] {
      items += await judgeCharges(for: part.request)
      guard var item = await charge(for: part.request) else { continue }
      if part.isAtMost { item.isAtMost() }
      item.what += ", for \(variant.name)"
      items.append(item)
    }
    return items
  }

  func charge(for request: EvaluateRequest) async -> Charge.Item? {
    // What can't be evaluated says so itself.
    guard let subject = try? evaluable(request), let spender = Spender(subject.model),
      let estimate = try? await estimate(request), estimate.calls > 0
    else { return nil }
    var item = Charge.Item("\(subject.variant.name) on \(subject.set.name)" + (request.inBatches ? ", as a batch" : ""))
    item.variant = subject.variant.name
    item.requests = estimate.calls
    (item.promptTokens, item.completionTokens) = (estimate.promptTokens, estimate.completionTokens)
    item.dollars = estimate.dollars
    if let limit = request.budget.dollars, let dollars = item.dollars {
      item.dollars = RunEstimate.Range(min(limit, dollars.low), min(limit, dollars.high ?? limit))
    }
    return spender.complete(item)
  }

  /// What judging the answers of an evaluation takes besides.
  func judgeCharges(for request: EvaluateRequest) async -> [Charge.Item] {
    guard let subject = try? evaluable(request), !snapshot.workspace.judges(of: subject.set).isEmpty,
      let estimate = try? await estimate(request)
    else { return [] }
    return estimate.judging.compactMap { part in
      guard part.estimate.calls > 0, let model = snapshot.workspace.model(part.model), let spender = Spender(model)
      else { return nil }
      var item = Charge.Item("The judge \(part.judge) (\(part.model)) on answers of \(subject.variant.name)")
      item.variant = subject.variant.name
      item.requests = part.estimate.calls
      (item.promptTokens, item.completionTokens) = (part.estimate.promptTokens, part.estimate.completionTokens)
      item.dollars = part.estimate.dollars
      if let limit = request.budget.dollars, let dollars = item.dollars {
        item.dollars = RunEstimate.Range(min(limit, dollars.low), min(limit, dollars.high ?? limit))
      }
      return spender.complete(item)
    }
  }

  func charge(for request: RenderRequest) async -> Charge.Item? {
    guard !trialsAgreed.contains(request.variant),
      let subject = try? subject(variant: request.variant, set: request.set),
      let spender = Spender(subject.model)
    else { return nil }
    let evalCase = subject.set.cases.first { $0.id == request.caseID } ?? subject.set.cases.first
    guard let evalCase, let messages = try? Self.messages(for: evalCase, subject) else { return nil }
    let characters = Double(messages.reduce(0) { $0 + $1.content.count })
    let estimate = RunEstimate(
      calls: 1, reused: 0, prompt: RunEstimate.Range(characters / 5, characters / 2.5),
      completion: RunEstimate.Range(1, subject.variant.sampling.maxTokens.map(Double.init)),
      price: subject.model.price, basis: .characters)
    var item = Charge.Item("One trial of \(subject.variant.name)")
    item.requests = 1
    (item.promptTokens, item.completionTokens) = (estimate.promptTokens, estimate.completionTokens)
    item.dollars = estimate.dollars
    return spender.complete(item)
  }

  func charge(testing name: String) -> Charge.Item? {
    guard let model = snapshot.workspace.model(name), let spender = Spender(model) else { return nil }
    let adapters = Set(snapshot.workspace.variants.filter { $0.model == name }.compactMap(\.adapter)).count
    let estimate = RunEstimate(
      calls: ModelProbe.mostRequests + adapters * ModelProbe.mostRequestsPerAdapter, reused: 0,
      prompt: RunEstimate.Range(5, 80),
      completion: RunEstimate.Range(1, 64), price: model.price, basis: .characters)
    var item = Charge.Item("Test of \(name)")
    item.requests = estimate.calls
    (item.promptTokens, item.completionTokens) = (estimate.promptTokens, estimate.completionTokens)
    item.dollars = estimate.dollars
    return spender.complete(item)
  }
}
