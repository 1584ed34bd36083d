import Content
import Testing

@testable import Grading

@Suite struct LabelTests {
  private func labels(_ spec: JSONValue, _ answer: String, expected: JSONValue?) throws -> [LabelPair] {
    try Grader(spec: spec).labels(of: AnswerText(answer), expected: expected)
  }

  @Test func anExactAnswerIsALabel() throws {
    #expect(try labels("exact", " yes\n", expected: "yes") == [LabelPair(field: nil, expected: "yes", answered: "yes")])
    #expect(try labels("exact", "no", expected: "yes") == [LabelPair(field: nil, expected: "yes", answered: "no")])
    #expect(try labels("exact", "5", expected: 5) == [LabelPair(field: nil, expected: "5", answered: "5")])
    // What counts as equal is one label.
    #expect(
      try labels(["type": "exact", "ignore-case": true], "YES", expected: "yes").first?.answered == "yes")
  }

  @Test func eachFieldHasALabel() throws {
    let spec: JSONValue = ["type": "json-equal", "fields": ["a", "b"]]
    let expected: JSONValue = ["a": "x", "b": true]
    #expect(
      try labels(spec, #"{"a":"y","b":true}"#, expected: expected)
        == [
          LabelPair(field: "a", expected: "x", answered: "y"),
          LabelPair(field: "b", expected: "true", answered: "true"),
        ])
    #expect(try labels(spec, "no JSON", expected: expected).map(\.answered) == [nil, nil])
    #expect(try labels(spec, #"{"b":{}}"#, expected: expected).map(\.answered) == [nil, nil])
    #expect(try labels("json-equal", #"{"a":"x"}"#, expected: ["a": "x"]).map(\.field) == ["a"])
  }

  @Test func aChoiceIsALabel() throws {
    #expect(
      try labels("choice", "The answer is (B).", expected: "C") == [LabelPair(field: nil, expected: "C", answered: "B")]
    )
    #expect(try labels("choice", "I don't know", expected: "C").map(\.answered) == [nil])
    #expect(try labels("choice", "B", expected: "no label").isEmpty)
  }

  @Test func textsListsAndOtherGradersHaveNone() throws {
    #expect(try labels("exact", "x", expected: .string(String(repeating: "long ", count: 20))).isEmpty)
    #expect(try labels("exact", "x", expected: "two\nlines").isEmpty)
    #expect(try labels("exact", "x", expected: ["a"]).isEmpty)
    #expect(try labels("exact", "x", expected: nil).isEmpty)
    #expect(try labels("exact", "x", expected: .null).isEmpty)
    #expect(try labels(["type": "not-exact"], "x", expected: "y").isEmpty)
    #expect(try labels("contains", "x", expected: "x").isEmpty)
    #expect(try labels(["type": "json-equal", "fields": ["a"]], #"{"a":[1]}"#, expected: ["a": [1]]).isEmpty)
    // What a long answer has in the label's place is no label.
    #expect(try labels("exact", String(repeating: "long ", count: 20), expected: "yes").first?.answered == nil)
  }
}
