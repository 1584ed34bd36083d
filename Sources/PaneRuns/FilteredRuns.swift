import Domain
import Drawing
import WorkbenchCore

/// The runs that hold what was searched for, newest first.
struct FilteredRuns: Sendable {
  private var source: [Run] = []
  private var query = ""
  private var found: [Run] = []

  /// All runs, or those in whose number, variant, model, set or state each word of `query` stands.
  mutating func rows(_ runs: [Run], _ query: String) -> [Run] {
    guard !query.isEmpty else { return runs }
    // Two arrays that are one piece of memory are equal at once.
    guard query != self.query || runs != source else { return found }
    (source, self.query) = (runs, query)
    let words = query.split(separator: " ").map { TextSearch(String($0)) }
    found = runs.filter { run in
      words.allSatisfy { word in
        word.matches(run.variant.name) || run.labels.name.map(word.matches) == true || word.matches(run.set)
          || word.matches(run.variant.modelText)
          || word.matches(run.state.rawValue) || "\(run.id)" == word.query || "#\(run.id)" == word.query
      }
    }
    return found
  }
}
