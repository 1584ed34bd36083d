/// A JSON document or a part of one, as it was written.
///
/// Objects keep the order of their members and numbers keep their text, so that reading and writing a document loses
/// nothing. `==` compares what was written; ``matches(_:)`` compares what it means.
package enum JSONValue: Sendable, Hashable {
  /// The literal `null`.
  case null
  /// The literals `true` and `false`.
  case bool(Bool)
  /// A number with the text that it was written with.
  case number(JSONNumber)
  /// A text, with its escapes resolved.
  case string(String)
  /// An ordered list of values.
  case array([JSONValue])
  /// Members in the order in which they were written.
  case object(JSONObject)

  /// A text value.
  package init(_ value: String) { self = .string(value) }

  /// A whole number.
  package init(_ value: Int) { self = .number(JSONNumber(value)) }

  /// A number; infinities and NaN have no JSON form and become `null`.
  package init(_ value: Double) { self = JSONNumber(value).map(JSONValue.number) ?? .null }

  /// A truth value.
  package init(_ value: Bool) { self = .bool(value) }

  /// A list of values.
  package init(_ values: [JSONValue]) { self = .array(values) }

  /// Whether this is `null`.
  package var isNull: Bool { self == .null }

  /// The truth value, if this is one.
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The text, if this is one.
  package var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The number, if this is one.
  package var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }

  /// The nearest floating-point value, if this is a number.
  package var double: Double? { number?.double }

  /// The whole number, if this is a number without a fraction that fits `Int` (`1.0` and `1e2` count).
  package var int: Int? { number?.int }

  /// The elements, if this is a list.
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The members, if this is an object.
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The member called `key`, if this is an object that has it.
  package subscript(key: String) -> JSONValue? { object?[key] }

  /// The element at `index`, if this is a list that long; negative indices have no element.
  package subscript(index: Int) -> JSONValue? {
    guard case .array(let values) = self, values.indices.contains(index) else { return nil }
    return values[index]
  }

  /// The value that `path` leads to, if there is one.
  package subscript(path: JSONPath) -> JSONValue? {
    var current = self
    for step in path.steps {
      let next: JSONValue? =
        switch step {
        case .key(let key): current[key]
        case .index(let index): current[index]
        }
      guard let next else { return nil }
      current = next
    }
    return current
  }

  /// The kind of value in the words of JSON Schema: null, boolean, number, string, array or object.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// Whether both mean the same: the order of members is ignored, numbers compare by value (1 is 1.0 is 10e-1), texts
  /// by canonical equivalence ("é" may be written with one scalar or two).
  package func matches(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left.matches(right)
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.matches($1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.indices.allSatisfy { place in
          let key = left.keys[place]
          // Members mostly come in the same order.
          if ExactText.areSame(key, right.keys[place]) { return left.values[place].matches(right.values[place]) }
          return right.value(equivalentTo: key).map(left.values[place].matches) ?? false
        }
    default: false
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A text value.
  package init(stringLiteral value: String) { self.init(value) }

  /// A whole number.
  package init(integerLiteral value: Int) { self.init(value) }

  /// A number.
  package init(floatLiteral value: Double) { self.init(value) }

  /// A truth value.
  package init(booleanLiteral value: Bool) { self.init(value) }

  /// A list of values.
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// An object; when a key is given twice, the last value counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements.map { (key: $0.0, value: $0.1) }))
  }
}

extension JSONValue: CustomStringConvertible {
  /// The compact JSON text.
  package var description: String { text(.compact) }
}
