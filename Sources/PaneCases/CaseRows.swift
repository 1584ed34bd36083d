import Content
import Drawing
import WorkbenchCore

/// The cases that are shown: those of a set at some places, without copying any.
struct CaseRows: RandomAccessCollection, Sendable {
  var cases: [EvalCase] = []
  /// Places in `cases`, in order; all where nil.
  var places: [Int]?

  var startIndex: Int { 0 }
  var endIndex: Int { places?.count ?? cases.count }
  subscript(index: Int) -> EvalCase { cases[places?[index] ?? index] }
}

/// Which cases are shown. Looking through all of them happens once for each set, query and tag, not for each frame; a
/// query that only grew looks through the cases found before.
struct CaseFilter: Sendable {
  /// What decides the result.
  struct Key: Hashable, Sendable {
    var set: String
    var hash: ContentHash
    var search: TextSearch
    var tag: String?
  }

  /// A tag and how many cases have it.
  struct TagCount: Identifiable, Hashable, Sendable {
    /// Nil for all cases.
    var tag: String?
    var count: Int
    var id: String { tag.map { "#\($0)" } ?? "" }
  }

  private var key: Key?
  private var places: [Int]?
  private var tagKey: Key?
  private var tagCounts: [TagCount] = []

  init() {}

  /// Whether a case of the set looked at last has a tag.
  var hasTags: Bool { tagCounts.count > 1 }

  /// The cases of `set` that have the tag and the text.
  mutating func rows(of set: EvalSet, search: TextSearch, tag: String?) -> CaseRows {
    let wanted = Key(set: set.name, hash: set.hash, search: search, tag: tag)
    if wanted != key {
      let known = isNarrower(wanted) ? places : nil
      places = search.isEmpty && tag == nil ? nil : Self.find(wanted, in: set.cases, among: known)
      key = wanted
    }
    return CaseRows(cases: set.cases, places: places)
  }

  /// All tags of `set`, the most frequent first, after an entry for all cases.
  mutating func tags(of set: EvalSet) -> [TagCount] {
    let wanted = Key(set: set.name, hash: set.hash, search: TextSearch(""), tag: nil)
    if wanted != tagKey {
      var counts: [String: Int] = [:]
      for evalCase in set.cases { for tag in Set(evalCase.tags) { counts[tag, default: 0] += 1 } }
      let sorted = counts.map { TagCount(tag: $0.key, count: $0.value) }
        .sorted { ($1.count, $0.id) < ($0.count, $1.id) }
      tagCounts = [TagCount(tag: nil, count: set.cases.count)] + sorted
      tagKey = wanted
    }
    return tagCounts
  }

  private func isNarrower(_ wanted: Key) -> Bool {
    guard let key, key.set == wanted.set, key.hash == wanted.hash else { return false }
    return (key.tag == wanted.tag || key.tag == nil) && wanted.search.query.hasPrefix(key.search.query)
  }

  private static func find(_ key: Key, in cases: [EvalCase], among places: [Int]?) -> [Int] {
    func fits(_ place: Int) -> Bool {
      let evalCase = cases[place]
      if let tag = key.tag, !evalCase.tags.contains(tag) { return false }
      if key.search.isEmpty || key.search.matches(evalCase.id) { return true }
      return contains(evalCase.input, key.search) || evalCase.expected.map { contains($0, key.search) } ?? false
    }
    return (places ?? Array(cases.indices)).filter(fits)
  }

  /// Whether a key, a text or another value of the document has it.
  private static func contains(_ value: JSONValue, _ search: TextSearch) -> Bool {
    switch value {
    case .null: search.matches("null")
    case .bool(let value): search.matches(value ? "true" : "false")
    case .number(let number): search.matches(number.text)
    case .string(let text): search.matches(text)
    case .array(let values): values.contains { contains($0, search) }
    case .object(let object): object.values.contains { contains($0, search) }
    }
  }
}
