import Content

/// The options of a description, which all have known names.
///
/// Underscores in keys count as hyphens.
package struct GraderOptions {
  private let type: String
  private var members: [(key: String, written: String, value: JSONValue)] = []

  /// Takes the members of a description.
  /// - Throws: ``GraderError`` for the first key that is not among `keys` or those that all graders have.
  init(_ object: JSONObject, type: String, keys: [GraderKey]) throws(GraderError) {
    self.type = type
    let valid = (keys + GraderKey.common).map(\.name).sorted()
    for (written, value) in object where written != "type" {
      let key = String(written.map { $0 == "_" ? "-" : $0 })
      guard valid.contains(key) else {
        throw .unknownKey(written, type: type, valid: valid, nearest: Spelling.nearest(to: key, among: valid))
      }
      members.append((key, written, value))
    }
  }

  package func value(_ key: String) -> JSONValue? { members.first { $0.key == key }?.value }

  package func text(_ key: String) throws(GraderError) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw wrong(key, "a text", value) }
    return text
  }

  package func flag(_ key: String) throws(GraderError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let flag = value.bool else { throw wrong(key, "true or false", value) }
    return flag
  }

  package func number(
    _ key: String, _ expected: String, where isValid: (Double) -> Bool
  ) throws(GraderError) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.double, number.isFinite, isValid(number) else { throw wrong(key, expected, value) }
    return number
  }

  package func count(_ key: String) throws(GraderError) -> Int? {
    guard let value = value(key) else { return nil }
    guard let count = value.int, count >= 0 else { throw wrong(key, "a whole number from 0", value) }
    return count
  }

  /// The value from which an answer passes, 0 to 1.
  package func threshold(_ standard: Double) throws(GraderError) -> Double {
    try number("threshold", "a number from 0 to 1") { (0...1).contains($0) } ?? standard
  }

  /// A list of texts that are not empty, or one of them; nil without the key.
  package func texts(_ key: String) throws(GraderError) -> [String]? {
    guard let value = value(key) else { return nil }
    let texts = (value.array ?? [value]).map { $0.string ?? $0.number?.text ?? "" }
    guard !texts.isEmpty, texts.allSatisfy({ !$0.isEmpty }) else {
      throw wrong(key, "a list of texts that are not empty", value)
    }
    return texts
  }

  package func paths(_ key: String) throws(GraderError) -> [JSONPath]? {
    guard let value = value(key) else { return nil }
    var paths: [JSONPath] = []
    for entry in value.array ?? [value] {
      guard let path = entry.string.flatMap({ JSONPath($0) }) else { throw wrong(key, "a list of field names", value) }
      paths.append(path)
    }
    guard !paths.isEmpty else { throw wrong(key, "a list of at least one field name", value) }
    return paths
  }

  /// One of the names of an enumeration.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, of: Choice.Type
  ) throws(GraderError) -> Choice? {
    guard let value = value(key) else { return nil }
    guard let choice = value.string.flatMap(Choice.init) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: " or ")
      throw wrong(key, names, value)
    }
    return choice
  }

  /// What to compare with: `value` (or `values`), a field named by `expected`, or all that the case expects.
  func reference() throws(GraderError) -> GraderReference {
    let name = try text("expected")
    if let value = value("values") ?? value("value") { return .literal(value) }
    guard let name else { return .expected(JSONPath()) }
    guard let path = JSONPath(name) else { throw wrong("expected", "the name of a field", JSONValue(name)) }
    return .expected(path)
  }

  /// What to compare with, when it is one text or, with `allowsList`, a list of them, none of which is empty.
  func requirements(allowsList: Bool) throws(GraderError) -> GraderReference {
    let reference = try reference()
    guard case .literal(let value) = reference else { return reference }
    let key = self.value("values") == nil ? "value" : "values"
    let isRequirement = { (value: JSONValue) in
      switch value {
      case .string(let text): !text.isEmpty
      case .number, .bool: true
      case .null, .array, .object: false
      }
    }
    let isValid = value.array.map { allowsList && !$0.isEmpty && $0.allSatisfy(isRequirement) } ?? isRequirement(value)
    guard isValid else {
      throw wrong(key, allowsList ? "a text or a list of texts that are not empty" : "a text that is not empty", value)
    }
    return reference
  }

  package func missing(_ key: String, _ meaning: String) -> GraderError {
    .missingKey(key, type: type, meaning: meaning)
  }

  package func wrong(_ key: String, _ expected: String, _ value: JSONValue) -> GraderError {
    wrong(key, expected, found: value.excerpt)
  }

  package func wrong(_ key: String, _ expected: String, found: String) -> GraderError {
    .wrongValue(key: written(key), expected: expected, found: found)
  }

  package func flawed(_ key: String, _ language: String, _ flaw: some CustomStringConvertible) -> GraderError {
    .flawedValue(key: written(key), language: language, flaw: flaw.description)
  }

  private func written(_ key: String) -> String { members.first { $0.key == key }?.written ?? key }
}
