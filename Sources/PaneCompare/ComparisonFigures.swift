import Domain
import Evidence
import NumberFormat
import WorkbenchCore

/// What a comparison says in numbers; kept until another one comes, since it looks at each row.
struct ComparisonFigures: Sendable {
  private var source: [Comparison.Row] = []
  private var counts: [Comparison.Outcome: Int] = [:]
  /// What the difference is, and how far it can be trusted, in pieces that fit a line together.
  private(set) var difference: Difference?

  /// B − A, in words.
  struct Difference: Sendable, Hashable {
    /// `+21 points [+9, +32]`.
    var points: String
    /// `exact p < 0.001`.
    var test: String
    /// What follows, or that nothing does, with the reason.
    var conclusion: String
    /// The same in two or three words.
    var verdict: String
    /// Which one is better, where that is shown.
    var winner: Comparison.Outcome?
  }

  /// Nothing compared.
  init() {}

  /// Looks at each row once.
  init(_ comparison: Comparison) {
    source = comparison.rows
    counts = comparison.rows.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }
    let paired = comparison.paired
    guard paired.count > 0 else { return }
    // Looking again and again while cases come in finds a winner too often, so there is none before the last.
    let isComplete = comparison.missing == 0
    // Nor where it depends on how replies that are no answer are counted.
    let isClaimable = isComplete && !comparison.pairs.disagrees
    let winner: Comparison.Outcome? =
      switch paired.effectClass {
      case .better where isClaimable: .onlyB
      case .worse where isClaimable: .onlyA
      default: nil
      }
    let conclusion = isComplete ? Self.conclusion(paired, winner) : "not decided before all cases are in"
    difference = Difference(
      points: NumberFormat.points(paired.difference, paired.interval),
      test: (paired.test == "exact McNemar" ? "exact " : "") + NumberFormat.pValue(paired.pValue),
      conclusion: Self.withNoAnswers(comparison.pairs) ?? conclusion,
      verdict: winner.map { $0 == .onlyB ? "B is better" : "A is better" }
        ?? (isClaimable && paired.effectClass == .equivalent ? "the same" : "not decided"), winner: winner)
  }

  /// Whether it is about these rows.
  func isCurrent(_ rows: [Comparison.Row]) -> Bool { source.isSameStorage(as: rows) }

  var cases: Int { Comparison.Outcome.allCases.filter(\.isDecisive).reduce(0) { $0 + count($1) } }

  func count(_ outcome: Comparison.Outcome) -> Int { counts[outcome] ?? 0 }

  /// What follows where some replies are no answer; nil where all are.
  private static func withNoAnswers(_ pairs: CautiousPairs) -> String? {
    guard pairs.noAnswers > 0 else { return nil }
    let asWrong = "\(NumberFormat.points(pairs.asWrong.difference)) with \(pairs.noAnswers) no answers as wrong"
    return pairs.disagrees ? "not decided: \(asWrong)" : asWrong
  }

  private static func conclusion(_ paired: PairedComparison, _ winner: Comparison.Outcome?) -> String {
    if let winner { return winner == .onlyB ? "B is better on these cases" : "A is better on these cases" }
    guard paired.wins + paired.losses > 0 else { return "no case tells them apart" }
    switch paired.effectClass {
    case .equivalent: return "the same within \(NumberFormat.points(paired.margin).dropFirst())"
    case .tooFew: return "not decided: \(paired.words)"
    default: break
    }
    guard let least = paired.power?.detectableDifference(cases: paired.count) else {
      return "not decided: too few cases to tell"
    }
    let cases = NumberFormat.plural(paired.count, "case")
    return "not decided: \(cases) can show \(NumberFormat.points(least).dropFirst()) or more"
  }
}
