import Content

/// A JSON Schema (2020-12) that answers can be checked against.
///
/// Understood are the assertions and applicators of 2020-12 except `$dynamicRef`, `unevaluatedProperties`,
/// `unevaluatedItems` and references to other documents, which are refused. `format` and the other annotations say
/// nothing about validity, as the standard has it. Lengths count Unicode scalars; patterns are in the syntax of Swift's
/// `Regex`.
public struct JSONSchema: Sendable, Hashable {
  /// Why a schema can't be used.
  public struct Flaw: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where in the schema the flaw is.
    public var path: JSONPath
    /// What is wrong and what would be right.
    public var message: String

    /// One line with place and message.
    public var description: String { path.steps.isEmpty ? message : "\(path): \(message)" }
  }

  /// One way in which a value breaks the schema.
  public struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// Where in the checked value.
    public var path: JSONPath
    /// What is wrong there, as the end of a sentence that begins with the path: `is "lo", expected …`.
    public var message: String

    /// One line with place and message.
    public var description: String { "\(path.steps.isEmpty ? "the answer" : path.description) \(message)" }
  }

  /// The schema as it was written.
  public let source: JSONValue
  /// The regular expressions in it, compiled once.
  let patterns: [String: Pattern]

  /// Takes a schema after checking that every part of it is understood.
  /// - Throws: ``Flaw`` for the first keyword that is misspelled, has a value of the wrong kind, or isn't supported.
  public init(_ source: JSONValue) throws(Flaw) {
    self.source = source
    var patterns: [String: Pattern] = [:]
    try Self.check(source, at: JSONPath(), root: source, depth: 0, &patterns)
    self.patterns = patterns
  }

  /// The kinds that the schema allows at the top, if it names them.
  var topTypes: [String]? { source["type"].map(Self.typeNames) }

  static func typeNames(_ value: JSONValue) -> [String] {
    value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
  }

  /// The part of the schema that a local reference such as `#/$defs/name` points to.
  static func resolve(_ reference: String, in root: JSONValue) -> JSONValue? {
    guard reference.hasPrefix("#") else { return nil }
    guard reference.count > 1 else { return root }
    guard reference.hasPrefix("#/") else { return nil }
    var current = root
    for part in unescaped(reference.dropFirst(2)).split(separator: "/", omittingEmptySubsequences: false) {
      let name = part.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
        .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
      guard let next = current[name] ?? Int(name).flatMap({ current[$0] }) else { return nil }
      current = next
    }
    return current
  }

  /// The text with `%25` and its like replaced by the bytes that they stand for.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

// MARK: - Checking the schema itself

extension JSONSchema {
  private enum Shape {
    case schema, schemas, schemaMap, count, number, positive, boolean, pattern, list, types, names, nameMap
    case reference, any, refused
  }

  private static let shapes: [String: Shape] = [
    "type": .types, "enum": .list, "const": .any, "properties": .schemaMap, "required": .names,
    "additionalProperties": .schema, "patternProperties": .schemaMap, "propertyNames": .schema,
    "minProperties": .count, "maxProperties": .count, "dependentRequired": .nameMap, "dependentSchemas": .schemaMap,
    "items": .schema, "prefixItems": .schemas, "contains": .schema, "minContains": .count, "maxContains": .count,
    "minItems": .count, "maxItems": .count, "uniqueItems": .boolean, "minimum": .number, "maximum": .number,
    "exclusiveMinimum": .number, "exclusiveMaximum": .number, "multipleOf": .positive, "minLength": .count,
    "maxLength": .count, "pattern": .pattern, "allOf": .schemas, "anyOf": .schemas, "oneOf": .schemas,
    "not": .schema, "if": .schema, "then": .schema, "else": .schema, "$ref": .reference, "$defs": .schemaMap,
    "definitions": .schemaMap, "$schema": .any, "$id": .any, "$comment": .any, "title": .any, "description": .any,
    "default": .any, "examples": .any, "deprecated": .any, "readOnly": .any, "writeOnly": .any, "format": .any,
    "contentEncoding": .any, "contentMediaType": .any, "contentSchema": .any, "strict": .any, "name": .any,
    "$dynamicRef": .refused, "$dynamicAnchor": .refused, "$anchor": .refused, "unevaluatedProperties": .refused,
    "unevaluatedItems": .refused, "dependencies": .refused, "additionalItems": .refused,
  ]

  private static let types = ["null", "boolean", "object", "array", "number", "string", "integer"]

  private static func check(
    _ schema: JSONValue, at path: JSONPath, root: JSONValue, depth: Int, _ patterns: inout [String: Pattern]
  ) throws(Flaw) {
    if schema.bool != nil { return }
    guard let members = schema.object else {
      throw Flaw(path: path, message: "a schema is an object, true or false, not \(schema.kind)")
    }
    guard depth < 64 else { throw Flaw(path: path, message: "the schema nests more than 64 levels deep") }
    for (key, value) in members {
      let here = path.appending(key)
      guard let shape = shapes[key] else {
        // Unknown keywords are annotations, but one that is almost a known one is a mistake.
        if let nearest = Spelling.nearest(to: key, among: shapes.keys.sorted()), abs(nearest.count - key.count) < 2,
          EditDistance.levenshtein(nearest, key) <= 2
        {
          throw Flaw(path: path, message: "unknown keyword \"\(key)\"; did you mean \"\(nearest)\"?")
        }
        continue
      }
      switch shape {
      case .schema: try check(value, at: here, root: root, depth: depth + 1, &patterns)
      case .schemas:
        guard let schemas = value.array, !schemas.isEmpty else { throw wrong(here, "a list of schemas", value) }
        for (index, schema) in schemas.enumerated() {
          try check(schema, at: here.appending(index), root: root, depth: depth + 1, &patterns)
        }
      case .schemaMap:
        guard let schemas = value.object else { throw wrong(here, "an object of schemas", value) }
        for (name, schema) in schemas {
          if key == "patternProperties" {
            guard let pattern = Pattern(name) else {
              throw wrong(here, "an object with regular expressions as keys", JSONValue(name))
            }
            patterns[name] = pattern
          }
          try check(schema, at: here.appending(name), root: root, depth: depth + 1, &patterns)
        }
      case .reference:
        guard let name = value.string, resolve(name, in: root) != nil else {
          throw wrong(here, "a reference into this schema such as \"#/$defs/name\"", value)
        }
      case .pattern:
        guard let text = value.string, let pattern = Pattern(text) else {
          throw wrong(here, "a regular expression", value)
        }
        patterns[text] = pattern
      case .refused: throw Flaw(path: path, message: "the keyword \"\(key)\" is not supported")
      default:
        if let expected = mismatch(shape, value) { throw wrong(here, expected, value) }
      }
    }
  }

  /// What a value of a keyword should be, or nil when it is that.
  private static func mismatch(_ shape: Shape, _ value: JSONValue) -> String? {
    switch shape {
    case .count: value.int.map { $0 >= 0 } ?? false ? nil : "a whole number from 0"
    case .number: value.number != nil ? nil : "a number"
    case .positive: value.double.map { $0 > 0 } ?? false ? nil : "a number above 0"
    case .boolean: value.bool != nil ? nil : "true or false"
    case .list: value.array != nil ? nil : "a list of values"
    case .names: value.array.map { $0.allSatisfy { $0.string != nil } } ?? false ? nil : "a list of names"
    case .nameMap:
      value.object.map { $0.values.allSatisfy { $0.array != nil } } ?? false ? nil : "an object of lists of names"
    case .types:
      typeNames(value).isEmpty || !typeNames(value).allSatisfy(types.contains)
        ? "one or more of " + types.joined(separator: ", ") : nil
    default: nil
    }
  }

  private static func wrong(_ path: JSONPath, _ expected: String, _ value: JSONValue) -> Flaw {
    Flaw(path: path, message: "must be \(expected), not \(value.excerpt)")
  }
}
