/// Which case goes next, when to try again and when to give up: the decisions of a run as a pure state machine. It knows
/// cases by index, time as seconds on any steady clock, and never waits itself.
///
/// How many requests are under way follows the server: additive increase, multiplicative decrease (Chiu and Jain 1989).
/// A server that is busy halves the width, once for all requests that were under way together, and each whole round of
/// answers adds one, up to the ceiling. A server that names a time gets no request at all before it.
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
    /// Failures in a row, over all cases, after which the run stops.
    public var failuresInARow = 10
    /// The usual patience.
    public init() {}
  }

  /// What a run may use. Spending is foreseen: no request is sent that, at the mean price so far, would go beyond it.
  public struct Budget: Sendable, Hashable {
    /// The most requests, repeated ones included.
    public var calls: Int?
    /// The most dollars.
    public var dollars: Double?
    /// Without limits where nil.
    public init(calls: Int? = nil, dollars: Double? = nil) {
      self.calls = calls
      self.dollars = dollars
    }
  }

  private enum CaseState: Sendable {
    case pending, inFlight, waiting(until: Double), over
  }

  private var cases: [CaseState]
  private var attempts: [Int]
  /// How many of a case's attempts ended with the server being busy.
  private var busy: [Int: Int] = [:]
  private var nextPending = 0
  private var waiting: [Int] = []
  private var failuresInARow = 0
  private var hasAnswered = false
  private var open: Int
  private let patience: Patience
  private let ceiling: Double
  /// The most requests under way at once for now, with a fraction that grows.
  private var window: Double
  /// Counts requests, so that those sent before the last cut are known.
  private var sent = 0
  private var sentNumbers: [Int]
  private var sentAtLastCut = 0
  private let budget: Budget
  private var spent = 0.0
  private var paid = 0
  /// Whether the plan has stopped because its budget is used up.
  public private(set) var isBudgetSpent = false
  /// No request is sent before this time, because the server said so.
  private var heldUntil = -Double.infinity
  /// The most requests under way at once for now.
  public var width: Int { max(1, Int(window)) }
  /// Requests under way.
  public private(set) var inFlight = 0
  /// Whether no new case is to be asked.
  public private(set) var isStopped = false

  /// A plan for cases `0..<count`.
  /// - Parameter width: the ceiling, and what it begins with.
  public init(count: Int, width: Int, patience: Patience = Patience(), budget: Budget = Budget()) {
    cases = Array(repeating: .pending, count: count)
    attempts = Array(repeating: 0, count: count)
    sentNumbers = Array(repeating: 0, count: count)
    open = count
    ceiling = Double(max(1, width))
    window = ceiling
    self.patience = patience
    self.budget = budget
  }

  /// What to do at time `now`. Call it again after each `ask`.
  public mutating func next(now: Double) -> Action {
    if open == 0 || isStopped { return inFlight == 0 ? .finished : .wait(until: nil) }
    guard inFlight < width else { return .wait(until: nil) }
    switch allowance {
    case .granted: break
    case .notYet: return .wait(until: nil)
    case .spent:
      isBudgetSpent = true
      isStopped = true
      return inFlight == 0 ? .finished : .wait(until: nil)
    }
    guard heldUntil <= now else { return .wait(until: heldUntil) }
    var soonest: Double?
    for (position, index) in waiting.enumerated() {
      guard case .waiting(let until) = cases[index] else { continue }
      if until <= now {
        waiting.remove(at: position)
        return start(index)
      }
      soonest = min(soonest ?? until, until)
    }
    while nextPending < cases.count {
      let index = nextPending
      nextPending += 1
      if case .pending = cases[index] { return start(index) }
    }
    return .wait(until: soonest)
  }

  private enum Allowance { case granted, notYet, spent }

  /// Whether the budget has room for one more request.
  private var allowance: Allowance {
    if let calls = budget.calls, sent >= calls { return .spent }
    guard let dollars = budget.dollars else { return .granted }
    // What one costs isn't known before the first answer.
    guard paid > 0 else { return inFlight == 0 ? (dollars > 0 ? .granted : .spent) : .notYet }
    if spent + spent / Double(paid) * Double(inFlight + 1) <= dollars { return .granted }
    return inFlight == 0 ? .spent : .notYet
  }

  /// How many seconds the server still wants no request, at time `now`; nil when it takes some.
  public func hold(now: Double) -> Double? { heldUntil > now ? heldUntil - now : nil }

  private mutating func start(_ index: Int) -> Action {
    cases[index] = .inFlight
    attempts[index] += 1
    inFlight += 1
    sent += 1
    sentNumbers[index] = sent
    return .ask(index: index, attempt: attempts[index])
  }

  /// The case has its answer.
  /// - Parameter cost: what it cost in dollars, where known.
  public mutating func succeeded(_ index: Int, cost: Double? = nil) {
    failuresInARow = 0
    hasAnswered = true
    if let cost {
      spent += cost
      paid += 1
    }
    window = min(ceiling, window + 1 / window)
    end(index)
  }

  /// The case's request failed at time `now`.
  /// - Parameter jitter: 0 to 1, the share of the back-off to wait.
  public mutating func failed(_ index: Int, _ failure: ModelFailure, now: Double, jitter: Double) -> Decision {
    failuresInARow += 1
    let delay: Double?
    switch failure {
    case .busy(_, let retryAfter):
      delay = retryAfter ?? backOff(attempts[index]) * jitter
      failuresInARow -= 1  // the server is there and says so
      busy[index, default: 0] += 1
      if let retryAfter { heldUntil = max(heldUntil, now + retryAfter) }
      if sentNumbers[index] > sentAtLastCut {
        window = max(1, window / 2)
        sentAtLastCut = sent
      }
    case .unavailable, .malformed: delay = backOff(attempts[index]) * jitter
    case .rejected: delay = nil
    }
    if failuresInARow >= patience.failuresInARow {
      isStopped = true
      end(index)
      return .stop(failure.description)
    }
    let timesBusy = busy[index] ?? 0
    let limit = hasAnswered ? patience.attempts : patience.firstAttempts
    guard let delay, attempts[index] - timesBusy < limit, timesBusy < patience.busyAttempts else {
      end(index)
      return .giveUp
    }
    cases[index] = .waiting(until: now + delay)
    waiting.append(index)
    inFlight -= 1
    return .again
  }

  private mutating func end(_ index: Int) {
    cases[index] = .over
    inFlight -= 1
    open -= 1
  }

  private func backOff(_ attempt: Int) -> Double {
    min(patience.longestDelay, patience.firstDelay * Double(1 << min(attempt - 1, 16)))
  }

  /// Asks for nothing more; what is under way may end.
  public mutating func stop() { isStopped = true }
}
