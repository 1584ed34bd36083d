import Testing

@testable import Content

@Suite struct ExactnessTests {
  private func number(_ text: String) throws -> JSONNumber { try #require(try JSONValue(parsing: text).number) }

  @Test(arguments: [
    ("9007199254740992", "9007199254740993"), ("-2", "-1"), ("-1", "0"), ("0.1", "0.10000000000000000001"),
    ("1e-400", "1e-399"), ("-1e400", "1e-400"), ("99999999999999999999", "1e20"), ("0", "1e-999999999999"),
    ("-1e20", "-99999999999999999999"), ("1.05", "1.1"), ("0.000000000000001", "999999999999999"),
  ])
  func numbersCompareExactly(small: String, large: String) throws {
    #expect(try number(small).isLess(than: number(large)))
    #expect(try !number(large).isLess(than: number(small)))
    #expect(try !number(small).isLess(than: number(small)))
  }

  @Test(arguments: [
    ("1e308", "0.123456789", false), ("0.3", "0.1", true), ("19.99", "0.01", true), ("1e999999999", "7", false),
    ("7e999999999", "7", true), ("1e99", "1024", true), ("1", "1024", false),
    ("100000000000000000000000001", "3", false),
    ("100000000000000000000000002", "3", true), ("-9", "3", true), ("0", "0.1", true), ("1.5", "2", false),
  ])
  func multiplesAreExact(value: String, step: String, isMultiple: Bool) throws {
    #expect(try number(value).isMultiple(of: number(step)) == isMultiple)
  }

  @Test func keysDifferByScalars() throws {
    let object = try #require(try JSONValue(parsing: "{\"é\": 1, \"e\u{301}\": 2, \"é\": 3}").object)
    #expect(object.count == 2)
    #expect(object["e\u{301}"] == 2)
    #expect(object.position(of: "é") == 0)
    let one: JSONObject = ["é": 1]
    #expect(one["e\u{301}"] == nil)
    #expect(one.value(equivalentTo: "e\u{301}") == 1)
    #expect(JSONValue.object(one).matches(["e\u{301}": 1.0]))
    #expect(!JSONValue.object(one).isIdentical(to: ["e\u{301}": 1]))
    let (left, right): (JSONValue, JSONValue) = (["b": 1, "a": [1.0]], ["a": [1], "b": 10e-1])
    #expect(left.isIdentical(to: right))
    #expect(left.identity == right.identity)
  }

  @Test func embeddedValuesAreFound() {
    let (values, reachedLimit) = EmbeddedJSON.all(in: #"é {"a": [1]} and [2] but {not} and {"b": "#)
    #expect(values.map(\.value) == [["a": [1]], [2]])
    #expect(values.map(\.range) == [3..<13, 18..<21])
    #expect(!reachedLimit)
    #expect(EmbeddedJSON.all(in: String(repeating: "[", count: 1000)).reachedLimit)
  }

  @Test func excerptsAreShort() {
    let long = JSONValue(Array(repeating: JSONValue("text"), count: 10_000))
    #expect(long.excerpt.count == 57)
    #expect(JSONValue(String(repeating: "é", count: 100_000)).excerpt.count == 58)
    #expect(JSONValue(String(repeating: "👩‍🚀", count: 58)).excerpt.count == 60)
  }
}
