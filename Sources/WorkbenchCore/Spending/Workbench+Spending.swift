import Evidence
import Foundation

/// The one gate before money: whatever starts requests or paid jobs comes through here.
extension Workbench {
  /// What commands would take; nil where none of them can cost anything. Nothing is asked, begun or stored.
  package func charge(for commands: [Command]) async -> Charge? {
    var items: [Charge.Item] = []
    for command in commands { items += await self.items(of: command) }
    return charge(of: items)
  }

  /// What some items would take; nil where none of them can cost anything.
  func charge(of items: [Charge.Item]) -> Charge? {
    guard !items.isEmpty else { return nil }
    let limit = min(Self.personalLimit, snapshot.workspace.confirmAbove ?? .infinity)
    var charge = Charge(items: items, limit: limit, mustAsk: false)
    let isNewlyUnpriced = items.contains { item in
      guard item.dollars == nil else { return false }
      return item.unpriced.map { !dependencies.gate.allows([$0]) } ?? true
    }
    // What is unknown was asked for by itself; the rest is added up.
    charge.items.removeAll { $0.dollars == nil }
    let known = charge.dollars?.high ?? .infinity
    charge.items = items
    // Commands that run side by side are one expense.
    charge.mustAsk = isNewlyUnpriced || known > 0 && known + unaskedDollars > limit
    return charge
  }

  /// The dollars above which this person is asked: `ASSAY_CONFIRM_ABOVE`, or the usual ones.
  private static var personalLimit: Double {
    let value = ProcessInfo.processInfo.environment["ASSAY_CONFIRM_ABOVE"].flatMap(Double.init)
    return value.flatMap { $0 >= 0 ? $0 : nil } ?? Charge.usualLimit
  }

  /// Lets commands begin that cost little, or that a person agreed to.
  /// - Returns: the dollars that they may cost unasked, to be given to `ended` when they are over.
  /// - Throws: `WorkbenchError.unconfirmed` where commands cost more than a person has to be asked for, and nobody was.
  func requireConsent(_ consent: Consent, to commands: [Command]) async throws -> Double {
    // An untrusted workspace is refused by the command itself, before anything is asked about money.
    guard consent == .notAsked, snapshot.trust.isTrusted, let charge = await charge(for: commands) else { return 0 }
    if charge.mustAsk { throw WorkbenchError.unconfirmed(charge) }
    let dollars = charge.dollars?.high ?? 0
    unaskedDollars += dollars
    return dollars
  }

  /// Does a command's work once what it costs is agreed to.
  /// - Throws: `WorkbenchError.unconfirmed` where it costs more than the limit and nobody agreed yet, or what the work
  ///   throws.
  func spending<Result>(
    _ consent: Consent, on command: Command, _ work: () async throws -> Result
  ) async throws -> Result {
    let dollars = try await requireConsent(consent, to: [command])
    defer { ended(dollars) }
    return try await work()
  }

  /// Commands that were let begin are over.
  func ended(_ dollars: Double) { unaskedDollars = max(0, unaskedDollars - dollars) }

  /// Remembers that a person agreed to what a charge can't tell the price of.
  package func remember(_ charge: Charge) {
    guard !charge.permissions.isEmpty else { return }
    // Where that can't be written the question comes again.
    try? dependencies.gate.allow(charge.permissions)
  }

  /// Puts the question to whoever looks.
  func ask(_ charge: Charge, for command: Command) {
    snapshot.charges.append(PendingCharge(id: (lastCharge + 1), command: command, charge: charge))
    lastCharge += 1
    publish()
  }

  /// Carries out or drops a command that waited for an answer.
  func answer(_ id: Int, isAgreed: Bool) async throws {
    guard let index = snapshot.charges.firstIndex(where: { $0.id == id }) else { return }
    let pending = snapshot.charges.remove(at: index)
    publish()
    guard isAgreed else { return }
    remember(pending.charge)
    if case .tryPrompt(let request) = pending.command { trialsAgreed.insert(request.variant) }
    try await perform(pending.command, consent: .given)
  }

  // MARK: What commands take

  private func items(of command: Command) async -> [Charge.Item] {
    switch command {
    case .evaluate(let request): return (await item(of: request).map { [$0] } ?? []) + (await judgeItems(of: request))
    case .tryPrompt(let request): return await item(of: request).map { [$0] } ?? []
    case .testModel(let name): return item(testing: name).map { [$0] } ?? []
    case .train(let request): return await item(of: request).map { [$0] } ?? []
    case .resumeJob(let id, _):
      guard let job = snapshot.jobs.first(where: { $0.id == id }) else { return [] }
      let request = TrainRequest(base: job.base, data: job.data, settings: job.settings, backend: job.backend)
      return await item(of: request, named: "job \(id)").map { [$0] } ?? []
    case .sweep(let request): return await items(of: request)
    default: return []
    }
  }

  private func item(of request: EvaluateRequest) async -> Charge.Item? {
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
  private func judgeItems(of request: EvaluateRequest) async -> [Charge.Item] {
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

  private func item(of request: RenderRequest) async -> Charge.Item? {
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

  private func item(testing name: String) -> Charge.Item? {
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

  private func item(of request: TrainRequest, named name: String? = nil) async -> Charge.Item? {
    let defaults = snapshot.workspace.training
    guard
      let (backend, base) = try? backend(
        named: request.backend ?? defaults.backend, tuning: request.base ?? defaults.base)
    else { return nil }
    let isHosted = backend.descriptor.isHosted
    guard isHosted || defaults.pricePerHour ?? 0 > 0 else { return nil }
    let estimate = await estimate(request)
    guard estimate.problem == nil else { return nil }
    var item = Charge.Item(name ?? "A job on \(base.name)")
    // Tokens are a quarter of the characters, perhaps a fifth, perhaps two fifths; time may be off as much.
    let share = (low: 0.8, high: 1.6)
    if isHosted {
      item.promptTokens = RunEstimate.Range(Double(estimate.tokens) * share.low, Double(estimate.tokens) * share.high)
      item.pricesAsOf = base.price?.asOf
    }
    item.dollars = estimate.dollars.map { RunEstimate.Range($0 * share.low, $0 * share.high) }
    return item
  }

  private func items(of request: SweepRequest) async -> [Charge.Item] {
    let trials = request.trials(from: request.job.settings ?? snapshot.workspace.training.settings)
    guard let first = trials.first else { return [] }
    var job = request.job
    job.settings = first
    guard var item = await item(of: job, named: "\(trials.count) jobs of the sweep \(request.name)") else { return [] }
    // Trials may differ in length: the shortest and the longest bound all.
    var range = item.dollars
    for trial in trials.dropFirst() {
      job.settings = trial
      let other = await self.item(of: job)?.dollars
      range = range.flatMap { range in
        other.map { other in
          let high = range.high.flatMap { high in other.high.map { max(high, $0) } }
          return RunEstimate.Range(min(range.low, other.low), high)
        }
      }
    }
    let count = Double(trials.count)
    item.dollars = range.map { RunEstimate.Range($0.low * count, $0.high.map { $0 * count }) }
    item.promptTokens = item.promptTokens.map { RunEstimate.Range($0.low * count, $0.high.map { $0 * count }) }
    return [item]
  }
}

/// A model whose requests may cost something; what runs on this machine doesn't.
struct Spender {
  private let model: ModelSpec

  /// Nil for a model that costs nothing for each request: one on this machine without a price, or one that is free.
  init?(_ model: ModelSpec) {
    if model.price?.isFree == true { return nil }
    if model.price == nil {
      guard case .endpoint(let endpoint) = model.api, !endpoint.isOnThisMachine else { return nil }
    }
    self.model = model
  }

  /// The item with the day of its prices, or with what has to be allowed where there are none.
  func complete(_ item: Charge.Item) -> Charge.Item {
    var item = item
    item.pricesAsOf = model.price?.asOf
    if model.price == nil, case .endpoint(let endpoint) = model.api {
      item.unpriced = .unpriced(origin: endpoint.baseURLs.first.map(Endpoint.origin(of:)) ?? model.name)
    }
    return item
  }
}

extension Endpoint {
  /// Whether all its addresses are this machine's own.
  var isOnThisMachine: Bool { baseURLs.allSatisfy { Self.isLoopback(Self.host(of: $0)) } }
}
