/// What tuning did to general skills: the same base model without the adapter against the tuned one.
package struct Forgetting: Sendable, Hashable {
  /// What the comparison says.
  package enum State: String, Sendable, Hashable {
    /// The whole interval lies above −margin.
    case kept
    /// A loss is shown, of at least half the margin; or the whole interval lies at or below −margin.
    case lost
    /// Neither is shown.
    case unclear
  }

  /// The tuned model (candidate) against its base (baseline).
  package let comparison: PairedComparison

  /// The margin of all general cases together: 5 points.
  package static let overallMargin = 0.05
  /// The margin of a single skill: 10 points.
  package static let skillMargin = 0.1

  /// Judges a comparison of the tuned model (candidate) with its base (baseline), made with ``overallMargin`` or
  /// ``skillMargin``.
  package init(_ comparison: PairedComparison) { self.comparison = comparison }

  /// What the comparison says.
  package var state: State {
    let (interval, margin) = (comparison.interval, comparison.margin)
    if comparison.effectClass == .tooFew { return .unclear }
    if interval.low > -margin { return .kept }
    let isShown = interval.high < 0 && comparison.pValue <= comparison.alpha
    if interval.high <= -margin || (isShown && comparison.difference <= -margin / 2) { return .lost }
    return .unclear
  }
}
