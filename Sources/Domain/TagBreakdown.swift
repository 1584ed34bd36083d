import Evidence

/// Two variants on the cases with one tag.
package struct TagBreakdown: Sendable, Hashable {
  /// The tag.
  package var tag: String
  /// The first variant's score; nil where none of its answers was scored.
  package var a: Estimate?
  /// The second variant's score; likewise.
  package var b: Estimate?
  /// B against A on those cases, its p-value and interval adjusted for the number of tags (Holm).
  package var pairs: PairedComparison

  /// The most tags that are broken down, the most frequent first.
  package static let mostTags = 30

  /// A breakdown for each tag, the most frequent first; empty without tags.
  package static func all(a: [ScoredCase], b: [ScoredCase], of cases: [EvalCase]) -> [TagBreakdown] {
    var places: [String: [Int]] = [:]
    for (place, evalCase) in cases.enumerated() {
      for tag in Set(evalCase.tags) { places[tag, default: []].append(place) }
    }
    let tags = places.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(mostTags)
    let pairs = tags.map { tag in
      PairedComparison(candidate: tag.value.map { b[$0] }, baseline: tag.value.map { a[$0] })
    }
    let adjusted = Holm.adjusted(pairs.map(\.rawPValue))
    return zip(tags, zip(pairs, adjusted)).map { tag, entry in
      func estimate(_ scores: [ScoredCase]) -> Estimate? {
        VariantScores(tag.value.map { scores[$0] }.filter(\.isScored)).estimate
      }
      return TagBreakdown(
        tag: tag.key, a: estimate(a), b: estimate(b),
        pairs: entry.0.adjusted(pValue: entry.1, family: tags.count))
    }
  }
}

/// Which cases of a set a person asks for.
package struct CaseSelection: Sendable, Hashable {
  /// Only cases with one of these ids; any where empty.
  package var ids: [String] = []
  /// Only cases with one of these tags; any where empty.
  package var tags: [String] = []
  /// Only cases that did not pass the last time.
  package var onlyFailed = false

  /// All cases.
  package init(ids: [String] = [], tags: [String] = [], onlyFailed: Bool = false) {
    self.ids = ids
    self.tags = tags
    self.onlyFailed = onlyFailed
  }

  /// Whether it leaves anything out.
  package var isAll: Bool { ids.isEmpty && tags.isEmpty && !onlyFailed }

  /// The ids of a set's cases that are asked for, in the set's order.
  /// - Parameter passed: the cases that passed the last time.
  /// - Throws: `WorkbenchError.input` when an id or a tag is none of the set's, or nothing is left.
  package func cases(of set: EvalSet, passed: Set<String>) throws -> [String] {
    let known = Set(set.cases.map(\.id))
    for id in ids where !known.contains(id) {
      throw WorkbenchError.input("The eval set \"\(set.name)\" (\(set.path)) has no case \"\(id)\".")
    }
    let allTags = Set(set.cases.flatMap(\.tags))
    for tag in tags where !allTags.contains(tag) {
      throw WorkbenchError.unknown("tag", tag, among: allTags.sorted())
    }
    let found = set.cases.filter { evalCase in
      (ids.isEmpty || ids.contains(evalCase.id)) && (tags.isEmpty || evalCase.tags.contains(where: tags.contains))
        && !(onlyFailed && passed.contains(evalCase.id))
    }
    guard !found.isEmpty else {
      throw WorkbenchError.input(
        onlyFailed ? "Every case that is asked for passed the last time." : "No case has all of that: leave one out.")
    }
    return found.map(\.id)
  }
}
