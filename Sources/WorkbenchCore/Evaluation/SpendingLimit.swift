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

  /// Whether there is room for a request.
  func room(for index: Int) -> Room {
    guard let next = bound(index) ?? dearest else {
      return underWay > 0 ? .later : spent < dollars ? .enough : .exhausted
    }
    let all = spent + reserved + Double(unbounded) * (dearest ?? 0) + next
    if all <= dollars * (1 + 1e-12) { return .enough }
    return underWay > 0 ? .later : .exhausted
  }

  /// A request was sent.
  mutating func sent(_ index: Int) {
    underWay += 1
    if let bound = bound(index) { reserved += bound } else { unbounded += 1 }
  }

  private mutating func ended(_ index: Int) {
    underWay -= 1
    if let bound = bound(index) { reserved -= bound } else { unbounded -= 1 }
    if underWay == 0 { reserved = 0 }
  }

  /// A request was answered.
  /// - Parameter cost: dollars; nil where the server didn't count.
  /// - Returns: false when neither its cost nor anything that bounds it is known: then the limit can't be kept.
  mutating func answered(_ index: Int, cost: Double?) -> Bool {
    ended(index)
    if let cost { dearest = max(dearest ?? 0, cost) }
    guard let counted = cost ?? bound(index) else { return false }
    spent += counted
    return true
  }

  /// A request failed.
  /// - Parameter mayBeCharged: whether the server may have charged for it.
  mutating func failed(_ index: Int, mayBeCharged: Bool) {
    ended(index)
    if mayBeCharged { spent += bound(index) ?? dearest ?? 0 }
  }
}

extension ModelFailure {
  /// Whether the server may have charged for the request all the same.
  var mayBeCharged: Bool {
    switch self {
    case .busy, .exhausted, .rejected: false
    case .unavailable, .malformed: true
    }
  }
}
