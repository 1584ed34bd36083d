import WorkbenchCore

/// What two compared runs made of each case, looked up by id; built once for each comparison.
struct CaseMarks: Sendable {
  /// Tells comparisons apart.
  private struct Key: Hashable, Sendable {
    var a: RunID
    var b: RunID
    var doneA: Int
    var doneB: Int
    var rows: Int
  }

  private var key: Key?
  private var places: [String: Int] = [:]

  init() {}

  /// Where each case stands in the comparison's rows, if the comparison is of this very set.
  mutating func update(_ comparison: Comparison?, set: EvalSet) -> Bool {
    guard let comparison, comparison.a.set == set.name, comparison.a.setHash == set.hash else { return false }
    let wanted = Key(
      a: comparison.a.id, b: comparison.b.id, doneA: comparison.a.summary.done, doneB: comparison.b.summary.done,
      rows: comparison.rows.count)
    if wanted != key {
      places = Dictionary(comparison.rows.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { $1 })
      key = wanted
    }
    return true
  }

  /// Both outputs for a case.
  func row(_ id: String, _ comparison: Comparison) -> Comparison.Row? {
    places[id].flatMap { $0 < comparison.rows.count ? comparison.rows[$0] : nil }
  }
}
