extension JSONValue {
  /// Whether both are the same data for JSON Schema: numbers compare by value and the order of members is ignored, as in
  /// ``matches(_:)``, but texts and keys compare scalar by scalar.
  package func isIdentical(to other: JSONValue) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left.matches(right)
    case (.string(let left), .string(let right)): ExactText.areSame(left, right)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isIdentical(to: $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.allSatisfy { member in right[member.key].map(member.value.isIdentical) ?? false }
    default: false
    }
  }

  /// A text that two values share exactly when they are identical.
  package var identity: ExactText { ExactText(ordered.text()) }

  private var ordered: JSONValue {
    switch self {
    case .null, .bool, .string: self
    case .number(let number): .number(number.canonical)
    case .array(let values): .array(values.map(\.ordered))
    case .object(let object):
      .object(
        JSONObject(
          object.map { (key: $0.key, value: $0.value.ordered) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }))
    }
  }
}
