import Testing

@testable import Terminal

struct FramePaceTests {
  @Test func twoUpdatesFollowAPauseAtOnceAndTheRestComeSixtyTimesASecond() {
    let start = ContinuousClock.now
    var pace = FramePace(start: start)
    var now = start
    var drawn: [Duration] = []
    while now < start + .seconds(1) {
      if now >= pace.next {
        pace.take(at: now)
        drawn.append(now - start)
      }
      now += .microseconds(100)
    }
    #expect(drawn[0] == .zero && drawn[1] < .milliseconds(1))
    #expect(drawn[2] > .milliseconds(16))
    #expect((59...62).contains(drawn.count))
  }

  @Test func aPauseSavesUpOnlyOneUpdate() {
    let start = ContinuousClock.now
    var pace = FramePace(start: start)
    let later = start + .seconds(10)
    for _ in 0..<2 {
      #expect(pace.next <= later)
      pace.take(at: later)
    }
    #expect(pace.next > later)
  }
}
