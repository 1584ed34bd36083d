import Domain
import Evidence

/// What jobs and sweeps would take.
extension Workbench {
  func charge(for request: TrainRequest, named name: String? = nil) async -> Charge.Item? {
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

  func charges(for request: SweepRequest) async -> [Charge.Item] {
    let trials = request.trials(from: request.job.settings ?? snapshot.workspace.training.settings)
    guard let first = trials.first else { return [] }
    var job = request.job
    job.settings = first
    guard var item = await charge(for: job, named: "\(trials.count) jobs of the sweep \(request.name)") else {
      return []
    }
    // Trials may differ in length: the shortest and the longest bound all.
    var range = item.dollars
    for trial in trials.dropFirst() {
      job.settings = trial
      let other = await charge(for: job)?.dollars
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
