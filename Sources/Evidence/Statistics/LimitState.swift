/// Where a measured share stands to a limit, as a claim: by Clopper and Pearson's interval.
package enum LimitState: String, Sendable, Hashable {
  /// The whole interval lies at or below the limit.
  case met
  /// The whole interval lies above it.
  case broken
  /// The cases don't decide it.
  case open
}

extension Proportion {
  /// Whether at most so large a share, 0 to 1, has the property.
  ///
  /// "95 % of the answers take at most two seconds" is the question whether at most 5 % take longer; 72 answers of which
  /// none does are the fewest that meet it.
  package func limit(_ share: Double) -> LimitState {
    let interval = guaranteed()
    return interval.high <= share ? .met : interval.low > share ? .broken : .open
  }
}
