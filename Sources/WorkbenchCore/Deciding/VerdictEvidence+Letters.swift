import Domain
import Evidence

extension VerdictEvidence {
  /// Letters of the complete variants by name; variants that share one can't be told apart on the set (Holm's method over
  /// all pairs).
  var letters: [String: String] {
    let complete = measured.filter(\.isComplete)
    guard (2...VerdictReport.mostLettered).contains(complete.count) else { return [:] }
    let letters = Leaderboard(complete.map(\.scores), margin: margin).letters
    return Dictionary(zip(complete.map(\.variant.name), letters)) { first, _ in first }
  }
}
