import Domain

/// How long a server has taken no request, from its first refusal to the next answer.
struct BusySpell: Sendable {
  /// Whether a run waits no longer.
  enum End: Sendable {
    /// It waits.
    case notYet
    /// It has waited long enough, unless the server works on some request, so that an answer may come.
    case unlessItWorks
    /// It is no use to wait.
    case now
  }

  /// When it began.
  private var since: Double?

  /// Notes that the server refused a request at time `now`, and says whether a run waits for it.
  mutating func end(_ failure: ModelFailure, now: Double, _ patience: RunPlan.Patience) -> End {
    let since = since ?? now
    self.since = since
    switch failure {
    case .exhausted(_, _, isCertain: true): return .now
    case .busy(_, let wait?), .exhausted(_, let wait?, _):
      if wait > patience.longestWait { return .now }
      if now + wait - since > patience.longestWait { return .unlessItWorks }
    default: break
    }
    let longest = isUnclear(failure) ? patience.unclearWait : patience.longestWait
    return now - since >= longest ? .unlessItWorks : .notYet
  }

  /// Seconds after which another try shows that a quota of a day is meant; infinite where that is not the question.
  func secondsToClear(_ failure: ModelFailure, now: Double, _ patience: RunPlan.Patience) -> Double {
    guard isUnclear(failure), let since, since + patience.unclearWait > now else { return .infinity }
    return since + patience.unclearWait - now
  }

  private func isUnclear(_ failure: ModelFailure) -> Bool {
    if case .exhausted(_, _, isCertain: false) = failure { true } else { false }
  }
}
