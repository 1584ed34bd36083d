import Content

extension SchemaKeyword {
  /// The names that `type` may have.
  static let typeNames = ["null", "boolean", "object", "array", "number", "string", "integer"]

  /// What the value should be when it is something else; schemas inside it are not looked at.
  func mismatch(_ value: JSONValue) -> String? {
    switch shape {
    case .count: value.int.map { $0 >= 0 } ?? false ? nil : "a whole number from 0"
    case .number: value.number != nil ? nil : "a number"
    case .positive:
      value.number.map { JSONNumber(0).isLess(than: $0) } ?? false ? nil : "a number above 0"
    case .boolean: value.bool != nil ? nil : "true or false"
    case .text, .pattern, .reference: value.string != nil ? nil : "a text"
    case .list: value.array != nil ? nil : "a list of values"
    case .names: Self.areNames(value) ? nil : "a list of names"
    case .nameMap: value.object?.values.allSatisfy(Self.areNames) ?? false ? nil : "an object of lists of names"
    case .types:
      Self.types(in: value).isEmpty || !Self.types(in: value).allSatisfy(Self.typeNames.contains)
        ? "one or more of " + Self.typeNames.joined(separator: ", ") : nil
    case .schemas: value.array?.isEmpty == false ? nil : "a list of schemas"
    case .schemaMap, .patternMap, .schemaOrNamesMap: value.object != nil ? nil : "an object of schemas"
    case .schema, .schemaOrSchemas, .any: nil
    }
  }

  /// The names in the value of `type`; entries that are no texts become empty ones.
  static func types(in value: JSONValue) -> [String] {
    value.string.map { [$0] } ?? value.array?.map { $0.string ?? "" } ?? []
  }

  static func areNames(_ value: JSONValue) -> Bool {
    value.array?.allSatisfy { $0.string != nil } ?? false
  }

  /// The schemas inside a value of this keyword, each with the way to it.
  func schemas(in value: JSONValue) -> [(steps: [JSONPath.Step], schema: JSONValue)] {
    switch shape {
    case .schema: return [([], value)]
    case .schemas, .schemaOrSchemas:
      guard let values = value.array else { return shape == .schemas ? [] : [([], value)] }
      return values.enumerated().map { ([.index($0.offset)], $0.element) }
    case .schemaMap, .patternMap: return (value.object ?? [:]).map { ([.key($0.key)], $0.value) }
    case .schemaOrNamesMap:
      return (value.object ?? [:]).filter { $0.value.array == nil }.map { ([.key($0.key)], $0.value) }
    default: return []
    }
  }
}
