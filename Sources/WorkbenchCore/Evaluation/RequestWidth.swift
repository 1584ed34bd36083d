import Domain

/// How many requests are under way at once, found out below a ceiling.
///
/// A server that is busy sets the pace itself: additive increase, multiplicative decrease (Chiu and Jain 1989). Before it
/// says so, width is searched by what it brings: it doubles, later grows by a quarter, as long as answers come faster for
/// it, and shrinks by a quarter where latency has risen and answers come no slower for it. So a server that answers one at
/// a time isn't given a queue that its time limits would punish, and one that scales is used up to the ceiling.
package struct RequestWidth: Sendable {
  /// A stretch of answers that came while the width was used up.
  private struct Round {
    var start: Double
    var answers = 0
    var latency = 0.0
    /// Answers to let pass first: those of requests above a width that has shrunk.
    var skips = 0
  }

  /// What a round showed.
  private struct Measure {
    /// Answers a second.
    var rate: Double
    /// Mean seconds.
    var latency: Double
  }

  /// The most there may ever be.
  package let ceiling: Double
  private var window: Double
  private var doubles = true
  private var isPushedBack = false
  private var round: Round?
  private var base: Measure?
  /// The width before the change that is being tried.
  private var triedFrom: Double?
  private var lowest: Double
  private var bestLatency = Double.infinity
  private var rest = 0
  private var nextRest = 2
  private var isNarrowerNext = false

  /// The most requests under way at once for now, at least 1.
  package var width: Int { max(1, Int(window)) }

  /// - Parameter start: what to begin with.
  package init(ceiling: Int, start: Int) {
    self.ceiling = Double(max(1, ceiling))
    window = min(self.ceiling, Double(max(1, start)))
    lowest = window
  }

  /// The server has had too much: half as much from now on.
  package mutating func pushedBack() {
    isPushedBack = true
    window = max(1, window / 2)
    round = nil
  }

  /// An answer came.
  /// - Parameter latency: its seconds.
  /// - Parameter now: on any steady clock.
  /// - Parameter isFull: whether as many requests were under way as may be.
  package mutating func answered(latency: Double, now: Double, isFull: Bool) {
    if isPushedBack {
      window = min(ceiling, window + 1 / window)
      return
    }
    guard isFull, ceiling > 4 else {
      if !isFull { round = nil }
      return
    }
    guard var current = round else {
      round = Round(start: now)
      return
    }
    if current.skips > 0 {
      current.skips -= 1
      current.start = now
    } else {
      current.answers += 1
      current.latency += latency
    }
    round = current
    let isOver = Double(current.answers) >= max(window.rounded(.down), 16)
    guard isOver, now > current.start else { return }
    let answers = Double(current.answers)
    round = Round(start: now)
    learn(Measure(rate: answers / (now - current.start), latency: current.latency / answers))
  }

  private mutating func learn(_ measure: Measure) {
    bestLatency = min(bestLatency, measure.latency)
    if let from = triedFrom, let base {
      triedFrom = nil
      let isPaid =
        window > from
        ? measure.rate >= base.rate * (1 + (doubles ? 0.15 : 0.3) * (window / from - 1))
        : measure.rate >= 0.95 * base.rate
      guard isPaid else {
        change(to: from)
        doubles = false
        rest = nextRest
        nextRest = min(64, nextRest * 2)
        return
      }
      nextRest = 2
    }
    base = measure
    if rest > 0 {
      rest -= 1
      return
    }
    if doubles { return tryOut(window * 2) }
    let mayShrink = window > 1 && (measure.latency > 1.5 * bestLatency || window * 0.75 < lowest)
    if mayShrink, isNarrowerNext || window >= ceiling { tryOut(window * 0.75) } else { tryOut(window * 1.25) }
    isNarrowerNext.toggle()
  }

  private mutating func tryOut(_ wanted: Double) {
    let new = min(ceiling, max(1, wanted.rounded(wanted > window ? .up : .down)))
    guard new != window else { return }
    triedFrom = window
    change(to: new)
  }

  private mutating func change(to new: Double) {
    round?.skips = max(0, Int(window) - Int(new))
    window = new
    lowest = min(lowest, new)
  }
}
