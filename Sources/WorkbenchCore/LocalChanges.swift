import Domain

/// Which rows of the store this process has changed in its snapshot, and when. What was read from the store before a change
/// doesn't take the changed row's place.
struct LocalChanges<ID: Hashable & Sendable>: Sendable {
  /// How many changes there were so far.
  private(set) var count = 0
  /// The number of each row's last change.
  private var last: [ID: Int] = [:]

  /// Notes a change.
  mutating func note(_ id: ID) {
    count += 1
    last[id] = count
  }

  /// Rows read from the store, with those of `known` in their place that were changed since, or that are newer than all
  /// that was read.
  /// - Parameter start: `count` before reading began.
  func merged<Row: Identifiable>(_ rows: [Row], with known: [Row], since start: Int) -> [Row] where Row.ID == ID {
    guard count > start else { return rows }
    let changed = known.filter { last[$0.id, default: 0] > start }
    guard !changed.isEmpty else { return rows }
    let own = Dictionary(changed.map { ($0.id, $0) }) { first, _ in first }
    let read = Set(rows.map(\.id))
    return changed.filter { !read.contains($0.id) } + rows.map { own[$0.id] ?? $0 }
  }
}
