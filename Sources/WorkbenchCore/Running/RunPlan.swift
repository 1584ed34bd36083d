/// Which case goes next, when to try again and when to give up: the decisions of a run as a pure state machine. It knows
/// cases by index, time as seconds on any steady clock, and never waits itself.
///
/// How many requests are under way follows the server (`RequestWidth`); one that is busy or broken halves the width, once
/// for all requests that were under way together. A server that names a time gets no request before it, and minutes get no
/// more requests and tokens than the model's limits allow (`RequestPace`).
///
/// A server that has answered and then only fails is left alone for a while, then asked once (a circuit breaker): when it
/// answers, the run goes on; when it never does, the run stops and can be gone on with.
public struct RunPlan: Sendable {
  /// What to do now.
  public enum Action: Sendable, Hashable {
    /// Ask for this case; `attempt` counts from 1.
    case ask(index: Int, attempt: Int)
    /// Nothing to do until an answer comes, or until the given time.
    case wait(until: Double?)
    /// Every case is answered or given up, or the plan was stopped and nothing is under way.
    case finished
  }

  /// What came of a failure.
  public enum Decision: Sendable, Hashable {
    /// The case will be asked again.
    case again
    /// The case ends without an answer.
    case giveUp
    /// The whole run should stop: the model seems to be gone, or refuses everything. The text says why.
    case stop(String)
  }

  /// How patient a run is.
  public struct Patience: Sendable, Hashable {
    /// Attempts for one case, at least 1, while no request of the run has been answered: the server may not be there.
    public var firstAttempts = 5
    /// Attempts for one case, at least 1, once the server has answered.
    public var attempts = 8
    /// Attempts for one case while the server only asks to slow down.
    public var busyAttempts = 20
    /// Seconds of the first wait; each further one is twice as long, shortened by full jitter.
    public var firstDelay = 0.5
    /// The longest wait, in seconds.
    public var longestDelay = 30.0
    /// The longest wait that a server may ask for, in seconds.
    public var longestWait = 3600.0
    /// Failures in a row, over all cases, after which the server counts as gone.
    public var failuresInARow = 10
    /// How many times a server that has answered and is gone is asked once more, after 1, 2, 4 … seconds.
    public var probes = 7
    /// The usual patience.
    public init() {}
  }

  /// What a run may use. Spending is foreseen: no request is sent that could go beyond it (`SpendingLimit`).
  public struct Budget: Sendable, Hashable {
    /// The most requests, repeated ones included.
    public var calls: Int?
    /// The most dollars.
    public var dollars: Double?
    /// Seconds after which nothing more is sent; what is under way then may end.
    public var seconds: Double?
    /// Without limits where nil.
    public init(calls: Int? = nil, dollars: Double? = nil, seconds: Double? = nil) {
      self.calls = calls
      self.dollars = dollars
      self.seconds = seconds
    }
  }

  /// Why nothing more was sent although cases were left.
  public enum Limit: Sendable, Hashable {
    case calls, dollars, seconds
    /// What a sentence calls it.
    public var words: String {
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
    /// How many of the attempts ended with the server being busy.
    var timesBusy = 0
    /// The number of the last attempt among all that were sent.
    var sentNumber = 0
    /// Tokens that the last attempt was expected to take.
    var expectedTokens = 0.0
  }

  /// A request that will be sent again.
  private struct Waiting: Sendable {
    var index: Int
    var until: Double
  }

  private let count: Int
  private var nextPending = 0
  private var begun: [Int: Begun] = [:]
  /// By time, the last one first.
  private var waiting: [Waiting] = []
  private var failuresInARow = 0
  private var hasAnswered = false
  private var open: Int
  private let patience: Patience
  private var requestWidth: RequestWidth
  private var pace: RequestPace
  /// Counts requests, so that those sent before the last cut are known.
  private var sent = 0
  private var sentAtLastCut = 0
  private let budget: Budget
  private var spending: SpendingLimit?
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
  public private(set) var lostCount = false
  /// What of its budget the plan has used up and stopped for.
  public private(set) var limitReached: Limit?
  /// Requests under way.
  public private(set) var inFlight = 0
  /// Whether nothing new is to be asked.
  public private(set) var isStopped = false
  /// The most requests under way at once for now.
  public var width: Int { probes > 0 ? 1 : requestWidth.width }

  /// A plan for requests `0..<count`.
  /// - Parameter width: the most under way at once.
  /// - Parameter start: how many to begin with; the most where nil.
  /// - Parameter costBounds: the most that each request can cost in dollars, nil where nothing bounds its answer; only a
  ///   budget of dollars needs them.
  /// - Parameter tokens: how many tokens a request may take, prompt and answer, until answers tell.
  public init(
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
  public mutating func next(now: Double) -> Action {
    if open == 0 || isStopped { return inFlight == 0 ? .finished : .wait(until: nil) }
    guard inFlight < width else { return .wait(until: nil) }
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

  /// How many seconds no request is sent, at time `now`, because the server wants or needs it; nil when it takes some.
  public func hold(now: Double) -> Double? { heldUntil > now ? heldUntil - now : nil }

  /// Whether the server has answered before and now only fails, so that it is asked once in a while.
  public var isServerGone: Bool { probes > 0 }

  /// Sends nothing before a time that the server told with an answer.
  public mutating func hold(until time: Double) { heldUntil = max(heldUntil, time) }

  private mutating func start(_ index: Int, now: Double) -> Action {
    if begin == nil { begin = now }
    inFlight += 1
    sent += 1
    spending?.sent(index)
    let expected = tokenCounts > 0 ? tokens / Double(tokenCounts) : guessedTokens
    pace.sent(tokens: expected, now: now)
    begun[index, default: Begun()].attempts += 1
    begun[index]?.sentNumber = sent
    begun[index]?.expectedTokens = expected
    return .ask(index: index, attempt: begun[index]?.attempts ?? 1)
  }

  /// The request has its answer, at time `now`.
  /// - Parameter answer: what is to be learnt from it.
  /// - Parameter cost: what it cost in dollars, where known.
  public mutating func succeeded(
    _ index: Int, _ answer: Answer = Answer(text: ""), cost: Double? = nil, now: Double = 0
  ) {
    let isFull = inFlight >= width && nextPending < count
    failuresInARow = 0
    probes = 0
    hasAnswered = true
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
  public mutating func failed(_ index: Int, _ failure: ModelFailure, now: Double, jitter: Double) -> Decision {
    let attempts = begun[index]?.attempts ?? 1
    spending?.failed(index, mayBeCharged: failure.mayBeCharged)
    let delay: Double?
    switch failure {
    case .busy(_, let retryAfter):
      let wait = retryAfter.map { min($0, patience.longestWait) }
      delay = wait ?? backOff(attempts) * jitter
      begun[index]?.timesBusy += 1
      if let wait { hold(until: now + wait) }
      pushedBack(index)
    case .unavailable:
      delay = backOff(attempts) * jitter
      failuresInARow += 1
      if hasAnswered { pushedBack(index) }
    case .malformed:
      delay = backOff(attempts) * jitter
      failuresInARow += 1
    case .rejected:
      delay = nil
      failuresInARow += 1
    }
    var isBusy = false
    if case .busy = failure { isBusy = true }
    if failuresInARow >= limitInARow(of: failure), !isBusy {
      guard leavesAlone(after: failure, now: now) else {
        isStopped = true
        end(index)
        return .stop(failure.description)
      }
      begun[index]?.timesBusy += 1  // the request isn't to blame
    }
    let timesBusy = begun[index]?.timesBusy ?? 0
    let limit = hasAnswered ? patience.attempts : patience.firstAttempts
    guard let delay, attempts - timesBusy < limit, timesBusy < patience.busyAttempts else {
      end(index)
      return .giveUp
    }
    let until = now + delay
    let place = (waiting.lastIndex { $0.until > until } ?? -1) + 1
    waiting.insert(Waiting(index: index, until: until), at: place)
    inFlight -= 1
    return .again
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
    begun[index] = nil
    inFlight -= 1
    open -= 1
  }

  private func backOff(_ attempt: Int) -> Double {
    min(patience.longestDelay, patience.firstDelay * Double(1 << min(attempt - 1, 16)))
  }

  /// Asks for nothing more; what is under way may end.
  public mutating func stop() { isStopped = true }
}
