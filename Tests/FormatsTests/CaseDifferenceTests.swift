import Content
import Testing

@testable import Formats

@Suite struct CaseDifferenceTests {
  private func one(_ id: String, _ text: String, expected: JSONValue? = nil) -> ImportCase {
    var one = ImportCase(line: 0)
    one.id = id
    one.input = ["text": .string(text)]
    one.expected = expected
    return one
  }

  @Test func casesAreMatchedByID() {
    let old = [one("a", "1"), one("b", "2", expected: "x"), one("c", "3"), one("d", "4")]
    let new = [one("a", "1"), one("b", "2", expected: "y\n```"), one("e", "4"), one("f", "5")]
    let difference = CaseDifference(from: old, to: new)
    #expect(difference.same == 1)
    #expect(difference.changed.map(\.id) == ["b"])
    #expect(difference.changed[0].members.map(\.name) == ["expected"])
    #expect(difference.added.map(\.id) == ["f"])
    #expect(difference.removed.map(\.id) == ["c"])
    #expect(difference.renamed.map(\.new) == ["e"])
    let text = difference.markdown(from: "main", to: "other")
    #expect(text.contains("1 added, 1 removed, 1 changed, 1 with another id, 1 the same."))
    #expect(text.contains("`expected`:\n\n```diff\n- x\n+ y\n+ ```\n```\n"))
    #expect(CaseDifference(from: old, to: old).isEmpty)
  }
}

@Suite struct GraderGuessTests {
  private func guess(_ expected: [JSONValue]) -> JSONValue? {
    GraderGuess(
      expected.map { value in
        var one = ImportCase(line: 0)
        one.expected = value
        return one
      }
    ).grader
  }

  @Test func gradersFollowWhatIsExpected() {
    #expect(guess([["a": 1, "b": 2], ["a": 2]]) == ["type": "json-equal", "fields": ["a"]])
    #expect(guess(["yes", "no", "yes", "no", "yes"]) == ["type": "exact", "ignore-case": true])
    #expect(guess((0..<30).map { .string("answer \($0)") }) == ["type": "icontains"])
    #expect(guess((0..<30).map { JSONValue($0) }) == ["type": "number"])
    #expect(guess((0..<30).map { .string("\($0).5") }) == ["type": "number"])
    #expect(guess([1, 0, 1, 0, 1]) == ["type": "exact", "ignore-case": true])
    #expect(guess(["A", "C", "B"]) == ["type": "choice"])
    #expect(guess([[["name": "f", "arguments": [:]]]]) == ["type": "tool-calls"])
    #expect(guess([["x", "y"], ["z"]]) == ["type": "icontains-any"])
    #expect(guess([.string(String(repeating: "word ", count: 40))]) == nil)
    #expect(guess([]) == nil)
    #expect(guess([["k": 1], "text"]) == ["type": "exact"])
  }
}
