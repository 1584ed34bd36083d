/// Where two JSON values differ in meaning, path by path.
package struct JSONDifference: Sendable, Hashable {
  /// A place where they differ.
  package struct Change: Sendable, Hashable {
    /// The place; lists are compared index by index.
    package var path: JSONPath
    /// What the first value has there; nil when it has nothing.
    package var first: JSONValue?
    /// What the second value has there; nil when it has nothing.
    package var second: JSONValue?

    /// A place with both values.
    package init(path: JSONPath, first: JSONValue?, second: JSONValue?) {
      self.path = path
      self.first = first
      self.second = second
    }
  }

  /// The deepest places that differ, in the order of the first value, then what only the second has.
  package let changes: [Change]

  /// Compares by meaning, as ``JSONValue/matches(_:)`` does.
  package init(from first: JSONValue, to second: JSONValue) {
    var changes: [Change] = []
    Self.compare(first, second, JSONPath(), &changes)
    self.changes = changes
  }

  private static func compare(_ first: JSONValue, _ second: JSONValue, _ path: JSONPath, _ changes: inout [Change]) {
    switch (first, second) {
    case (.object(let left), .object(let right)):
      for (key, value) in left {
        let here = path.appending(key)
        if let other = right[key] {
          compare(value, other, here, &changes)
        } else {
          changes.append(Change(path: here, first: value, second: nil))
        }
      }
      for (key, value) in right where left[key] == nil {
        changes.append(Change(path: path.appending(key), first: nil, second: value))
      }
    case (.array(let left), .array(let right)):
      for index in 0..<max(left.count, right.count) {
        let here = path.appending(index)
        if index < left.count, index < right.count {
          compare(left[index], right[index], here, &changes)
        } else {
          changes.append(Change(path: here, first: first[index], second: second[index]))
        }
      }
    default:
      if !first.matches(second) { changes.append(Change(path: path, first: first, second: second)) }
    }
  }
}
