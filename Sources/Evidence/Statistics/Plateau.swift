/// Whether a prompt still gets better: the last versions of one prompt on one model and one case set, against the best
/// version before them.
package struct Plateau: Sendable, Hashable {
  /// What the last versions show. It is about steps tried, not steps possible.
  package enum State: Sendable, Hashable {
    /// Fewer versions than the window and one before it.
    case tooFewVersions
    /// One of the last versions is better than the best before them.
    case improving
    /// No gain of the margin or more is left in any of the last versions.
    case ceiling
    /// Neither: with 50 to 100 cases the usual answer.
    case unclear
  }

  /// What the last versions show.
  package let state: State
  /// How many of the last versions are looked at.
  package let window: Int
  /// The last versions (candidates) against the best version before them (baseline), oldest first; empty with too few
  /// versions.
  package let steps: [PairedComparison]
  /// For each step the p-value of a gain after Bonferroni's correction; 1 for a loss.
  package let gainPValues: [Double]
  /// How many versions there were.
  package let versions: Int
  /// The place of the best version before the last ones, from 0; nil with too few versions.
  package let champion: Int?
  /// Whether at the ceiling even the champion's score is at most one half: then it is the task, the cases or the graders
  /// to look at.
  package let isStuck: Bool

  /// How many of the last versions are looked at unless told.
  package static let usualWindow = 3

  /// Judges versions of one prompt in order of creation, each changed from its parent in one section.
  /// - Parameters:
  ///   - versions: the cases of each version, oldest first.
  ///   - window: how many of the last are looked at, at least 1.
  ///   - margin: the smallest gain that matters.
  package init(
    versions: [[ScoredCase]], window: Int = usualWindow, margin: Double = PairedComparison.defaultMargin
  ) {
    let window = max(1, window)
    guard versions.count > window else {
      self.init(steps: [], window: window, versions: versions.count, champion: nil, championScore: nil)
      return
    }
    let scores = versions.dropLast(window).map { VariantScores($0).estimate }
    let champion = scores.indices.reduce(0) { (scores[$1]?.mean ?? -1) > (scores[$0]?.mean ?? -1) ? $1 : $0 }
    self.init(
      steps: versions.suffix(window).map {
        PairedComparison(candidate: $0, baseline: versions[champion], margin: margin)
      },
      window: window, versions: versions.count, champion: champion, championScore: scores[champion])
  }

  /// Judges comparisons of the last versions with the best one before them.
  init(steps: [PairedComparison], window: Int, versions: Int, champion: Int?, championScore: Estimate?) {
    self.steps = steps
    self.window = window
    self.versions = versions
    self.champion = champion
    let gains = steps.map { $0.difference > 0 ? min(1, Double(steps.count) * $0.pValue) : 1 }
    gainPValues = gains
    if steps.isEmpty {
      state = .tooFewVersions
    } else if gains.contains(where: { $0 <= 0.05 }) {
      state = .improving
    } else {
      state = steps.allSatisfy { $0.interval.high < $0.margin } ? .ceiling : .unclear
    }
    isStuck = state == .ceiling && championScore.map { $0.interval.high <= 0.5 } ?? false
  }

  /// The largest gain that the cases could still hide in any of the last steps, 0 to 1; nil without steps.
  package var hiddenGain: Double? { steps.map { max(0, $0.interval.high) }.max() }

  /// Whether the last version is shown to be worse than the best before the window.
  package var lastIsWorse: Bool { steps.last.map { $0.interval.high < 0 } ?? false }
}
