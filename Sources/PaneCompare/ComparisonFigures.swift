import Evidence
import WorkbenchCore

/// What a comparison says in numbers; kept until another one comes, since it looks at each row.
struct ComparisonFigures: Sendable {
  private var source: [Comparison.Row] = []
  private(set) var counts: [Comparison.Outcome: Int] = [:]
  private(set) var difference: PairedDifference?

  /// Nothing compared.
  init() {}

  /// Looks at each row once.
  init(_ comparison: Comparison) {
    source = comparison.rows
    for row in source { counts[row.outcome, default: 0] += 1 }
    difference = PairedDifference(source)
  }

  /// Whether it is about these rows.
  func isCurrent(_ rows: [Comparison.Row]) -> Bool { source.isSameStorage(as: rows) }

  var cases: Int { source.count }

  func count(_ outcome: Comparison.Outcome) -> Int { counts[outcome] ?? 0 }
}

/// How much better the second run scores on the same cases.
struct PairedDifference: Sendable, Hashable {
  /// B − A, of the mean score.
  var mean: Double
  /// Where the difference may well lie; nil where there are too few cases to say.
  var interval: Interval?
  /// Exact test of who is right more often, where they disagree.
  var probability: Double?
  /// Cases that only one of them got right.
  var flips: Int
  var cases: Int

  init?(_ rows: [Comparison.Row]) {
    guard !rows.isEmpty else { return nil }
    cases = rows.count
    mean = rows.reduce(0) { $0 + $1.b.value - $1.a.value } / Double(rows.count)
    flips = rows.count { $0.outcome == .onlyA || $0.outcome == .onlyB }
  }

  /// Whether the data tell the two apart.
  var isSettled: Bool { interval.map { !$0.contains(0) } ?? false }

  /// What to make of it, in words.
  var words: String {
    guard let interval else { return "too few cases to say more" }
    if !interval.contains(0) { return mean > 0 ? "B is better on these cases" : "A is better on these cases" }
    if flips == 0 { return "no case tells them apart" }
    return "not settled: \(flips) of \(cases) cases tell them apart, and not clearly one way"
  }
}
