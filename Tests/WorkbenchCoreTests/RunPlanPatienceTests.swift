import Domain
import Foundation
import SeededRandom
import Testing

@testable import WorkbenchCore

/// How long a plan waits, and when it stops.
@Suite struct RunPlanPatienceTests {
  private static func daily(_ seconds: Double?) -> ModelFailure {
    .exhausted("s says that a quota is used up (429).", resetAfter: seconds)
  }

  // MARK: Quotas

  @Test func aWaitBeyondPatienceStopsTheRunAtOnce() {
    var plan = RunPlan(count: 60, width: 4)
    for _ in 0..<4 { _ = plan.next(now: 0) }
    plan.succeeded(0, now: 1)
    let stop = plan.failed(1, .busy("slow down", retryAfter: 86_400), now: 1, jitter: 1)
    #expect(stop == .stop("slow down"))
    #expect(
      plan.quotaStop
        == QuotaStop(reason: .busy("slow down", retryAfter: 86_400), resumesAfter: 86_400, longestWait: 600))
    #expect(plan.next(now: 1) == .wait(until: nil), "what is under way may end")
    #expect(plan.failed(2, .busy("slow down", retryAfter: 86_400), now: 2, jitter: 1) == .again, "it isn't to blame")
    plan.succeeded(3, now: 3)
    #expect(plan.next(now: 3) == .finished)
  }

  @Test func aWaitWithinPatienceIsWaitedFor() {
    var patience = RunPlan.Patience()
    patience.longestWait = 100_000
    var plan = RunPlan(count: 2, width: 1, patience: patience)
    _ = plan.next(now: 0)
    #expect(plan.failed(0, .busy("slow down", retryAfter: 86_400), now: 1, jitter: 1) == .again)
    #expect(plan.next(now: 1) == .wait(until: 86_401))
    #expect(plan.waiting(now: 1) == .rateLimit(86_400))
  }

  @Test func waitsInARowCountTogether() {
    var plan = RunPlan(count: 5, width: 1)
    var now = 0.0
    var stopped: Double?
    while stopped == nil, now < 10_000 {
      switch plan.next(now: now) {
      case .ask(let index, _):
        if case .stop = plan.failed(index, .busy("later", retryAfter: 250), now: now, jitter: 1) { stopped = now }
      case .wait(let until): now = until ?? 10_000
      case .finished: now = 10_000
      }
    }
    #expect(stopped == 500, "250 s more would be beyond 600")
    var other = RunPlan(count: 5, width: 1)
    _ = other.next(now: 0)
    _ = other.failed(0, .busy("later", retryAfter: 500), now: 0, jitter: 1)
    _ = other.next(now: 500)
    other.succeeded(0, now: 501)
    _ = other.next(now: 501)
    #expect(other.failed(1, .busy("later", retryAfter: 500), now: 502, jitter: 1) == .again, "it answered between")
  }

  @Test(arguments: [nil, 3.0, 86_400])
  func aQuotaOfADayStopsTheRunAtOnce(_ seconds: Double?) {
    var plan = RunPlan(count: 60, width: 1)
    _ = plan.next(now: 0)
    #expect(plan.failed(0, Self.daily(seconds), now: 0, jitter: 1) == .stop(Self.daily(nil).description))
    #expect(plan.next(now: 0) == .finished && plan.quotaStop?.resumesAfter == seconds)
  }

  /// Plays a server that only says this, at once, to requests for 60 cases.
  private func timeToStop(_ failure: ModelFailure, working: Bool = false) -> Double? {
    var plan = RunPlan(count: 60, width: 16)
    var random = SeededRandom(seed: 3)
    var now = 0.0
    if working { _ = plan.next(now: 0) }
    while now < 300 {
      switch plan.next(now: now) {
      case .ask(let index, _):
        let jitter = Double.random(in: 0...1, using: &random)
        if case .stop = plan.failed(index, failure, now: now, jitter: jitter) { return now }
      case .wait(let until): now = until ?? 300
      case .finished: return nil
      }
    }
    return nil
  }

  @Test func whatMayBeAQuotaOfADayStopsTheRunWithinAMinute() throws {
    let unclear = ModelFailure.exhausted("exhausted", resetAfter: nil, isCertain: false)
    let time = try #require(timeToStop(unclear))
    #expect(time >= 50 && time < 51, "a limit of a minute would have passed")
    #expect(timeToStop(unclear, working: true) == nil, "a request is being worked on, so that some are taken")
    #expect(timeToStop(.busy("slow down", retryAfter: nil)) == nil, "a busy server is waited for longer")
    let short = try #require(timeToStop(.exhausted("exhausted", resetAfter: 8, isCertain: false)))
    #expect(short < 60)
  }

  @Test func aLimitThatAGoodAnswerSaysIsUsedUpStopsTheRunToo() {
    var plan = RunPlan(count: 3, width: 2)
    _ = plan.next(now: 0)
    _ = plan.next(now: 0)
    plan.succeeded(0, now: 1)
    plan.hold(until: 3601)
    #expect(plan.next(now: 1) == .wait(until: nil))
    plan.succeeded(1, now: 2)
    #expect(plan.next(now: 2) == .finished && plan.quotaStop?.resumesAfter == 3600 && plan.quotaStop?.reason == nil)
    var last = RunPlan(count: 1, width: 2)
    _ = last.next(now: 0)
    last.hold(until: 3601)
    #expect(last.next(now: 0) == .wait(until: nil))
    last.succeeded(0, now: 2)
    #expect(last.next(now: 2) == .finished && last.quotaStop == nil, "nothing was left to ask")
  }

  @Test func theSentenceSaysWhenItCanGoOn() {
    let now = Date(timeIntervalSince1970: 1_000_000)
    func sentence(_ reason: ModelFailure?, _ seconds: Double?) -> String {
      QuotaStop(reason: reason, resumesAfter: seconds, longestWait: 600).sentence(now: now)
    }
    let day = sentence(.busy("s asks for fewer requests (429).", retryAfter: 86_400), 86_400)
    #expect(
      day.hasPrefix("s asks for fewer requests (429). The run has stopped, since it waits at most 10 min (--max-wait)"))
    #expect(day.contains("goes on from there in 24 h (1970-01-") && day.hasSuffix(")."))
    #expect(sentence(Self.daily(nil), nil).hasSuffix("once the quota allows it, the same command goes on from there."))
    #expect(!sentence(Self.daily(30), 30).contains("--max-wait"))
    #expect(sentence(nil, 1e300).contains("days"))
  }

  // MARK: The last pass

  @Test func whatFailedTooOftenIsAskedAgainWhenAllOthersAreOver() {
    var patience = RunPlan.Patience()
    (patience.attempts, patience.lastAttempts) = (2, 2)
    var plan = RunPlan(count: 3, width: 1, patience: patience)
    var order: [Int] = []
    var decisions: [RunPlan.Decision] = []
    var now = 0.0
    loop: while now < 1000 {
      switch plan.next(now: now) {
      case .ask(let index, let attempt):
        order.append(index)
        if index == 1, attempt < 4 {
          decisions.append(plan.failed(index, .unavailable("oops"), now: now, jitter: 0))
        } else {
          plan.succeeded(index, now: now)
        }
      case .wait(let until): now = until ?? 1000
      case .finished: break loop
      }
    }
    #expect(order == [0, 1, 1, 2, 1, 1])
    #expect(decisions == [.again, .later, .again])
  }

  /// Asks for cases that fail by chance, and some for ever; returns those that were given up, and how many requests went.
  private func run(
    cases: Int, faults: Double, hopeless: Set<Int> = [], seed: UInt64
  ) -> (lost: Set<Int>, requests: Int, stop: String?) {
    var plan = RunPlan(count: cases, width: 64)
    var random = SeededRandom(seed: seed)
    var lost = Set<Int>()
    var later = Set<Int>()
    var requests = 0
    var now = 0.0
    var stop: String?
    while true {
      switch plan.next(now: now) {
      case .ask(let index, _):
        requests += 1
        now += 0.001
        guard hopeless.contains(index) || Double.random(in: 0..<1, using: &random) < faults else {
          plan.succeeded(index, now: now)
          later.remove(index)
          continue
        }
        switch plan.failed(index, .unavailable("oops"), now: now, jitter: .random(in: 0...1, using: &random)) {
        case .again: break
        case .later: later.insert(index)
        case .giveUp: lost.insert(index)
        case .stop(let reason): stop = reason
        }
      case .wait(let until): now = until ?? now + 1
      case .finished: return (lost.union(later), requests, stop)
      }
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func noCaseIsLeftThoughAFifthOfTheRequestsFail(_ seed: UInt64) {
    let (lost, requests, stop) = run(cases: 10_000, faults: 0.2, seed: seed)
    #expect(lost.isEmpty && stop == nil)
    #expect((12_000...13_000).contains(requests))
  }

  @Test func casesThatAlwaysFailEndTheLastPass() {
    let few = run(cases: 500, faults: 0, hopeless: [7, 300], seed: 1)
    #expect(few.lost == [7, 300] && few.stop == nil && few.requests == 498 + 2 * 12)
    let hopeless = Set((0..<30).map { $0 * 16 })
    let many = run(cases: 500, faults: 0, hopeless: hopeless, seed: 1)
    #expect(many.lost == hopeless && many.stop == nil)
    #expect(many.requests <= 470 + 30 * 12)
  }

  // MARK: What it waits for

  @Test func itSaysWhatItWaitsFor() {
    var plan = RunPlan(count: 2, width: 2)
    #expect(plan.waiting(now: 0) == nil)
    _ = plan.next(now: 0)
    _ = plan.next(now: 0)
    #expect(plan.waiting(now: 0) == nil, "answers")
    _ = plan.failed(0, .unavailable("oops"), now: 1, jitter: 1)
    #expect(plan.waiting(now: 1) == nil, "the other answer")
    _ = plan.failed(1, .unavailable("oops"), now: 1, jitter: 1)
    #expect(plan.waiting(now: 1) == .retry(0.5, requests: 2))
    var paced = RunPlan(count: 100, width: 2, limits: RateLimits(requestsPerMinute: 6))
    while case .ask(let index, _) = paced.next(now: 0) { paced.succeeded(index, now: 0) }
    guard case .pace(let seconds) = paced.waiting(now: 0) else {
      Issue.record("\(String(describing: paced.waiting(now: 0)))")
      return
    }
    #expect(seconds > 0 && seconds <= 10)
  }

  @Test(arguments: [
    ("s can't answer (500): no (e.g. later) 1. 2. Start it.", "s can't answer (500): no (e.g. later) 1. 2"),
    ("s can't answer. Start it.", "s can't answer"), ("no end", "no end"), ("", ""), ("…", "…"), (". ", ". "),
  ])
  func aFailureInOneSentence(_ text: String, _ gist: String) {
    #expect(ModelFailure.unavailable(text).gist == gist)
  }

  @Test func aServerThatIsGoneIsNamedWithItsFailure() {
    var plan = RunPlan(count: 100, width: 1)
    _ = plan.next(now: 0)
    plan.succeeded(0)
    var now = 0.0
    while plan.waiting(now: now).map({ if case .server = $0 { false } else { true } }) ?? true, now < 60 {
      switch plan.next(now: now) {
      case .ask(let index, _): _ = plan.failed(index, .unavailable("Nothing answers. Start it."), now: now, jitter: 0)
      case .wait(let until): now = until ?? now + 1
      case .finished: now = 60
      }
    }
    #expect(
      plan.waiting(now: now)?.words(plan.lastFailure)
        == "the server only fails; it is asked again in 1 s: Nothing answers")
  }
}
