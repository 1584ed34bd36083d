import Content
import Domain
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
    /// What became of the run's answer, and the state of the run that is meant.
    var standing: Standing?
    var run: RunState?
  }

  /// How far a run is, so that another state of it is told apart.
  struct RunState: Hashable, Sendable {
    var id: RunID
    var done: Int
    var errors: Int
    init(_ outputs: RunOutputs) {
      (id, done, errors) = (outputs.run.id, outputs.run.summary.done, outputs.run.summary.errors)
    }
  }

  /// A part of the cases that can be shown, and how many they are.
  struct Part: Identifiable, Hashable, Sendable {
    enum Kind: Hashable, Sendable { case all, standing(Standing), tag(String) }
    var kind: Kind
    var count: Int
    var id: String {
      switch kind {
      case .all: ""
      case .standing(let standing): standing.mark
      case .tag(let tag): "#" + tag
      }
    }
  }

  private var key: Key?
  private var places: [Int]?
  private var partsKey: Key?
  private var parts: [Part] = []

  init() {}

  /// Whether there is a part besides all cases in what was looked at last.
  var hasParts: Bool { parts.count > 1 }

  /// The cases of `set` that have the text, the tag, and an answer of a run that became of.
  mutating func rows(
    of set: EvalSet, search: TextSearch, tag: String? = nil, standing: Standing? = nil, in outputs: RunOutputs? = nil
  ) -> CaseRows {
    let wanted = Key(
      set: set.name, hash: set.hash, search: search, tag: tag, standing: standing,
      run: standing == nil ? nil : outputs.map(RunState.init))
    if wanted != key {
      let known = isNarrower(wanted) ? places : nil
      let isAll = search.isEmpty && tag == nil && standing == nil
      places = isAll ? nil : Self.find(wanted, in: set.cases, among: known, outputs)
      key = wanted
    }
    return CaseRows(cases: set.cases, places: places)
  }

  /// The parts of `set`: all cases, what became of a run's answers, then the tags, the most frequent first.
  mutating func parts(of set: EvalSet, in outputs: RunOutputs?) -> [Part] {
    let wanted = Key(set: set.name, hash: set.hash, search: TextSearch(""), run: outputs.map(RunState.init))
    if wanted != partsKey {
      var tags: [String: Int] = [:]
      var standings: [Standing: Int] = [:]
      for evalCase in set.cases {
        for tag in Set(evalCase.tags) { tags[tag, default: 0] += 1 }
        if let standing = outputs?[evalCase.id]?.standing { standings[standing, default: 0] += 1 }
      }
      parts = [Part(kind: .all, count: set.cases.count)]
      parts += Standing.allCases.compactMap { standing in
        standings[standing].map { Part(kind: .standing(standing), count: $0) }
      }
      parts += tags.map { Part(kind: .tag($0.key), count: $0.value) }.sorted { ($1.count, $0.id) < ($0.count, $1.id) }
      partsKey = wanted
    }
    return parts
  }

  private func isNarrower(_ wanted: Key) -> Bool {
    guard let key, key.set == wanted.set, key.hash == wanted.hash else { return false }
    guard key.standing == nil || key.standing == wanted.standing && key.run == wanted.run else { return false }
    return (key.tag == wanted.tag || key.tag == nil) && wanted.search.query.hasPrefix(key.search.query)
  }

  private static func find(
    _ key: Key, in cases: [EvalCase], among places: [Int]?, _ outputs: RunOutputs?
  ) -> [Int] {
    func fits(_ place: Int) -> Bool {
      let evalCase = cases[place]
      if let tag = key.tag, !evalCase.tags.contains(tag) { return false }
      if let standing = key.standing, outputs?[evalCase.id]?.standing != standing { return false }
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
