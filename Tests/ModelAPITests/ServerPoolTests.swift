import Domain
import SeededRandom
import Testing
import WorkbenchCore

@testable import ModelAPI

/// Which server takes the next request, and which is left alone.
struct ServerPoolTests {
  @Test func equalServersTakeTurns() {
    var pool = ServerPool(count: 3)
    var taken: [Int?] = []
    for _ in 0..<6 { taken.append(pool.take(now: 0)) }
    #expect(taken == [0, 1, 2, 0, 1, 2])
    for index in [0, 1, 2] {
      pool.finish(index, .answered(latency: 1), now: 1)
      #expect(pool.underWay(at: index) == 1)
    }
    pool.finish(1, .answered(latency: 1), now: 1)
    #expect(pool.take(now: 1) == 1)
  }

  @Test func aFasterServerGetsMore() {
    var pool = ServerPool(count: 2)
    for (index, latency) in [(0, 1.0), (1, 4.0)] {
      _ = pool.take(now: 0)
      pool.finish(index, .answered(latency: latency), now: 0)
    }
    var count = [0, 0]
    for _ in 0..<50 {
      if let index = pool.take(now: 0) { count[index] += 1 }
    }
    #expect(count == [40, 10])
  }

  @Test func anOldLatencySaysLittle() {
    var pool = ServerPool(count: 2)
    for (index, latency) in [(0, 1.0), (1, 100.0)] {
      _ = pool.take(now: 0)
      pool.finish(index, .answered(latency: latency), now: 0)
    }
    // 100 counts as 10 after one half-life, and as 1.8 after three.
    var taken: [Int] = []
    for now in [ServerPool.halfLife, 3 * ServerPool.halfLife] {
      var count = 0
      while pool.take(now: now) == 0 { count += 1 }
      taken.append(count)
      for _ in 0..<count { pool.finish(0, .abandoned, now: now) }
      pool.finish(1, .abandoned, now: now)
    }
    #expect(taken == [9, 1])
  }

  @Test func aLostConnectionEndsItsTurnsAndACheckBringsItBack() {
    var pool = ServerPool(count: 2)
    #expect(pool.take(now: 0) == 0)
    #expect(pool.take(now: 0, excluding: [1]) == 0)
    pool.finish(0, .lost(why: "refused"), now: 1)
    pool.finish(0, .lost(why: "refused"), now: 1)  // what was under way doesn't lengthen the pause
    #expect(pool.standing(of: 0) == .down(until: 1.5, why: "refused"))
    for _ in 0..<9 { #expect(pool.take(now: 1.4) == 1) }
    #expect(pool.takeChecks(now: 1.4) == [])
    #expect(pool.takeChecks(now: 1.5) == [0])
    #expect(pool.takeChecks(now: 9) == [])
    #expect(pool.isChecking)
    pool.checked(0, failure: "still refused", now: 2)
    #expect(pool.standing(of: 0) == .down(until: 3, why: "still refused"))
    #expect(pool.takeChecks(now: 3) == [0])
    pool.checked(0, failure: nil, now: 3)
    // One request shows; the others go on.
    #expect(pool.take(now: 3) == 0)
    #expect(pool.take(now: 3) == 1)
    pool.finish(0, .failed(why: "500"), now: 4)
    #expect(pool.standing(of: 0) == .down(until: 6, why: "500"))
    #expect(pool.takeChecks(now: 6) == [0])
    pool.checked(0, failure: nil, now: 6)
    #expect(pool.take(now: 6) == 0)
    pool.finish(0, .answered(latency: 1), now: 7)
    #expect(pool.standing(of: 0) == .up)
    // And the pause begins small again.
    _ = pool.take(now: 8, excluding: [1])
    pool.finish(0, .lost(why: "reset"), now: 8)
    #expect(pool.standing(of: 0) == .down(until: 8.5, why: "reset"))
  }

  @Test func pausesGrowToALimit() {
    var pool = ServerPool(count: 1)
    _ = pool.take(now: 0)
    pool.finish(0, .lost(why: ""), now: 0)
    var now = 0.0
    var pauses: [Double] = []
    for _ in 0..<8 {
      guard case .down(let until, _) = pool.standing(of: 0) else { break }
      pauses.append(until - now)
      now = until
      #expect(pool.takeChecks(now: now) == [0])
      pool.checked(0, failure: "", now: now)
    }
    #expect(pauses == [0.5, 1, 2, 4, 8, 16, 30, 30])
  }

  @Test func otherFailuresCountInARow() {
    var pool = ServerPool(count: 2)
    func fail(_ outcome: ServerPool.Outcome) {
      _ = pool.take(now: 0, excluding: [1])
      pool.finish(0, outcome, now: 0)
    }
    for _ in 0..<5 {
      fail(.failed(why: "500"))
      fail(.failed(why: "500"))
      fail(.refused)
    }
    fail(.abandoned)
    #expect(pool.standing(of: 0) == .up)
    for _ in 0..<3 { fail(.failed(why: "500")) }
    #expect(pool.standing(of: 0) == .down(until: 0.5, why: "500"))
    #expect(pool.underWay(at: 0) == 0)
  }

  @Test func aBusyServerIsHeldForItsTime() {
    var pool = ServerPool(count: 2)
    for _ in 0..<4 { _ = pool.take(now: 0) }
    pool.finish(0, .busy(retryAfter: 7, why: "slow down"), now: 1)
    pool.finish(0, .busy(retryAfter: 3, why: "slow down"), now: 1)
    #expect(pool.standing(of: 0) == .busy(until: 8, why: "slow down"))
    #expect(pool.wait(now: 1) == 0)
    for _ in 0..<5 { #expect(pool.take(now: 7.9) == 1) }
    #expect(pool.takeChecks(now: 9) == [])
    pool.finish(1, .busy(retryAfter: nil, why: ""), now: 7.9)
    #expect(pool.wait(now: 7.9).map { abs($0 - 0.1) < 1e-9 } == true)
    #expect(pool.take(now: 7.9) == nil)
    #expect(pool.take(now: 8) == 0)
    // Answers to earlier requests don't end it.
    pool.finish(1, .answered(latency: 1), now: 8)
    #expect(pool.standing(of: 1) == .busy(until: 8.4, why: ""))
  }

  @Test func quietServersComeLast() {
    var pool = ServerPool(count: 3)
    for _ in 0..<4 { #expect(pool.take(now: 0, quiet: [0, 1]) == 2) }
    #expect(pool.take(now: 0, excluding: [2], quiet: [0, 1]) == 0)
    #expect(pool.wait(now: 0, quiet: [0: 5, 1: 3]) == 0)
    #expect(pool.wait(now: 0, quiet: [0: 5, 1: 3, 2: 4]) == 3)
  }

  @Test func withoutAnybodyElseATrialTakesAll() {
    var pool = ServerPool(count: 2)
    for index in 0..<2 {
      _ = pool.take(now: 0)
      pool.finish(index, .lost(why: "gone"), now: 0)
    }
    #expect(pool.take(now: 0) == nil)
    #expect(pool.wait(now: 0) == nil)
    #expect(pool.reason(0) == "gone")
    #expect(pool.takeChecks(now: 1) == [0, 1])
    pool.checked(1, failure: nil, now: 1)
    for _ in 0..<3 { #expect(pool.take(now: 1) == 1) }
  }

  @Test func nothingHappensWhateverTheOrder() {
    // A long walk: the counts stay true, and nobody gets a request who is down.
    var generator = SeededRandom(seed: 1)
    var pool = ServerPool(count: 4)
    var open: [Int] = []
    var now = 0.0
    for _ in 0..<20_000 {
      now += Double.random(in: 0..<0.3, using: &generator)
      for index in pool.takeChecks(now: now) {
        pool.checked(index, failure: Bool.random(using: &generator) ? nil : "no", now: now)
      }
      if Bool.random(using: &generator), let index = pool.take(now: now) {
        if case .down = pool.standing(of: index) { Issue.record("a server that is down was chosen") }
        open.append(index)
      } else if let place = open.indices.randomElement(using: &generator) {
        let outcomes: [ServerPool.Outcome] = [
          .answered(latency: 0.1), .refused, .busy(retryAfter: 1, why: ""), .lost(why: ""), .failed(why: ""),
          .abandoned,
        ]
        pool.finish(open.remove(at: place), outcomes.randomElement(using: &generator) ?? .abandoned, now: now)
      }
      for index in 0..<4 { #expect(pool.underWay(at: index) == open.count { $0 == index }) }
    }
  }
}
