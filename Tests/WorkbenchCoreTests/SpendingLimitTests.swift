import Domain
import Testing

@testable import WorkbenchCore

/// Nothing may be spent beyond a limit, whatever the server says or leaves out.
@Suite struct SpendingLimitTests {
  @Test func requestsUnderWayCountWithTheMostTheyCanCost() {
    var limit = SpendingLimit(dollars: 1, bounds: Array(repeating: 0.3, count: 10))
    for index in 0..<3 {
      #expect(limit.room(for: index) == .enough)
      limit.sent(index)
    }
    #expect(limit.room(for: 3) == .later)
    let isKept1 = limit.answered(0, cost: 0.01)
    #expect(isKept1)
    #expect(limit.room(for: 3) == .enough)
  }

  @Test func whatTheServerDoesNotCountCountsWithItsBound() {
    var limit = SpendingLimit(dollars: 1, bounds: [0.4, 0.4, 0.4])
    for index in 0..<2 {
      #expect(limit.room(for: index) == .enough)
      limit.sent(index)
      let isKept2 = limit.answered(index, cost: nil)
      #expect(isKept2)
    }
    #expect(abs(limit.spent - 0.8) < 1e-12)
    #expect(limit.room(for: 2) == .exhausted)
  }

  @Test func withoutABoundOneIsSentAloneFirst() {
    var limit = SpendingLimit(dollars: 1, bounds: [])
    #expect(limit.room(for: 0) == .enough)
    limit.sent(0)
    #expect(limit.room(for: 1) == .later)
    let isKept3 = limit.answered(0, cost: 0.3)
    #expect(isKept3)
    limit.sent(1)
    #expect(limit.room(for: 2) == .enough)
    limit.sent(2)
    #expect(limit.room(for: 3) == .later, "two under way may cost as much as the dearest so far")
    // A dearer answer than any before counts for those that follow.
    let isKept4 = limit.answered(1, cost: 0.5)
    #expect(isKept4)
    let isKept5 = limit.answered(2, cost: 0.01)
    #expect(isKept5)
    #expect(limit.room(for: 3) == .exhausted)
  }

  @Test func aLimitThatCannotBeKeptIsSaid() {
    var limit = SpendingLimit(dollars: 1, bounds: [nil])
    limit.sent(0)
    let isKept6 = limit.answered(0, cost: nil)
    #expect(!isKept6)
  }

  @Test func failuresAfterSendingMayHaveBeenCharged() {
    var limit = SpendingLimit(dollars: 1, bounds: [0.6, 0.6])
    limit.sent(0)
    limit.failed(0, mayBeCharged: false)
    #expect(limit.spent == 0)
    limit.sent(0)
    limit.failed(0, mayBeCharged: true)
    #expect(limit.room(for: 1) == .exhausted)
  }

  /// Whatever order answers, silence and failures come in, the true cost stays within the limit.
  @Test(arguments: 0..<40) func theTrueCostStaysWithinTheLimit(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let bounds = (0..<200).map { _ in Double.random(in: 0.001...0.02, using: &random) }
    var plan = RunPlan(
      count: bounds.count, width: 16, budget: RunPlan.Budget(dollars: 0.5), costBounds: bounds.map { $0 })
    var (underWay, charged, now): ([Int], Double, Double) = ([], 0, 0)
    loop: while true {
      switch plan.next(now: now) {
      case .ask(let index, _): underWay.append(index)
      case .finished: break loop
      case .wait(let time):
        guard !underWay.isEmpty else {
          now = time ?? now + 1
          continue
        }
        let index = underWay.remove(at: Int.random(in: 0..<underWay.count, using: &random))
        let cost = Double.random(in: 0...bounds[index], using: &random)
        now += 0.01
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          charged += cost
          plan.succeeded(index, cost: nil, now: now)
        case 1:
          charged += cost
          _ = plan.failed(index, .malformed("cut"), now: now, jitter: 0.5)
        default:
          charged += cost
          plan.succeeded(index, cost: cost, now: now)
        }
      }
    }
    #expect(charged <= 0.5)
  }
}
