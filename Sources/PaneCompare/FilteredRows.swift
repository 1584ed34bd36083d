import Content
import Domain
import Drawing
import WorkbenchCore

/// The rows of a comparison that pass a filter and hold a text, in the comparison's order.
///
/// It keeps the array it was made from, so that asking whether it is still right takes no look at the rows.
struct FilteredRows: RandomAccessCollection, Sendable {
  private let source: [Comparison.Row]
  private let places: [Int]?  // nil: all of them
  let filter: CompareFilter
  let query: String

  /// No rows.
  init() {
    source = []
    places = nil
    filter = .all
    query = ""
  }

  /// Looks at each row once.
  init(_ rows: [Comparison.Row], filter: CompareFilter, query: String) {
    source = rows
    self.filter = filter
    self.query = query
    guard filter != .all || !query.isEmpty else {
      places = nil
      return
    }
    let search = TextSearch(query)
    places = rows.indices.filter { filter.includes(rows[$0]) && search.matches(rows[$0]) }
  }

  var startIndex: Int { 0 }
  var endIndex: Int { places?.count ?? source.count }
  subscript(position: Int) -> Comparison.Row { source[places?[position] ?? position] }

  /// Whether it is what these would give, without looking at rows.
  func isCurrent(_ rows: [Comparison.Row], filter: CompareFilter, query: String) -> Bool {
    filter == self.filter && query == self.query && source.isSameStorage(as: rows)
  }
}

extension Array {
  /// Whether both are one piece of memory: then they are equal. The other way round it says nothing.
  func isSameStorage(as other: [Element]) -> Bool {
    guard count == other.count else { return false }
    return withUnsafeBufferPointer { left in
      other.withUnsafeBufferPointer { right in left.baseAddress == right.baseAddress }
    }
  }
}

extension TextSearch {
  /// Whether it stands in a text, number or word of a document.
  func matches(_ value: JSONValue) -> Bool {
    switch value {
    case .string(let text): matches(text)
    case .number(let number): matches(number.text)
    case .bool(let flag): matches(flag ? "true" : "false")
    case .null: matches("null")
    case .array(let values): values.contains { matches($0) }
    case .object(let object): object.values.contains { matches($0) }
    }
  }

  /// Whether the case, what is expected or one of the answers holds the text.
  func matches(_ row: Comparison.Row) -> Bool {
    matches(row.evalCase.id) || row.evalCase.tags.contains { matches($0) } || matches(row.evalCase.input)
      || row.evalCase.expected.map { matches($0) } ?? false || matches(row.a.answer?.text ?? row.a.failure ?? "")
      || matches(row.b.answer?.text ?? row.b.failure ?? "")
  }
}
