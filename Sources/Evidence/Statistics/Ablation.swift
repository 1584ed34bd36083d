/// What each section of a prompt is worth: the full prompt against the prompt without it.
package struct Ablation: Sendable, Hashable {
  /// What a section does.
  package enum Effect: String, Sendable, Hashable {
    /// The full prompt is better with it.
    case helps
    /// The full prompt is better without it.
    case harms
    /// No gain of the margin or more can come from it.
    case deadWeight = "dead-weight"
    /// None of that is shown.
    case notShown = "not-shown"

    /// What a section does, in a word or two.
    package var words: String {
      switch self {
      case .helps: "helps"
      case .harms: "harms"
      case .deadWeight: "dead weight"
      case .notShown: "not shown"
      }
    }
  }

  /// The full prompt (candidate) against the prompt without each section (baseline), adjusted together by max-t.
  package let comparisons: [PairedComparison]
  /// What each section does.
  package let effects: [Effect]
  /// The smallest effect, 0 to 1, that the cases find with 80 % power in a family of this size; nil when none.
  package let detectable: Double?

  /// Compares the full prompt with the prompt without each section.
  package init(
    full: [ScoredCase], without sections: [[ScoredCase]], measure: ScoredCase.Measure = .score,
    margin: Double = PairedComparison.defaultMargin
  ) {
    let family = ComparisonFamily(
      sections.map { (candidate: full, baseline: $0) }, measure: measure, margin: margin)
    let comparisons = family.comparisons
    self.comparisons = comparisons
    effects = comparisons.map(Self.effect)
    // The comparison whose spread is largest finds least. Where nearly no case differs there is no effect to find.
    let found = comparisons.map { comparison -> Double? in
      guard var power = comparison.power else { return nil }
      power.significance = comparison.alpha / Double(comparisons.count)
      return power.detectableDifference(cases: comparison.count)
    }
    detectable = found.compactMap { $0 }.max()
  }

  /// What a comparison of the full prompt with the prompt without a section says of the section.
  static func effect(_ comparison: PairedComparison) -> Effect {
    if comparison.effectClass == .tooFew { return .notShown }
    if comparison.pValue <= comparison.alpha { return comparison.difference > 0 ? .helps : .harms }
    return comparison.interval.high < comparison.margin ? .deadWeight : .notShown
  }

  /// Whether a section that was planted because it must help is found to help, and one that can't is not found to do
  /// anything; if not, the whole table is void.
  ///
  /// Both are apart from the family: neither is adjusted.
  package static func isSane(full: [ScoredCase], withoutHelp: [ScoredCase], withoutNothing: [ScoredCase]) -> Bool {
    let help = effect(PairedComparison(candidate: full, baseline: withoutHelp))
    let nothing = effect(PairedComparison(candidate: full, baseline: withoutNothing))
    return help == .helps && nothing != .helps && nothing != .harms
  }
}
