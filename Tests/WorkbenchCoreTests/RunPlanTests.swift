import Testing

@testable import WorkbenchCore

@Suite struct RunPlanTests {
  @Test func asksEachCaseOnceAndNoMoreThanWidthAtATime() {
    var plan = RunPlan(count: 5, width: 2)
    #expect(plan.next(now: 0) == .ask(index: 0, attempt: 1))
    #expect(plan.next(now: 0) == .ask(index: 1, attempt: 1))
    #expect(plan.next(now: 0) == .wait(until: nil))
    plan.succeeded(0)
    #expect(plan.next(now: 0) == .ask(index: 2, attempt: 1))
    for index in [1, 2] { plan.succeeded(index) }
    #expect(plan.next(now: 0) == .ask(index: 3, attempt: 1))
    #expect(plan.next(now: 0) == .ask(index: 4, attempt: 1))
    plan.succeeded(3)
    plan.succeeded(4)
    #expect(plan.next(now: 0) == .finished)
  }

  @Test func waitsTwiceAsLongAfterEachFailureUntilAttemptsAreUsedUp() {
    var patience = RunPlan.Patience()
    patience.firstAttempts = 3
    var plan = RunPlan(count: 1, width: 1, patience: patience)
    #expect(plan.next(now: 0) == .ask(index: 0, attempt: 1))
    #expect(plan.failed(0, .unavailable("gone"), now: 0, jitter: 1) == .again)
    #expect(plan.next(now: 0) == .wait(until: 0.5))
    #expect(plan.next(now: 0.5) == .ask(index: 0, attempt: 2))
    #expect(plan.failed(0, .unavailable("gone"), now: 0.5, jitter: 1) == .again)
    #expect(plan.next(now: 1) == .wait(until: 1.5))
    #expect(plan.next(now: 1.5) == .ask(index: 0, attempt: 3))
    #expect(plan.failed(0, .unavailable("gone"), now: 1.5, jitter: 1) == .giveUp)
    #expect(plan.next(now: 1.5) == .finished)
  }

  @Test func aServerThatHasAnsweredIsWaitedForLonger() {
    var patience = RunPlan.Patience()
    (patience.firstAttempts, patience.attempts) = (2, 4)
    var plan = RunPlan(count: 2, width: 1, patience: patience)
    _ = plan.next(now: 0)
    plan.succeeded(0)
    var decisions: [RunPlan.Decision] = []
    var now = 0.0
    while case .ask(let index, _) = plan.next(now: now) {
      decisions.append(plan.failed(index, .malformed("?"), now: now, jitter: 0))
      now += 1
    }
    #expect(decisions == [.again, .again, .again, .giveUp])
  }

  @Test func obeysTheServersOwnWait() {
    var plan = RunPlan(count: 1, width: 1)
    _ = plan.next(now: 0)
    #expect(plan.failed(0, .busy("slow down", retryAfter: 7), now: 1, jitter: 0.1) == .again)
    #expect(plan.next(now: 1) == .wait(until: 8))
  }

  @Test func rejectedCasesAreNotAskedAgain() {
    var plan = RunPlan(count: 2, width: 1)
    _ = plan.next(now: 0)
    #expect(plan.failed(0, .rejected("no"), now: 0, jitter: 1) == .giveUp)
    #expect(plan.next(now: 0) == .ask(index: 1, attempt: 1))
  }

  @Test func stopsWhenEverythingFailsInARow() {
    var plan = RunPlan(count: 100, width: 1)
    var stopped: String?
    for _ in 0..<20 where stopped == nil {
      guard case .ask(let index, _) = plan.next(now: 0) else { break }
      if case .stop(let reason) = plan.failed(index, .rejected("bad key"), now: 0, jitter: 1) { stopped = reason }
    }
    #expect(stopped == "bad key")
    #expect(plan.next(now: 0) == .finished)
  }

  @Test func aBusyServerIsNoReasonToStop() {
    var plan = RunPlan(count: 30, width: 30)
    for _ in 0..<30 { _ = plan.next(now: 0) }
    for index in 0..<30 { #expect(plan.failed(index, .busy("later", retryAfter: 1), now: 0, jitter: 1) == .again) }
    #expect(!plan.isStopped)
  }

  @Test func aBusyServerHalvesTheWidthOnceAndARoundOfAnswersAddsOne() {
    var plan = RunPlan(count: 1000, width: 16)
    for _ in 0..<16 { _ = plan.next(now: 0) }
    for index in 0..<8 { _ = plan.failed(index, .busy("later", retryAfter: nil), now: 0, jitter: 1) }
    #expect(plan.width == 8, "the sixteen were sent together")
    for index in 8..<16 { plan.succeeded(index) }
    #expect(plan.width == 8)
    var asked: [Int] = []
    while case .ask(let index, _) = plan.next(now: 0) { asked.append(index) }
    #expect(asked.count == 8)
    _ = plan.failed(asked[0], .busy("later", retryAfter: nil), now: 1, jitter: 1)
    #expect(plan.width == 4, "these were sent after the cut")
    var rounds = 0
    var now = 1.0
    for index in asked.dropFirst() { plan.succeeded(index) }
    while plan.width < 16, rounds < 1000 {
      rounds += 1
      now += 1
      var round: [Int] = []
      while case .ask(let index, _) = plan.next(now: now) { round.append(index) }
      for index in round { plan.succeeded(index) }
    }
    #expect((10...14).contains(rounds), "\(rounds) rounds from 5 to 16")
  }

  @Test func nothingIsSentBeforeTheServersTime() {
    var plan = RunPlan(count: 10, width: 4)
    for _ in 0..<4 { _ = plan.next(now: 0) }
    _ = plan.failed(0, .busy("later", retryAfter: 20), now: 1, jitter: 1)
    plan.succeeded(1)
    plan.succeeded(2)
    plan.succeeded(3)
    #expect(plan.next(now: 1) == .wait(until: 21))
    #expect(plan.next(now: 21) == .ask(index: 0, attempt: 2))
  }

  @Test func askingToSlowDownIsNoFailedAttempt() {
    var patience = RunPlan.Patience()
    patience.firstAttempts = 2
    patience.busyAttempts = 4
    var plan = RunPlan(count: 1, width: 1, patience: patience)
    var now = 0.0
    var decisions: [RunPlan.Decision] = []
    while case .ask = plan.next(now: now) {
      decisions.append(plan.failed(0, .busy("later", retryAfter: 1), now: now, jitter: 1))
      now += 1
    }
    #expect(decisions == [.again, .again, .again, .giveUp])
  }

  @Test func noMoreCallsThanTheBudgetHas() {
    var plan = RunPlan(count: 10, width: 4, budget: RunPlan.Budget(calls: 5))
    var asked = 0
    while true {
      var round: [Int] = []
      while case .ask(let index, _) = plan.next(now: 0) { round.append(index) }
      if round.isEmpty { break }
      asked += round.count
      for index in round { plan.succeeded(index) }
    }
    #expect(asked == 5)
    #expect(plan.isBudgetSpent)
    #expect(plan.next(now: 0) == .finished)
  }

  @Test func moneyIsForeseenAndNotOverspent() {
    var plan = RunPlan(count: 100, width: 8, budget: RunPlan.Budget(dollars: 1))
    var spent = 0.0
    var largest = 0
    while true {
      var round: [Int] = []
      while case .ask(let index, _) = plan.next(now: 0) { round.append(index) }
      if round.isEmpty { break }
      largest = max(largest, round.count)
      for index in round {
        plan.succeeded(index, cost: 0.03)
        spent += 0.03
      }
    }
    #expect(spent <= 1 && spent > 0.95)
    #expect(largest == 8, "once a price is known, all may be under way")
    #expect(plan.isBudgetSpent)
  }

  @Test func stoppingLetsWhatIsUnderWayEnd() {
    var plan = RunPlan(count: 3, width: 2)
    _ = plan.next(now: 0)
    plan.stop()
    #expect(plan.next(now: 0) == .wait(until: nil))
    plan.succeeded(0)
    #expect(plan.next(now: 0) == .finished)
  }
}
