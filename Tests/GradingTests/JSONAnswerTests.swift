import Content
import Grading
import Testing

@Suite struct JSONAnswerTests {
  @Test(arguments: [
    (#" {"a":1} "#, #"{"a":1}"#, JSONAnswer.Place.whole),
    ("42", "42", .whole),
    ("Here:\n```json\n[1]\n```\nDone {\"a\":1}", #"{"a":1}"#, .embedded),
    ("From {\"a\":1} to\n```json\n [1]\n```\nDone.", "[1]", .fence),
    ("```\n{\"a\":1}\n{\"a\":2}\n```", #"{"a":2}"#, .embedded),
    ("```\n\"yes\"\n```", #""yes""#, .fence),
    ("```\nnot json\n```\n  ```\n{\"b\":2}\n```", #"{"b":2}"#, .fence),
    ("Use {x} as in {\"a\":{\"b\":1}} and {\"c\":2}", #"{"c":2}"#, .embedded),
    ("a { \"b, c } d {\"e\":1}", #"{"e":1}"#, .embedded),
    ("Both [1] and {\"a\":[2]}, the rest {\"b\": is cut", #"{"a":[2]}"#, .embedded),
  ])
  func finds(answer: String, json: String, place: JSONAnswer.Place) {
    let found = JSONAnswer(in: answer)
    #expect(found?.value.text() == json)
    #expect(found?.place == place)
  }

  @Test func takesNothingFromWhatIsCutOff() {
    #expect(JSONAnswer(in: "Sure: {\"a\": [{\"b\": 1}, {\"b\"") == nil)
    #expect(JSONAnswer(in: "no json here") == nil)
    #expect(JSONAnswer(in: "") == nil)
    #expect(JSONAnswer(in: String(repeating: "{\"a\":1 ", count: 50_000)) == nil)
    #expect(JSONAnswer(in: String(repeating: "{", count: 100_000)) == nil)
  }
}
