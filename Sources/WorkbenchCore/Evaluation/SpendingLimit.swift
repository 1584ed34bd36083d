import Domain

/// Keeps a run within its dollars, as a pure state machine: no request may be sent that could go beyond them.
///
/// What can't be seen counts with the most that it can be: requests under way, replies whose tokens the server didn't
/// count, and requests that failed after they were sent. Where nothing bounds an answer, the dearest one so far stands for
/// the most; before there is one, requests are sent one at a time.
struct SpendingLimit: Sendable {
  /// What may be spent.
  let dollars: Double
  /// The most that each request can cost; nil where nothing bounds its answer.
  private let bounds: [Double?]
  /// Dollars spent, with the most for what can't be seen.
  private(set) var spent = 0.0
  private var dearest: Double?
  private var underWay = 0
  private var reserved = 0.0
  private var unbounded = 0
  /// Dollars that others have spent of the same, or set aside.
  var elsewhere = 0.0
  /// Whether others have requests under way, which may turn out cheaper.
  var isBusyElsewhere = false

  /// - Parameter bounds: the most that each request can cost in dollars, nil where nothing bounds its answer.
  init(dollars: Double, bounds: [Double?]) {
    self.dollars = dollars
    self.bounds = bounds
  }

  /// Whether a request may be sent.
  enum Room: Sendable, Hashable {
    case enough
    /// Once requests under way have ended.
    case later
    case exhausted
  }

  private func bound(_ index: Int) -> Double? { bounds.indices.contains(index) ? bounds[index] : nil }

  /// Whether requests are under way.
  var isBusy: Bool { underWay > 0 }

  /// Dollars spent or set aside for requests under way.
  var committed: Double { spent + reserved + Double(unbounded) * (dearest ?? 0) }

  /// Whether there is room for a request.
  func room(for index: Int) -> Room { room(bound: bound(index)) }

  /// Whether there is room for a request that costs so much at most; nil where nothing bounds it.
  func room(bound: Double?) -> Room {
    let mayFree = underWay > 0 || isBusyElsewhere
    guard let next = bound ?? dearest else {
      return underWay > 0 ? .later : spent + elsewhere < dollars ? .enough : mayFree ? .later : .exhausted
    }
    if committed + elsewhere + next <= dollars * (1 + 1e-12) { return .enough }
    return mayFree ? .later : .exhausted
  }

  /// A request was sent.
  mutating func sent(_ index: Int) { sent(bound: bound(index)) }

  /// A request was sent that costs so much at most.
  mutating func sent(bound: Double?) {
    underWay += 1
    if let bound { reserved += bound } else { unbounded += 1 }
  }

  private mutating func ended(_ bound: Double?) {
    underWay -= 1
    if let bound { reserved -= bound } else { unbounded -= 1 }
    if underWay == 0 { reserved = 0 }
  }

  /// A request was answered.
  /// - Parameter cost: dollars; nil where the server didn't count.
  /// - Returns: false when neither its cost nor anything that bounds it is known: then the limit can't be kept.
  mutating func answered(_ index: Int, cost: Double?) -> Bool { answered(bound: bound(index), cost: cost) }

  /// The same for a request that costs so much at most.
  mutating func answered(bound: Double?, cost: Double?) -> Bool {
    ended(bound)
    if let cost { dearest = max(dearest ?? 0, cost) }
    guard let counted = cost ?? bound else { return false }
    spent += counted
    return true
  }

  /// A request failed.
  /// - Parameter mayBeCharged: whether the server may have charged for it.
  mutating func failed(_ index: Int, mayBeCharged: Bool) { failed(bound: bound(index), mayBeCharged: mayBeCharged) }

  /// The same for a request that costs so much at most.
  mutating func failed(bound: Double?, mayBeCharged: Bool) {
    ended(bound)
    if mayBeCharged { spent += bound ?? dearest ?? 0 }
  }
}

extension ModelFailure {
  /// Whether the server may have charged for the request all the same.
  var mayBeCharged: Bool {
    switch self {
    case .busy, .exhausted, .rejected: false
    case .unavailable, .malformed, .filtered: true
    }
  }
}
