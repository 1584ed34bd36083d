extension JSONValue {
  /// The one form that all values with the same meaning share: members sorted by key, numbers without needless digits.
  ///
  /// `a.matches(b)` exactly when `a.canonical == b.canonical`. Its compact text is what to hash, count or vote on.
  package var canonical: JSONValue {
    switch self {
    case .null, .bool, .string: self
    case .number(let number): .number(number.canonical)
    case .array(let values): .array(values.map(\.canonical))
    case .object(let object):
      .object(
        JSONObject(object.map { (key: $0.key, value: $0.value.canonical) }.sorted { $0.key < $1.key }))
    }
  }

  /// The value in one short line, for messages: at most about 60 characters, cut in the middle of nothing but text.
  package var excerpt: String {
    let text = text(.spaced, limit: 300)
    guard text.utf8.count > 60, text.count > 60 else { return text }
    return text.prefix(56) + (string == nil ? "…" : "…\"")
  }
}
