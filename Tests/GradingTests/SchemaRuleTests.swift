import Content
import Testing

@testable import Grading

@Suite struct SchemaRuleTests {
  private func verdict(_ schema: String, _ value: String) throws -> JSONSchema.Verdict {
    try JSONSchema(JSONValue(parsing: schema)).verdict(on: JSONValue(parsing: value))
  }

  @Test(arguments: [
    (#"{"multipleOf": 0.01}"#, "4.02", true), (#"{"multipleOf": 0.01}"#, "4.025", false),
    (#"{"multipleOf": 1e-300}"#, "1e300", true), (#"{"multipleOf": 3}"#, "123456789012345678901234567890", true),
    (#"{"multipleOf": 3}"#, "123456789012345678901234567891", false),
    (#"{"multipleOf": 12345678901234567891}"#, "0", true),
    (#"{"maximum": 1e400}"#, "9e399", true), (#"{"maximum": 0.1}"#, "0.10000000000000000000001", false),
    (#"{"exclusiveMinimum": -1}"#, "-1.0", false), (#"{"type": "integer"}"#, "1e2", true),
    (#"{"type": "integer"}"#, "123456789012345678901.0", true), (#"{"type": "integer"}"#, "1.5e0", false),
    (#"{"const": 100}"#, "1e2", true), (#"{"enum": [[1.0, {"a": 2}]]}"#, #"[1, {"a": 2.0}]"#, true),
    (#"{"uniqueItems": true}"#, "[1, 1.0]", false),
    (#"{"uniqueItems": true}"#, #"[{"a":1,"b":2},{"b":2,"a":1.0}]"#, false),
    (#"{"uniqueItems": true}"#, "[0,1,2,3,4,5,6,7,8,9,1e1,true,\"1\"]", true),
    (#"{"uniqueItems": true}"#, "[0,1,2,3,4,5,6,7,8,9,1e0]", false), (#"{"maxLength": 1}"#, "\"\u{1F469}\"", true),
  ])
  func numbersAreExact(schema: String, value: String, isValid: Bool) throws {
    #expect((try verdict(schema, value) == .valid) == isValid)
  }

  @Test func textsCompareByScalars() throws {
    #expect(try verdict("{\"const\": \"e\u{301}\"}", "\"é\"") != .valid)
    #expect(try verdict("{\"required\": [\"e\u{301}\"]}", "{\"é\": 1}") != .valid)
    #expect(try verdict("{\"maxProperties\": 1}", "{\"é\": 1, \"e\u{301}\": 1}") != .valid)
  }

  @Test(arguments: [
    (#"{"requierd": ["a"]}"#, "required"), (#"{"additionalProperty": false}"#, "additionalProperties"),
    (#"{"items": {"minlength": 2}}"#, "minLength"), (#"{"$defs": {"a": {"anyOf": [{"tipe": "string"}]}}}"#, "type"),
    (##"{"$ref": "#/x/y", "x": {"y": {"patern": "a"}}}"##, "pattern"), (#"{"max": 3}"#, "maximum"),
    (#"{"dependentSchemas": {"a": {"enums": [1]}}}"#, "enum"),
    (#"{"unevaluatedProperty": false}"#, "unevaluatedProperties"),
  ])
  func nearMissesAreErrors(schema: String, meant: String) throws {
    let source = try JSONValue(parsing: schema)
    let flaw = #expect(throws: JSONSchema.Flaw.self) { try JSONSchema(source) }
    #expect(flaw?.message.hasSuffix("did you mean \"\(meant)\"?") == true)
  }

  @Test(arguments: [
    #"{"properties": {"requierd": {}, "minlength": {}}}"#, #"{"$defs": {"tipe": {}}}"#, #"{"enum": [{"tipe": 1}]}"#,
    #"{"const": {"tipe": 1}}"#, #"{"default": {"tipe": 1}}"#, #"{"examples": [{"tipe": 1}]}"#, #"{"x-tipe": 1}"#,
  ])
  func namesAreFreeWhereTheyAreNoKeywords(schema: String) throws {
    #expect(try JSONSchema(JSONValue(parsing: schema)).warnings.isEmpty)
  }

  @Test func referencesReachEveryPlace() throws {
    let anchor = ##"{"$ref": "#n", "$defs": {"a": {"$anchor": "n", "type": "null"}}}"##
    #expect(try verdict(anchor, "null") == .valid)
    #expect(try verdict(anchor, "1") != .valid)
    let embedded =
      #"{"$id": "https://e.org/a/", "items": {"$ref": "../b"}, "$defs": {"b": {"$id": "/b", "type": "null"}}}"#
    #expect(try verdict(embedded, "[null]") == .valid)
    #expect(try verdict(embedded, "[1]") != .valid)
    let meta =
      #"{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "http://json-schema.org/draft-07/schema#"}"#
    #expect(try verdict(meta, #"{"minimum": 1}"#) == .valid)
    #expect(try verdict(meta, #"{"minimum": "1"}"#) != .valid)
    let given = try JSONSchema(
      ["$ref": "https://e.org/x.json#/$defs/n"], documents: ["https://e.org/x.json": ["$defs": ["n": ["type": "null"]]]]
    )
    #expect(given.verdict(on: .null) == .valid)
    #expect(given.verdict(on: 1) != .valid)
  }

  @Test func nullable() throws {
    #expect(try verdict(#"{"type": "string", "nullable": true}"#, "null") == .valid)
    #expect(try verdict(#"{"type": "string", "nullable": false}"#, "null") != .valid)
    #expect(try verdict(#"{"type": "string", "nullable": true}"#, "1") != .valid)
  }

  @Test func limitsAreNoVerdict() throws {
    let tree = ##"{"type": "object", "properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}}"##
    let deep = try JSONValue(
      parsing: String(repeating: #"{"a": "#, count: 40) + "{}" + String(repeating: "}", count: 40))
    for schema in [tree, "{\"not\": \(tree)}"] {
      let verdict = try JSONSchema(JSONValue(parsing: schema)).verdict(on: deep, allowedSteps: 10_000)
      #expect(verdict == .undecided("the schema takes more than 10000 steps on this answer"))
    }
    let pattern = try verdict(#"{"not": {"pattern": "(a+)+$"}}"#, "\"\(String(repeating: "a", count: 50))!\"")
    #expect(pattern == .undecided("the pattern /(a+)+$/ takes too many steps on this text"))
  }

  @Test func deepAndLongAnswersAreChecked() throws {
    let list = ##"{"anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#"}}]}"##
    let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(try verdict(list, deep) == .valid)
    let long = "[" + Array(repeating: "1", count: 120_000).joined(separator: ",") + "]"
    #expect(try verdict(#"{"items": {"type": "integer"}}"#, long) == .valid)
    #expect(try verdict(#"{"not": {"items": {"type": "integer"}}}"#, long) != .valid)
  }

  @Test func formats() throws {
    let schema = #"{"format": "date"}"#
    #expect(try verdict(schema, #""2024-02-30""#) != .valid)
    #expect(try verdict(schema, "7") == .valid)
    let annotated = try JSONSchema(["format": "date"], formats: .annotate)
    #expect(annotated.verdict(on: "x") == .valid)
    let unknown = try JSONSchema(["format": "colour"])
    #expect(unknown.verdict(on: "x") == .valid)
    #expect(unknown.warnings.map(\.description) == [#"the format "colour" is unknown and not checked"#])
  }

  @Test(arguments: [
    (#"{"type": ["array", "null"]}"#, ["array", "null"]), (#"{"enum": ["a", 1]}"#, ["string", "number"]),
    (##"{"$ref": "#/$defs/a", "$defs": {"a": {"const": []}}}"##, ["array"]), (#"{"type": "integer"}"#, ["number"]),
    (#"{"oneOf": [{"type": "object"}, {"allOf": [{"type": "array"}, {}]}]}"#, ["object", "array"]),
  ])
  func kindsAtTheTop(schema: String, kinds: [String]) throws {
    #expect(try JSONSchema(JSONValue(parsing: schema)).topKinds == Set(kinds))
  }

  @Test func anythingAtTheTop() throws {
    #expect(try JSONSchema(true).topKinds == nil)
    #expect(try JSONSchema(["anyOf": [["type": "array"], ["minLength": 1]]]).topKinds == nil)
  }
}
