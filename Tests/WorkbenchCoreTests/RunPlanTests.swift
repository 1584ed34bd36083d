import Domain
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
    #expect(decisions.prefix(4) == [.again, .again, .again, .later])
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
    #expect(plan.limitReached == .calls)
    #expect(plan.next(now: 0) == .finished)
  }

  @Test func aBudgetThatIsJustEnoughIsNotUsedUp() {
    var plan = RunPlan(count: 3, width: 4, budget: RunPlan.Budget(calls: 3))
    for _ in 0..<3 { _ = plan.next(now: 0) }
    #expect(plan.next(now: 0) == .wait(until: nil))
    for index in 0..<3 { plan.succeeded(index) }
    #expect(plan.next(now: 0) == .finished && plan.limitReached == nil)
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
    #expect(plan.limitReached == .dollars)
  }

  @Test func stoppingLetsWhatIsUnderWayEnd() {
    var plan = RunPlan(count: 3, width: 2)
    _ = plan.next(now: 0)
    plan.stop()
    #expect(plan.next(now: 0) == .wait(until: nil))
    plan.succeeded(0)
    #expect(plan.next(now: 0) == .finished)
  }

  @Test func aModelThatAnswersMayRefuseManyCasesInARow() {
    var plan = RunPlan(count: 60, width: 1)
    _ = plan.next(now: 0)
    plan.succeeded(0)
    var stopped = false
    while case .ask(let index, _) = plan.next(now: 0) {
      if case .stop = plan.failed(index, .rejected("too long"), now: 0, jitter: 1) { stopped = true }
    }
    #expect(!stopped)
  }

  @Test func nothingIsSentAfterTheTimeThatARunHas() {
    var plan = RunPlan(count: 3, width: 1, budget: RunPlan.Budget(seconds: 10))
    #expect(plan.next(now: 100) == .ask(index: 0, attempt: 1))
    #expect(plan.failed(0, .busy("later", retryAfter: 60), now: 101, jitter: 1) == .again)
    #expect(plan.next(now: 101) == .wait(until: 110), "not until the server's time, which is later")
    #expect(plan.next(now: 110) == .finished)
    #expect(plan.limitReached == .seconds)
  }

  @Test func requestsKeepToSoManyAMinute() {
    var plan = RunPlan(count: 1000, width: 100, limits: RateLimits(requestsPerMinute: 60))
    var sent: [Double] = []
    var now = 0.0
    while now < 60 {
      switch plan.next(now: now) {
      case .ask(let index, _):
        sent.append(now)
        plan.succeeded(index, now: now)
      case .wait(let until): now = until ?? 61
      case .finished: now = 61
      }
    }
    #expect((60...63).contains(sent.count), "\(sent.count) in a minute")
    #expect(sent.count { $0 < 0.5 } <= 3, "no burst of more than a few seconds' worth")
  }

  @Test func tokensKeepToSoManyAMinuteAsAnswersTell() {
    var plan = RunPlan(count: 10_000, width: 100, limits: RateLimits(tokensPerMinute: 60_000), tokens: 10)
    var taken = 0
    var now = 0.0
    while now < 120 {
      switch plan.next(now: now) {
      case .ask(let index, _):
        taken += 500
        plan.succeeded(index, Answer(text: "", usage: TokenUsage(prompt: 400, completion: 100)), now: now)
      case .wait(let until): now = until ?? 121
      case .finished: now = 121
      }
    }
    #expect((118_000...124_000).contains(taken), "\(taken) in two minutes")
  }

  @Test func aServerThatIsGoneIsLeftAloneAndAskedOnceNowAndThen() {
    var plan = RunPlan(count: 1000, width: 16)
    guard case .ask(let first, _) = plan.next(now: 0) else {
      Issue.record("the outcome is not .ask")
      return
    }
    plan.succeeded(first)
    var now = 0.0
    var asked: [Double] = []
    var stopped: String?
    while stopped == nil, asked.count < 10_000 {
      switch plan.next(now: now) {
      case .ask(let index, _):
        asked.append(now)
        if case .stop(let reason) = plan.failed(index, .unavailable("gone"), now: now, jitter: 0.5) { stopped = reason }
      case .wait(let until): now = until ?? .infinity
      case .finished: stopped = "finished"
      }
    }
    #expect(stopped == "gone")
    #expect((120...140).contains(now), "1 + 2 + 4 + … + 64 s, not \(now)")
    #expect(asked.count < 30, "\(asked.count) requests")
  }

  @Test func aServerThatComesBackIsUsedAgainAndNoCaseIsLost() {
    var plan = RunPlan(count: 200, width: 16)
    var now = 0.0
    var answered = 0
    var lost = 0
    var underWay: [Int] = []
    loop: while true {
      switch plan.next(now: now) {
      case .ask(let index, _):
        underWay.append(index)
        continue loop
      case .wait(let until): if underWay.isEmpty { now = until ?? now + 1 }
      case .finished: break loop
      }
      for index in underWay {
        if (5..<50).contains(now) {
          if plan.failed(index, .unavailable("gone"), now: now, jitter: 0.5) != .again { lost += 1 }
        } else {
          plan.succeeded(index, now: now)
          answered += 1
        }
      }
      if !underWay.isEmpty { now += 1 }
      underWay = []
    }
    #expect(answered == 200 && lost == 0)
    #expect(now > 50 && now < 110)
  }
}

/// A server in simulated time: it works on `capacity` requests at once and queues the rest.
struct SimulatedServer {
  var capacity: Int
  var latency: Double
  private var free: [Double]
  private var state: UInt64 = 42

  init(capacity: Int, latency: Double) {
    (self.capacity, self.latency) = (capacity, latency)
    free = Array(repeating: 0, count: capacity)
  }

  /// When the answer to a request of time `now` comes; each takes 0.5 to 1.5 times the latency.
  mutating func answer(at now: Double) -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let share = 0.5 + Double(state >> 11) / Double(1 << 53)
    let place = free.indices.min { free[$0] < free[$1] } ?? 0
    free[place] = max(free[place], now) + latency * share
    return free[place]
  }
}

@Suite struct RequestWidthTests {
  /// Runs requests against a server; returns the mean width over the last half, and answers a second.
  private func run(
    _ server: SimulatedServer, ceiling: Int, start: Int = 8, requests: Int
  ) -> (width: Double, rate: Double) {
    var server = server
    var width = RequestWidth(ceiling: ceiling, start: start)
    var underWay: [(end: Double, start: Double)] = []
    var now = 0.0
    var sent = 0
    var widths: [Int] = []
    while sent < requests || !underWay.isEmpty {
      while underWay.count < width.width, sent < requests {
        underWay.append((server.answer(at: now), now))
        sent += 1
      }
      guard let next = underWay.indices.min(by: { underWay[$0].end < underWay[$1].end }) else { break }
      let request = underWay[next]
      now = request.end
      let isFull = underWay.count >= width.width && sent < requests
      underWay.remove(at: next)
      width.answered(latency: now - request.start, now: now, isFull: isFull)
      widths.append(width.width)
    }
    let half = widths.suffix(widths.count / 2)
    return (Double(half.reduce(0, +)) / Double(half.count), Double(requests) / now)
  }

  @Test func aServerThatScalesIsUsedUpToTheCeiling() {
    let (width, rate) = run(SimulatedServer(capacity: 1000, latency: 1), ceiling: 64, requests: 5000)
    #expect(width > 60, "\(width)")
    #expect(rate > 0.9 * 64, "\(rate) a second")
  }

  @Test(arguments: [1, 4, 16, 48])
  func aServerWithAQueueGetsLittleMoreThanItWorksOn(_ capacity: Int) {
    let server = SimulatedServer(capacity: capacity, latency: 1)
    let (width, rate) = run(server, ceiling: 256, requests: max(1000, capacity * 150))
    #expect(rate > 0.9 * Double(capacity), "\(rate) a second")
    #expect(width < Double(max(16, capacity * 3)), "\(width) at once")
  }

  @Test func aBusyServerHalvesTheWidthAndAnswersRaiseItAgain() {
    var width = RequestWidth(ceiling: 64, start: 64)
    width.pushedBack()
    #expect(width.width == 32)
    for _ in 0..<34 { width.answered(latency: 1, now: 0, isFull: true) }
    #expect(width.width == 33)
  }
}
