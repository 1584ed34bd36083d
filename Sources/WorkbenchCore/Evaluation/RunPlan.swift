import Domain

/// Which case goes next, when to try again and when to give up: the decisions of a run as a pure state machine. It knows
/// cases by index, time as seconds on any steady clock, and never waits itself.
///
/// How many requests are under way follows the server (`RequestWidth`); one that is busy or broken halves the width, once
/// for all requests that were under way together. A server that names a time gets no request before it, and minutes get no
/// more requests and tokens than the model's limits allow (`RequestPace`).
///
/// A server that has answered and then only fails is left alone for a while, then asked once (a circuit breaker): when it
/// answers, the run goes on; when it never does, the run stops and can be gone on with. One that takes no request for
/// longer than a run waits, because a quota is used up, stops it at once.
///
/// A case that has failed too often while the server answered others is asked again in a last pass, when all others are
/// over; the pass ends when the server answers none of them.
package struct RunPlan: Sendable {
  /// What to do now.
  package enum Action: Sendable, Hashable {
    /// Ask for this case; `attempt` counts from 1.
    case ask(index: Int, attempt: Int)
    /// Nothing to do until an answer comes, or until the given time.
    case wait(until: Double?)
    /// Every case is answered or given up, or the plan was stopped and nothing is under way.
    case finished
  }

  /// What came of a failure.
  package enum Decision: Sendable, Hashable {
    /// The case will be asked again.
    case again
    /// The case will be asked again when all others are over.
    case later
    /// The case ends without an answer.
    case giveUp
    /// The whole run should stop: the model seems to be gone, or refuses everything. The text says why.
    case stop(String)
  }

  /// What a run may use. Spending is foreseen: no request is sent that could go beyond it (`SpendingLimit`).
  package struct Budget: Sendable, Hashable {
    /// The most requests, repeated ones included.
    package var calls: Int?
    /// The most dollars.
    package var dollars: Double?
    /// Seconds after which nothing more is sent; what is under way then may end.
    package var seconds: Double?
    /// Without limits where nil.
    package init(calls: Int? = nil, dollars: Double? = nil, seconds: Double? = nil) {
      self.calls = calls
      self.dollars = dollars
      self.seconds = seconds
    }
  }

  /// Why nothing more was sent although cases were left.
  package enum Limit: Sendable, Hashable {
    case calls, dollars, seconds
    /// What a sentence calls it.
    package var words: String {
      switch self {
      case .calls: "budget of requests"
      case .dollars: "budget of dollars"
      case .seconds: "budget of time"
      }
    }
  }

  /// A request that was sent at least once and isn't over.
  private struct Begun: Sendable {
    var attempts = 0
    /// When the last attempt was sent; nil when it isn't under way.
    var sentAt: Double?
    /// How many requests were answered when it first failed; nil before that.
    var answersAtFailure: Int?
    /// How many attempts it had before the last pass; nil while it isn't in that.
    var attemptsBefore: Int?
    /// Whether it is in the last pass.
    var isLast: Bool { attemptsBefore != nil }
    /// How many of the attempts ended with the server being busy.
    var timesBusy = 0
    /// The number of the last attempt among all that were sent.
    var sentNumber = 0
    /// Tokens that the last attempt was expected to take.
    var expectedTokens = 0.0
  }

  /// A request that will be sent again.
  private struct Retry: Sendable {
    var index: Int
    var until: Double
  }

  private let count: Int
  private var nextPending = 0
  private var begun: [Int: Begun] = [:]
  /// By time, the last one first.
  private var waiting: [Retry] = []
  /// What is left for the last pass.
  private var postponed: [Int] = []
  /// How many of the open requests are in the last pass.
  private var lastOpen = 0
  /// How long the server has been busy since it last answered.
  private var spell = BusySpell()
  private var failuresInARow = 0
  private var answers = 0
  private var hasAnswered: Bool { answers > 0 }
  private var open: Int
  private let patience: Patience
  private var requestWidth: RequestWidth
  private var pace: RequestPace
  /// Counts requests, so that those sent before the last cut are known.
  private var sent = 0
  private var sentAtLastCut = 0
  private let budget: Budget
  var spending: SpendingLimit?
  private var tokens = 0.0
  private var tokenCounts = 0
  private let guessedTokens: Double
  /// When the first request was sent.
  private var begin: Double?
  /// How often the server was left alone since it last answered.
  private var probes = 0
  /// No request is sent before this time, because the server said so or is left alone.
  private var heldUntil = -Double.infinity
  /// Whether a limit in dollars can't be kept, because a server doesn't count and nothing bounds its answers.
  package private(set) var lostCount = false
  /// What of its budget the plan has used up and stopped for.
  package private(set) var limitReached: Limit?
  /// Why it stopped, where the server takes no request for longer than a run waits.
  package private(set) var quotaStop: QuotaStop?
  /// What the last request failed with, until one is answered.
  package private(set) var lastFailure: ModelFailure?
  /// Requests under way.
  package private(set) var inFlight = 0
  /// Whether nothing new is to be asked.
  package private(set) var isStopped = false
  /// The most requests under way at once for now.
  package var width: Int { probes > 0 ? 1 : requestWidth.width }

  /// A plan for requests `0..<count`.
  /// - Parameter width: the most under way at once.
  /// - Parameter start: how many to begin with; the most where nil.
  /// - Parameter costBounds: the most that each request can cost in dollars, nil where nothing bounds its answer; only a
  ///   budget of dollars needs them.
  /// - Parameter tokens: how many tokens a request may take, prompt and answer, until answers tell.
  package init(
    count: Int, width: Int, start: Int? = nil, patience: Patience = Patience(), budget: Budget = Budget(),
    costBounds: [Double?] = [], limits: RateLimits = RateLimits(), tokens: Double = 0
  ) {
    spending = budget.dollars.map { SpendingLimit(dollars: $0, bounds: costBounds) }
    self.count = count
    open = count
    requestWidth = RequestWidth(ceiling: width, start: start ?? width)
    pace = RequestPace(limits)
    guessedTokens = tokens
    self.patience = patience
    self.budget = budget
  }

  /// What to do at time `now`. Call it again after each `ask`.
  package mutating func next(now: Double) -> Action {
    if open == 0 || isStopped { return inFlight == 0 ? .finished : .wait(until: nil) }
    if waiting.isEmpty, nextPending == count { beginLastPass(now: now) }
    // What is under way may be all that was left.
    guard inFlight < width, !waiting.isEmpty || nextPending < count else { return .wait(until: nil) }
    let isDue = waiting.last.map { $0.until <= now } ?? false
    let candidate = isDue ? waiting.last?.index : nextPending < count ? nextPending : nil
    switch allowance(candidate, now: now) {
    case .granted: break
    case .notYet: return .wait(until: nil)
    case .spent(let limit):
      limitReached = limit
      isStopped = true
      return inFlight == 0 ? .finished : .wait(until: nil)
    }
    if heldUntil - now > patience.longestWait {
      stop(QuotaStop(reason: nil, resumesAfter: heldUntil - now, longestWait: patience.longestWait))
      return inFlight == 0 ? .finished : .wait(until: nil)
    }
    guard let index = candidate else { return wait(until: waiting.last?.until) }
    let earliest = max(heldUntil, pace.earliest)
    guard earliest <= now else { return wait(until: earliest) }
    if isDue { waiting.removeLast() } else { nextPending += 1 }
    return start(index, now: now)
  }

  /// Waits, but not beyond the time that the budget has.
  private func wait(until time: Double?) -> Action {
    guard let time, let begin, let seconds = budget.seconds else { return .wait(until: time) }
    return .wait(until: min(time, begin + seconds))
  }

  private enum Allowance { case granted, notYet, spent(Limit) }

  /// Whether the budget has room for a request; nil where none is due.
  private func allowance(_ index: Int?, now: Double) -> Allowance {
    if let begin, let seconds = budget.seconds, now >= begin + seconds { return .spent(.seconds) }
    if let calls = budget.calls, sent >= calls { return .spent(.calls) }
    guard let index else { return .granted }
    switch spending?.room(for: index) {
    case .enough?, nil: return .granted
    case .later?: return .notYet
    case .exhausted?: return .spent(.dollars)
    }
  }

  /// What the plan waits for at time `now`; nil while it only waits for answers.
  package func waiting(now: Double) -> Waiting? {
    if isStopped || open == 0 { return nil }
    if heldUntil > now { return probes > 0 ? .server(heldUntil - now) : .rateLimit(heldUntil - now) }
    guard inFlight == 0 else { return nil }
    let next = nextPending < count ? now : waiting.last?.until ?? now
    if pace.earliest > max(now, next) { return .pace(pace.earliest - now) }
    return next > now ? .retry(next - now, requests: waiting.count) : nil
  }

  /// Sends nothing before a time that the server told with an answer.
  package mutating func hold(until time: Double) { heldUntil = max(heldUntil, time) }

  private mutating func start(_ index: Int, now: Double) -> Action {
    if begin == nil { begin = now }
    inFlight += 1
    sent += 1
    spending?.sent(index)
    let expected = tokenCounts > 0 ? tokens / Double(tokenCounts) : guessedTokens
    pace.sent(tokens: expected, now: now)
    begun[index, default: Begun()].attempts += 1
    begun[index]?.sentAt = now
    begun[index]?.sentNumber = sent
    begun[index]?.expectedTokens = expected
    return .ask(index: index, attempt: begun[index]?.attempts ?? 1)
  }

  /// The request has its answer, at time `now`.
  /// - Parameter answer: what is to be learnt from it.
  /// - Parameter cost: what it cost in dollars, where known.
  package mutating func succeeded(
    _ index: Int, _ answer: Answer = Answer(text: ""), cost: Double? = nil, now: Double = 0
  ) {
    let isFull = inFlight >= width && nextPending < count
    failuresInARow = 0
    probes = 0
    answers += 1
    spell = BusySpell()
    lastFailure = nil
    if spending?.answered(index, cost: cost) == false {
      lostCount = true
      isStopped = true
    }
    if let prompt = answer.usage.prompt {
      let taken = Double(prompt + (answer.usage.completion ?? 0))
      tokens += taken
      tokenCounts += 1
      pace.settled(difference: taken - (begun[index]?.expectedTokens ?? 0))
    }
    requestWidth.answered(latency: answer.latency, now: now, isFull: isFull)
    end(index)
  }

  /// The request failed at time `now`.
  /// - Parameter jitter: 0 to 1, the share of the back-off to wait.
  package mutating func failed(_ index: Int, _ failure: ModelFailure, now: Double, jitter: Double) -> Decision {
    let attempts = begun[index]?.attempts ?? 1
    spending?.failed(index, mayBeCharged: failure.mayBeCharged)
    begun[index]?.sentAt = nil
    lastFailure = failure
    let delay: Double?
    switch failure {
    case .busy(_, let wait), .exhausted(_, let wait, _):
      if isStopped {
        inFlight -= 1
        return .again
      }
      let spellEnd = spell.end(failure, now: now, patience)
      if spellEnd == .now || spellEnd == .unlessItWorks && !isWorking(now: now) {
        stop(QuotaStop(reason: failure, resumesAfter: wait, longestWait: patience.longestWait))
        end(index)
        return .stop(failure.description)
      }
      delay = wait ?? min(backOff(index) * jitter, spell.secondsToClear(failure, now: now, patience))
      begun[index]?.timesBusy += 1
      if let wait { hold(until: now + wait) }
      pushedBack(index)
    case .unavailable, .malformed:
      delay = backOff(index) * jitter
      noteFailure(index)
      if case .unavailable = failure, hasAnswered { pushedBack(index) }
    case .rejected, .filtered:
      delay = nil
      failuresInARow += 1
    }
    if failuresInARow >= limitInARow(of: failure), !failure.isOfRate {
      if lastOpen == open {
        // The server answers none of those that it has failed before.
        open -= waiting.count
        waiting = []
        end(index)
        return .giveUp
      }
      guard leavesAlone(after: failure, now: now) else {
        isStopped = true
        end(index)
        return .stop(failure.description)
      }
      begun[index]?.timesBusy += 1  // the request isn't to blame
    }
    let timesBusy = begun[index]?.timesBusy ?? 0
    let isLast = begun[index]?.isLast ?? false
    let more = isLast ? patience.lastAttempts : 0
    let limit = more + (hasAnswered ? patience.attempts : patience.firstAttempts)
    guard let delay, attempts - timesBusy < limit, timesBusy < patience.busyAttempts + more else {
      if delay != nil, hasAnswered, !isLast, patience.lastAttempts > 0 {
        postponed.append(index)
        inFlight -= 1
        return .later
      }
      end(index)
      return .giveUp
    }
    let until = now + delay
    let place = (waiting.lastIndex { $0.until > until } ?? -1) + 1
    waiting.insert(Retry(index: index, until: until), at: place)
    inFlight -= 1
    return .again
  }

  /// Counts a failure of the server. A case that has failed before others were answered says nothing more of the server,
  /// until only such cases are left.
  private mutating func noteFailure(_ index: Int) {
    let before = begun[index]?.answersAtFailure ?? answers
    begun[index]?.answersAtFailure = before
    if before == answers || lastOpen == open { failuresInARow += 1 }
  }

  /// Asks again for what has failed too often, now that all others are over or under way.
  private mutating func beginLastPass(now: Double) {
    for index in postponed {
      let attempts = begun[index]?.attempts
      begun[index]?.attemptsBefore = attempts
    }
    lastOpen += postponed.count
    waiting = postponed.reversed().map { Retry(index: $0, until: now) }
    postponed = []
  }

  /// Whether the server works on some request: one that is busy refuses at once.
  private func isWorking(now: Double) -> Bool { begun.values.contains { $0.sentAt.map { now - $0 > 5 } ?? false } }

  private mutating func stop(_ quota: QuotaStop) {
    quotaStop = quota
    isStopped = true
  }

  /// How many failures in a row, this one included, are too many. A model that answers may well refuse many cases that are
  /// next to each other: too long, or filtered.
  private func limitInARow(of failure: ModelFailure) -> Int {
    if case .rejected = failure, hasAnswered { return patience.failuresInARow * 10 }
    return patience.failuresInARow
  }

  /// Leaves a server alone that has answered before and only fails now; false when that was done often enough.
  private mutating func leavesAlone(after failure: ModelFailure, now: Double) -> Bool {
    if case .rejected = failure { return false }
    guard hasAnswered else { return false }
    // Failures of requests that were sent before it was left alone say nothing new.
    if heldUntil > now, probes > 0 { return true }
    guard probes < patience.probes else { return false }
    hold(until: now + Double(1 << probes))
    probes += 1
    return true
  }

  private mutating func pushedBack(_ index: Int) {
    guard let number = begun[index]?.sentNumber, number > sentAtLastCut else { return }
    requestWidth.pushedBack()
    sentAtLastCut = sent
  }

  private mutating func end(_ index: Int) {
    if begun[index]?.isLast == true { lastOpen -= 1 }
    begun[index] = nil
    inFlight -= 1
    open -= 1
  }

  /// The longest wait before the next attempt, which begins anew in the last pass.
  private func backOff(_ index: Int) -> Double {
    let attempt = (begun[index]?.attempts ?? 1) - (begun[index]?.attemptsBefore ?? 0)
    return min(patience.longestDelay, patience.firstDelay * Double(1 << max(0, min(attempt - 1, 16))))
  }

  /// Asks for nothing more; what is under way may end.
  package mutating func stop() { isStopped = true }
}
