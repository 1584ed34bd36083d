import Content

/// One compiled schema; others are named by their place in ``CompiledSchema/nodes``.
final class SchemaNode: Sendable {
  let rules: SchemaRules

  init(_ rules: SchemaRules) { self.rules = rules }
}

/// What a schema asks for, with everything looked up and compiled that does not depend on the value.
struct SchemaRules: Sendable {
  /// The number of another schema.
  typealias ID = Int

  /// A schema that is named by a reference.
  enum Reference: Sendable {
    case schema(ID)
    /// The outermost schema with this dynamic anchor on the way to here.
    case dynamic(anchor: String, initial: ID)
    /// The outermost resource on the way to here that is open for recursion.
    case recursive(initial: ID)
  }

  /// The document or embedded resource that the schema stands in.
  var resource = 0
  /// The schema that this one only refers to.
  var alias: ID?
  /// Whether nothing is valid.
  var isFalse = false
  var types: SchemaTypes?
  var choices: SchemaChoices?
  var constant: JSONValue?
  var references: [Reference] = []
  var allOf: [ID] = []
  var anyOf: [ID] = []
  var oneOf: [ID] = []
  var excluded: ID?
  var condition: ID?
  var consequence: ID?
  var alternative: ID?
  var object: ObjectRules?
  var array: ArrayRules?
  var number: NumberRules?
  var text: TextRules?
  var unevaluatedProperties: ID?
  var unevaluatedItems: ID?

  struct ObjectRules: Sendable {
    var required: [String] = []
    var properties: [ExactText: ID] = [:]
    var patterns: [(pattern: Pattern, schema: ID)] = []
    var additional: ID?
    var names: ID?
    var minimum: Int?
    var maximum: Int?
    var dependentNames: [(name: String, others: [String])] = []
    var dependentSchemas: [(name: String, schema: ID)] = []
  }

  struct ArrayRules: Sendable {
    var prefix: [ID] = []
    var rest: ID?
    var contains: ID?
    var minimumContained: Int?
    var maximumContained: Int?
    /// Whether elements that `contains` finds count as evaluated, as from 2020-12 on.
    var containsEvaluates = false
    var minimum: Int?
    var maximum: Int?
    var isUnique = false
  }

  struct NumberRules: Sendable {
    var minimum: JSONNumber?
    var maximum: JSONNumber?
    var exclusiveMinimum: JSONNumber?
    var exclusiveMaximum: JSONNumber?
    var step: JSONNumber?
  }

  struct TextRules: Sendable {
    var minimum: Int?
    var maximum: Int?
    var pattern: Pattern?
    var format: SchemaFormat?
  }
}

/// The values in `enum`.
struct SchemaChoices: Sendable {
  let values: [JSONValue]
  /// Those that are texts, since there may be thousands.
  private let texts: Set<ExactText>

  init(_ values: [JSONValue]) {
    self.values = values
    texts = Set(values.compactMap(\.string).map(ExactText.init))
  }

  /// Whether a value is one of them.
  func include(_ value: JSONValue) -> Bool {
    if case .string(let text) = value { return texts.contains(ExactText(text)) }
    return values.contains { $0.isIdentical(to: value) }
  }

  /// The first 20 of them, for messages.
  var list: String {
    let shown = values.prefix(20).map(\.excerpt).joined(separator: ", ")
    return values.count > 20 ? "\(shown) and \(values.count - 20) more" : shown
  }
}

/// The names in `type`.
struct SchemaTypes: OptionSet, Sendable {
  let rawValue: UInt8

  static let null = SchemaTypes(rawValue: 1)
  static let boolean = SchemaTypes(rawValue: 2)
  static let object = SchemaTypes(rawValue: 4)
  static let array = SchemaTypes(rawValue: 8)
  static let number = SchemaTypes(rawValue: 16)
  static let string = SchemaTypes(rawValue: 32)
  static let integer = SchemaTypes(rawValue: 64)
  /// An integer written without a decimal point, the only one in draft 4.
  static let plainInteger = SchemaTypes(rawValue: 128)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The types with these names.
  init(_ names: [String], in draft: SchemaDraft) {
    self = []
    for name in names {
      switch name {
      case "null": insert(.null)
      case "boolean": insert(.boolean)
      case "object": insert(.object)
      case "array": insert(.array)
      case "number": insert(.number)
      case "string": insert(.string)
      default: insert(draft == .draft4 ? .plainInteger : .integer)
      }
    }
  }

  /// Whether a value is of one of the types.
  func include(_ value: JSONValue) -> Bool {
    switch value {
    case .null: return contains(.null)
    case .bool: return contains(.boolean)
    case .object: return contains(.object)
    case .array: return contains(.array)
    case .string: return contains(.string)
    case .number(let number):
      if contains(.number) { return true }
      if contains(.integer) { return number.isInteger }
      return contains(.plainInteger) && number.isInteger && !number.text.utf8.contains(UInt8(ascii: "."))
    }
  }

  /// The names, in the order of ``SchemaKeyword/typeNames``.
  var names: [String] {
    let bits: [SchemaTypes] = [.null, .boolean, .object, .array, .number, .string, .integer]
    let plain = contains(.plainInteger) ? ["integer"] : []
    return zip(bits, SchemaKeyword.typeNames).filter { contains($0.0) }.map(\.1) + plain
  }
}

/// A schema with all that it refers to.
struct CompiledSchema: Sendable {
  var nodes: [SchemaNode] = []
  var root: SchemaRules.ID = 0
  /// For each dynamic anchor, the schema that bears it in each resource.
  var dynamicAnchors: [String: [Int: SchemaRules.ID]] = [:]
  /// The resources that are open for recursion (`$recursiveAnchor`), with their schemas.
  var recursiveAnchors: [Int: SchemaRules.ID] = [:]

  /// Whether validation must remember which resources it went through.
  var tracksScope: Bool { !dynamicAnchors.isEmpty || !recursiveAnchors.isEmpty }
}
