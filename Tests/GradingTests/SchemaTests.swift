import Content
import Testing

@testable import Grading

@Suite struct SchemaTests {
  private func messages(_ schema: JSONValue, _ value: JSONValue) throws -> [String] {
    switch try JSONSchema(schema).verdict(on: value) {
    case .valid: []
    case .invalid(let violations): violations.map(\.description)
    case .undecided(let reason): [reason]
    }
  }

  @Test func types() throws {
    #expect(try messages(["type": "integer"], 1.0).isEmpty)
    #expect(try messages(["type": ["string", "null"]], .null).isEmpty)
    #expect(try messages(["type": "integer"], 1.5) == ["the answer is 1.5, expected type integer"])
    #expect(try messages(["type": "number"], "1") == [#"the answer is "1", expected type number"#])
    #expect(try messages(true, 1).isEmpty)
    #expect(try messages(false, 1) == ["the answer should not be there"])
  }

  @Test func objects() throws {
    let schema: JSONValue = [
      "type": "object", "required": ["a", "b"], "additionalProperties": false, "minProperties": 1, "maxProperties": 3,
      "properties": ["a": ["const": 1], "b": ["type": "string", "minLength": 2, "maxLength": 3, "pattern": "^x"]],
      "patternProperties": ["^n_": ["type": "number"]], "dependentRequired": ["b": ["a"]],
      "propertyNames": ["maxLength": 3],
    ]
    #expect(try messages(schema, ["a": 1.0, "b": "xy", "n_1": 2]).isEmpty)
    #expect(
      try messages(schema, ["b": "y", "c": 1, "n_1": "two", "long": 0]) == [
        "a is missing", "b has 1 character, expected at least 2", #"b is "y", expected to match /^x/"#,
        "c should not be there", #"n_1 is "two", expected type number"#, "long should not be there",
        #"long has a name that is not allowed: it has 4 characters, expected at most 3"#,
        "the answer has 4 members, expected at most 3", "a is missing, though b is there",
      ])
  }

  @Test func arrays() throws {
    let schema: JSONValue = [
      "prefixItems": [["type": "string"]], "items": ["type": "integer", "minimum": 0], "minItems": 2, "maxItems": 4,
      "uniqueItems": true, "contains": ["const": 7],
    ]
    #expect(try messages(schema, ["x", 7, 1]).isEmpty)
    #expect(
      try messages(schema, ["x", -1, 1, 1.0]) == [
        "[1] is -1, expected at least 0", "[3] is 1, which is already in the list",
        "the answer has 0 elements of the kind of which it needs 1",
      ])
    #expect(try messages(["minItems": 1], []) == ["the answer has 0 elements, expected at least 1"])
  }

  @Test func numbers() throws {
    let schema: JSONValue = ["exclusiveMinimum": 0, "maximum": 10, "multipleOf": 0.1]
    #expect(try messages(schema, 0.3).isEmpty)
    #expect(try messages(schema, 0) == ["the answer is 0, expected more than 0"])
    #expect(try messages(schema, 10.05).count == 2)
  }

  @Test func combinations() throws {
    let schema: JSONValue = [
      "allOf": [["required": ["a"]]], "anyOf": [["required": ["b"]], ["required": ["c"]]],
      "not": ["required": ["d"]], "if": ["properties": ["a": ["const": 1]]], "then": ["required": ["e"]],
      "else": ["required": ["f"]],
    ]
    #expect(try messages(schema, ["a": 1, "b": 1, "e": 1]).isEmpty)
    #expect(
      try messages(schema, ["a": 2, "d": 1]) == [
        "the answer fits none of 2 alternatives: b is missing",
        #"the answer is {"a": 2, "d": 1}, which the schema excludes"#, "f is missing",
      ])
    let one: JSONValue = ["oneOf": [["type": "number"], ["minimum": 5], ["type": "string"]]]
    #expect(try messages(one, 1).isEmpty)
    #expect(try messages(one, 6) == ["the answer fits 2 alternatives where only one is allowed"])
  }

  @Test func references() throws {
    let tree: JSONValue = [
      "$ref": "#/$defs/node",
      "$defs": [
        "node": ["type": "object", "properties": ["next": ["$ref": "#/$defs/node"], "v": ["type": "integer"]]]
      ],
    ]
    #expect(try messages(tree, ["next": ["next": ["v": 1]]]).isEmpty)
    #expect(try messages(tree, ["next": ["next": ["v": "1"]]]) == [#"next.next.v is "1", expected type integer"#])
  }

  @Test(arguments: [
    ##"{"$ref": "#"}"##, ##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##, ##"{"not": {"$ref": "#"}}"##,
    ##"{"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}"##,
  ])
  func schemasThatLeadBackToThemselvesAreRefused(schema: String) throws {
    let source = try JSONValue(parsing: schema)
    let flaw = #expect(throws: JSONSchema.Flaw.self) { try JSONSchema(source) }
    #expect(flaw?.message == "the schema leads back to itself without going into the value")
  }

  @Test func referencesAreUnescaped() throws {
    let schema: JSONValue = ["$ref": "#/$defs/a~1b%25c", "$defs": ["a/b%c": ["type": "string"]]]
    #expect(try messages(schema, "x").isEmpty)
    #expect(try !messages(schema, 1).isEmpty)
  }

  @Test(arguments: [
    (#"{"requird": []}"#, #"unknown keyword "requird"; did you mean "required"?"#),
    (#"{"properties": {"a": {"minLength": -1}}}"#, "properties.a.minLength: must be a whole number from 0, not -1"),
    (
      ##"{"$ref": "#/$defs/none"}"##,
      ##"$ref: must be a reference into this schema such as "#/$defs/name", not "#/$defs/none""##
    ),
    (
      #"{"pattern": "("}"#,
      #"pattern: must be a regular expression, not "(": the "(" at offset 0 is never closed: ")" is missing"#
    ),
    (
      ##"{"$ref": "https://example.com/a.json"}"##,
      #"$ref: refers to another document, "https://example.com/a.json", which is not fetched; put it below "$defs""#
    ),
    (#"{"items": [{}]}"#, "items: a schema is an object, true or false, not array"),
    (#"{"$schema": "https://example.com/mine"}"#, nil),
    ("1", "a schema is an object, true or false, not number"),
  ])
  func flaws(schema: String, message: String?) throws {
    let source = try JSONValue(parsing: schema)
    let flaw = #expect(throws: JSONSchema.Flaw.self) { try JSONSchema(source) }
    if let message { #expect(flaw?.description == message) }
  }

  @Test func unknownAnnotationsAreIgnored() throws {
    let schema = try JSONSchema([
      "x-order": 1, "format": "email", "title": "T", "colour": "red", "additionalItems": false,
    ])
    #expect(schema.verdict(on: 1) == .valid)
    #expect(
      schema.warnings.map(\.description) == [
        #"colour: "colour" is no keyword of JSON Schema and has no effect"#,
        #"additionalItems: "additionalItems" is a keyword of draft 2019-09 and has no effect in draft 2020-12"#,
      ])
  }
}
