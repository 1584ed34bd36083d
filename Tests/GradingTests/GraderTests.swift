import Content
import Testing

@testable import Grading

@Suite struct GraderTests {
  /// Makes a grader from JSON text and judges one answer.
  private func score(
    _ spec: String, _ answer: String, expected: JSONValue? = nil, input: JSONValue = [:]
  ) throws -> Score {
    try Grader(spec: JSONValue(parsing: spec)).grade(answer: answer, expected: expected, input: input)
  }

  @Test func exact() throws {
    let spec = #"{"type": "exact", "expected": "label"}"#
    #expect(try score(spec, " urgent\n", expected: ["label": "urgent"]).passed == true)
    let wrong = try score(spec, "low", expected: ["label": "urgent"])
    #expect(wrong.passed == false)
    #expect(wrong.value == 0)
    #expect(wrong.reason == #"the answer is "low", expected "urgent""#)
    #expect(try score(spec, "x", expected: ["other": 1]).reason == #"what the case expects has no "label""#)
    #expect(try score(spec, "x").reason == "the case does not say what is expected")
    #expect(try score(#""exact""#, "42", expected: 42).passed == true)
    #expect(try score(#""exact""#, #"{"b": 1.0, "a": 2}"#, expected: ["a": 2, "b": 1]).passed == true)
    #expect(try score(#"{"type": "exact", "value": "YES", "ignore_case": true}"#, "yes").passed == true)
    #expect(try score(#"{"type": "exact", "value": "a", "trim": false}"#, "a ").passed == false)
    #expect(
      try score(#"{"type": "equals", "value": "Hi {{ user.name }}"}"#, "Hi Ann", input: ["user": ["name": "Ann"]])
        .passed == true)
  }

  @Test func contains() throws {
    #expect(try score(#"{"type": "contains", "value": "b"}"#, "abc").passed == true)
    #expect(try score(#"{"type": "contains", "value": "B"}"#, "abc").passed == false)
    #expect(try score(#"{"type": "icontains", "value": "B"}"#, "abc").passed == true)
    #expect(try score(#"{"type": "contains-any", "values": ["x", "c"]}"#, "abc").reason == #"the answer contains "c""#)
    let whole = try score(#"{"type": "contains-all", "value": ["a", "x"], "all-or-nothing": true}"#, "abc")
    #expect(whole.value == 0 && whole.passed == false)
    let part = try score(#"{"type": "contains-all", "value": ["a", "x", "c", "y"]}"#, "abc")
    #expect(part.value == 0.5)
    #expect(part.passed == false)
    #expect(part.reason == #"the answer does not contain "x", "y""#)
    #expect(
      try score(#"{"type": "contains-all", "expected": "words"}"#, "a b", expected: ["words": ["b", "a"]]).passed
        == true)
    #expect(try score(#"{"type": "starts-with", "value": "ab"}"#, "abc").passed == true)
    #expect(try score(#"{"type": "starts-with", "value": "b"}"#, "abc").passed == false)
  }

  @Test func regex() throws {
    #expect(try score(#"{"type": "regex", "pattern": "^\\d{4}-\\d\\d$"}"#, "2026-11").passed == true)
    #expect(try score(#"{"type": "regex", "pattern": "^\\d+$"}"#, "12\nab").passed == false)
    #expect(try score(#"{"type": "regex", "value": "abc", "ignore-case": true}"#, "xABCx").passed == true)
  }

  @Test func negation() throws {
    let must = try score(#"{"type": "not-contains", "value": "sorry"}"#, "I am sorry")
    #expect(must.passed == false)
    #expect(must.value == 0)
    #expect(must.reason == #"the answer contains "sorry", which must not be so"#)
    #expect(try score(#"{"type": "contains", "not": true, "value": "sorry"}"#, "fine").value == 1)
    #expect(try score(#"{"type": "not-contains", "not": true, "value": "a"}"#, "a").passed == true)
    #expect(try score(#"{"type": "not-exact"}"#, "a").isUnscored)
  }

  @Test func jsonEqual() throws {
    let spec = #"{"type": "json-equal", "fields": ["category", "priority"]}"#
    let expected: JSONValue = ["category": "billing", "priority": "urgent", "note": "any"]
    let wrong = try score(spec, #"{"priority": "low", "category": "billing"}"#, expected: expected)
    #expect(wrong.passed == false)
    #expect(wrong.value == 0)
    #expect(wrong.reason == #"priority is "low", expected "urgent""#)
    #expect(wrong.fields.map(\.passed) == [true, false])
    #expect(wrong.fields[1].found == "low")
    #expect(try score(spec, #"{"priority":"urgent","category":"billing","x":1}"#, expected: expected).passed == true)
    #expect(
      try score(spec, #"{"priority":"urgent"}"#, expected: expected).reason
        == #"category is missing, expected "billing""#)
    let fenced = try score(
      spec, "Sure:\n```json\n{\"priority\":\"urgent\",\"category\":\"billing\"}\n```", expected: expected)
    #expect(fenced.passed == true)
    #expect(fenced.reason == "all 2 fields are as expected (in a Markdown fence)")
    let strict = #"{"type": "json-equal", "fields": "priority", "extract": false}"#
    #expect(
      try score(strict, "Sure: {\"priority\":\"urgent\"}", expected: expected).reason
        == "the answer is not JSON: line 1, column 1: expected a JSON value, found \"Sure\"")
    let part = #"{"type": "json-equal", "fields": ["category", "priority"], "partial": true}"#
    #expect(try score(part, #"{"priority":"urgent"}"#, expected: expected).value == 0.5)
    #expect(try score(#""json-equal""#, #"{"a":1.0}"#, expected: ["a": 1]).passed == true)
    #expect(try score(#""json-equal""#, "[1, 2]", expected: [1, 2]).passed == true)
    #expect(
      try score(#"{"type":"json-equal","fields":["a.b[1]"]}"#, #"{"a":{"b":[0,7]}}"#, expected: ["a": ["b": [1, 7]]])
        .passed == true)
  }

  @Test func jsonForms() throws {
    #expect(try score(#""json-valid""#, "[1]").passed == true)
    #expect(try score(#""is-json""#, "```json\n{}\n```").passed == false)
    #expect(try score(#""contains-json""#, "x {\"a\": 1} y").passed == true)
    #expect(try score(#""contains-json""#, "nothing").passed == false)
    let schema =
      #"{"type": "json-schema", "schema": {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x"]}}}}"#
    #expect(try score(schema, #"{"a": "x"}"#).passed == true)
    let wrong = try score(schema, #"{"a": "y"}"#)
    #expect(wrong.reason == #"a is "y", expected one of "x""#)
    #expect(wrong.fields.map(\.path) == ["a"])
    #expect(try score(#"{"type": "is-json", "value": {"required": ["a"]}}"#, "{}").reason == "a is missing")
  }

  @Test func distanceAndWords() throws {
    let near = try score(#"{"type": "levenshtein", "threshold": 3}"#, "sitting", expected: "kitten")
    #expect(near.passed == true)
    #expect(near.value == 1)
    #expect(near.reason == "the answer is 3 edits away from what is expected, allowed are 3")
    #expect(try score(#"{"type": "levenshtein", "threshold": 2}"#, "sitting", expected: "kitten").passed == false)
    #expect(try score(#"{"type": "word-count", "max": 3}"#, "one two  three\n").passed == true)
    #expect(
      try score(#"{"type": "word-count", "min": 2, "max": 3}"#, "one").reason
        == "the answer has 1 word, expected 2 to 3")
    #expect(try score(#"{"type": "word-count", "value": {"min": 1}}"#, "one").passed == true)
  }

  @Test(arguments: [
    (#"7"#, #"a grader is an object with a "type", such as { type: exact }, not 7"#),
    (#"{"typ": "exact"}"#, #"a grader is an object with a "type", such as { type: exact }, not one with "typ""#),
    (#"{"type": "jsn-equal"}"#, #"unknown grader type "jsn-equal"; did you mean "json-equal"?"#),
    (
      #"{"type": "json-equal", "feilds": ["a"]}"#,
      #"a grader of type "json-equal" has no "feilds"; did you mean "fields"?"#
    ),
    (#"{"type": "json-equal", "fields": [1]}"#, #""fields" must be a list of field names, not [1]"#),
    (#"{"type": "exact", "weight": -1}"#, #""weight" must be a number from 0, not -1"#),
    (#"{"type": "exact", "ignore-case": "yes"}"#, #""ignore-case" must be true or false, not "yes""#),
    (
      #"{"type": "regex"}"#,
      #"a grader of type "regex" needs "pattern": a regular expression to look for in the answer"#
    ),
    (
      #"{"type": "regex", "pattern": "("}"#,
      #""pattern" is not a valid regular expression: the "(" at offset 0 is never closed: ")" is missing"#
    ),
    (
      #"{"type": "word-count"}"#,
      #"a grader of type "word-count" needs "max": the most words that the answer may have (or "min", from 1)"#
    ),
    (#"{"type": "word-count", "min": 3, "max": 2}"#, #""max" must be at least "min" (3), not 2"#),
    (#"{"type": "word-count", "max": 2.5}"#, #""max" must be a whole number from 0, not 2.5"#),
    (
      #"{"type": "json-schema", "schema": {"type": "objet"}}"#,
      #""schema" is not a valid JSON Schema: type: must be one or more of null, boolean, object, array, number, string, integer, not "objet""#
    ),
    (
      #"{"type": "llm-rubric"}"#,
      #"grader type "llm-rubric" needs a model or a program and is not run here; remove it or use another type"#
    ),
  ])
  func errorsSayWhatToDo(spec: String, message: String) throws {
    let value = try JSONValue(parsing: spec)
    let error = #expect(throws: GraderError.self) { try Grader(spec: value) }
    #expect(error?.description == message)
  }

  @Test func format() throws {
    let equal = try GraderSet(specs: [["type": "json-equal"]])
    #expect(equal.graders[0].judgesFormat)
    #expect(equal.formatIsValid(#" {"a": 1} "#))
    #expect(!equal.formatIsValid("[1]", expected: ["a": 1]))
    #expect(!equal.formatIsValid("```json\n{}\n```"))
    let list = try GraderSet(specs: [["type": "json-schema", "schema": ["type": "array"]]])
    #expect(list.formatIsValid("[]"))
    #expect(!list.formatIsValid("{}"))
    let contained = try GraderSet(specs: ["contains-json"])
    #expect(contained.formatIsValid("It is [1]."))
    #expect(!contained.formatIsValid("It is [1"))
    let fields = try GraderSet(specs: [["type": "json-equal", "fields": ["a"]]])
    #expect(!fields.formatIsValid("[1]"))
    #expect(fields.formatIsValid("<think>{</think>{}"))
    #expect(!Grader.exact.judgesFormat)
    #expect(GraderSet().formatIsValid("x"))
    #expect(!GraderSet().formatIsValid(" \n"))
  }

  @Test func setsWeighTheirGraders() throws {
    let set = try GraderSet(specs: [
      ["type": "json-equal", "fields": ["a"], "weight": 3], ["type": "contains", "value": "z"],
      ["type": "word-count", "max": 0, "weight": 0, "name": "short"],
    ])
    let grade = set.grade(answer: #"{"a": 1}"#, expected: ["a": 1])
    #expect(grade.value == 0.75)
    #expect(grade.passed == false)
    #expect(grade.formatIsValid)
    #expect(grade.scores.map(\.grader) == ["json-equal", "contains", "short"])
    #expect(grade.reason == #"the answer does not contain "z"; the answer has 2 words, expected at most 0"#)
    #expect(set.grade(answer: #"{"a": 1, "b": "z"}"#, expected: ["a": 1]).passed == true)
    #expect(GraderSet().grade(answer: "yes", expected: "yes").passed == true)
    #expect(!GraderSet().grade(answer: "", expected: "yes").formatIsValid)
  }
}
