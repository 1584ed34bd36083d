import Evidence
import NumberFormat
import WorkbenchCore

/// What a comparison says in numbers; kept until another one comes, since it looks at each row.
struct ComparisonFigures: Sendable {
  private var source: [Comparison.Row] = []
  private(set) var paired = PairedOutcomes(both: 0, onlyA: 0, onlyB: 0, neither: 0)
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
    paired = comparison.paired
    guard paired.count > 0 else { return }
    let mean = -paired.difference
    let interval = paired.swapped.interval()
    let probability = paired.pValue
    // Looking again and again while cases come in finds a winner too often, so there is none before the last.
    let isComplete = comparison.missing == 0
    let winner: Comparison.Outcome? = isComplete && probability < 0.05 ? (mean > 0 ? .onlyB : .onlyA) : nil
    difference = Difference(
      points: NumberFormat.points(mean, interval), test: "exact " + NumberFormat.pValue(probability),
      conclusion: isComplete ? Self.conclusion(paired, winner) : "not decided before all cases are in",
      verdict: winner.map { $0 == .onlyB ? "B is better" : "A is better" } ?? "not decided", winner: winner)
  }

  /// Whether it is about these rows.
  func isCurrent(_ rows: [Comparison.Row]) -> Bool { source.isSameStorage(as: rows) }

  var cases: Int { paired.count }

  func count(_ outcome: Comparison.Outcome) -> Int {
    switch outcome {
    case .bothRight: paired.both
    case .onlyA: paired.onlyA
    case .onlyB: paired.onlyB
    case .bothWrong: paired.neither
    case .unanswered, .unscored: source.count { $0.outcome == outcome }
    }
  }

  private static func conclusion(_ paired: PairedOutcomes, _ winner: Comparison.Outcome?) -> String {
    if let winner { return winner == .onlyB ? "B is better on these cases" : "A is better on these cases" }
    guard paired.discordant > 0 else { return "no case tells them apart" }
    let power = Power(discordance: Double(paired.discordant) / Double(paired.count))
    guard let least = power.detectableDifference(cases: paired.count) else {
      return "not decided: too few cases to tell"
    }
    let cases = NumberFormat.plural(paired.count, "case")
    return "not decided: \(cases) can show \(NumberFormat.points(least).dropFirst()) or more"
  }
}
