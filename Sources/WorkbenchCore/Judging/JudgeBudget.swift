import Domain
import Synchronization

/// The dollars of one evaluation, of which both answers and judges are paid: nothing is sent for either that could go beyond
/// them.
final class JudgeBudget: Sendable {
  private let limit: Mutex<SpendingLimit?>
  /// When nothing more may be sent; nil without such a time.
  let end: ContinuousClock.Instant?

  /// - Parameter budget: what the evaluation may use, answers and judges together; only its dollars and seconds bind judges.
  init(_ budget: RunPlan.Budget = RunPlan.Budget()) {
    limit = Mutex(budget.dollars.map { SpendingLimit(dollars: $0, bounds: []) })
    end = budget.seconds.map { .now + .seconds(min($0, 1e9)) }
  }

  /// Lets a plan decide with what judges have taken, and takes in what it has taken then.
  func deciding<Result: Sendable>(with plan: inout RunPlan, _ decide: (inout RunPlan) -> Result) -> Result {
    let judges = limit.withLock { $0.map { ($0.committed, $0.isBusy) } }
    guard let judges else { return decide(&plan) }
    plan.set(dollarsElsewhere: judges.0, isBusy: judges.1)
    let result = decide(&plan)
    let (answers, isBusy) = (plan.committedDollars, plan.inFlight > 0)
    limit.withLock { limit in
      limit?.elsewhere = answers
      limit?.isBusyElsewhere = isBusy
    }
    return result
  }

  /// Whether a request that costs so much at most may be sent; what may is set aside.
  func reserve(_ bound: Double?) -> SpendingLimit.Room {
    limit.withLock { limit in
      guard let room = limit?.room(bound: bound) else { return .enough }
      if room == .enough { limit?.sent(bound: bound) }
      return room
    }
  }

  /// A request that was let through is over.
  /// - Parameter cost: dollars; nil where they aren't known.
  func answered(_ bound: Double?, cost: Double?) { limit.withLock { _ = $0?.answered(bound: bound, cost: cost) } }

  /// A request that was let through has failed.
  func failed(_ bound: Double?, mayBeCharged: Bool) {
    limit.withLock { $0?.failed(bound: bound, mayBeCharged: mayBeCharged) }
  }
}
