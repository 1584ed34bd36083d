import Content
import Testing

@testable import Grading

/// Lists, sets, limits and calls of tools.
@Suite struct ListTests {
  private func score(
    _ spec: JSONValue, _ answer: String, _ expected: JSONValue?, input: JSONValue = [:],
    facts: AnswerFacts = AnswerFacts()
  ) throws -> Score {
    try Grader(spec: spec).grade(answer: answer, expected: expected, input: input, facts: facts)
  }

  @Test(arguments: [
    ("a, b; c", ["a", "b", "c"]), ("- a\n- b", ["a", "b"]), ("1. a\n2) b", ["a", "b"]),
    ("Here:\n* a\n* b\nDone.", ["a", "b"]),
    ("a\nb\n\nc.", ["a", "b", "c"]), ("\"a\", 'b', **c**", ["a", "b", "c"]), ("一、二，三", ["一", "二", "三"]), ("", []),
    (" \n", []),
    ("-5, 3.5", ["-5", "3.5"]), ("a", ["a"]), ("```\na\nb\n```", ["a", "b"]),
  ])
  func itemsAreFound(text: String, items: [String]) {
    #expect(AnswerItems.items(in: text).map { $0.string ?? "" } == items)
  }

  @Test func itemsCompare() throws {
    #expect(try score("list-items", #"Sure: {"items": ["b", "a"]}"#, ["a", "b"]).passed == true)
    #expect(try score("list-items", #"["a", "a"]"#, ["a", "b"]).value == 0.5)
    #expect(try score("list-items", "[1, 2.0]", [2, 1]).passed == true)
    #expect(try score("list-items", "1, 2", [2, 1]).passed == true)
    #expect(try score("list-items", #"[{"a": 1}]"#, [["a": 1.0]]).passed == true)
    #expect(try score("list-items", "nothing", []).passed == false)
    #expect(try score("list-items", "[]", []).passed == true)
    #expect(try score("list-items", "a", ["a": 1]).passed == nil)
    #expect(try score(["type": "list-items", "threshold": 0.6], "a, b, c", ["a", "b"]).passed == true)
    #expect(try score(["type": "list-items", "order": "same"], "b, a", ["a", "b"]).value == 0.5)
    #expect(try score(["type": "list-items", "edits": 1], "color, gray", ["grey", "colour"]).passed == true)
    #expect(try score(["type": "list-items", "ignore-case": true], "A", ["a"]).passed == true)
    let many = JSONValue.array((0..<400).map { .string("item \($0)") })
    #expect(try score(["type": "list-items", "edits": 1], many.text(), many).passed == nil)
    #expect(try score("list-items", many.text(), many).passed == true)
  }

  @Test func setsCompare() throws {
    #expect(try score("set-f1", "a, a, b", ["a", "b"]).value == 1)
    #expect(try score(["type": "set-f1", "measure": "precision"], "a", ["a", "b"]).passed == true)
    #expect(try score(["type": "set-f1", "measure": "recall"], "a, x", ["a"]).passed == true)
    #expect(try score("set-f1", "[]", []).value == 1)
    #expect(try score("set-f1", "a", []).value == 0)
    #expect(try score(["type": "label-f1", "labels": ["a", "b"]], "none of them", []).value == 1)
    #expect(try score(["type": "label-f1", "labels": ["a", "b"]], "a", ["c"]).passed == nil)
    #expect(throws: GraderError.self) { try Grader(spec: "label-f1") }
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "set-f1", "labels": ["a"]]) }
  }

  @Test func unorderedLists() throws {
    let expected: JSONValue = ["a": [[2, 1], [3]], "b": [1, 2]]
    #expect(
      try score(["type": "json-equal", "unordered": true], #"{"b": [2, 1.0], "a": [[3], [1, 2]]}"#, expected).passed
        == true)
    #expect(
      try score(["type": "json-equal", "unordered": ["a"]], #"{"a": [[3], [2, 1]], "b": [1, 2]}"#, expected).passed
        == true)
    #expect(
      try score(["type": "json-equal", "unordered": ["a"]], #"{"a": [[3], [1, 2]], "b": [1, 2]}"#, expected).passed
        == false)
    #expect(
      try score(["type": "json-equal", "unordered": ["a[0]"]], #"{"a": [[1, 2], [3]], "b": [1, 2]}"#, expected).passed
        == true)
    #expect(try score(["type": "json-equal", "unordered": true], "[2, 1]", [1, 2]).passed == true)
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "json-equal", "unordered": 1]) }
  }

  @Test func thresholds() throws {
    let contains: JSONValue = ["type": "contains", "values": ["a", "b", "c"], "threshold": 0.6]
    #expect(try score(contains, "a b", nil).passed == true)
    #expect(try score(contains, "a", nil).passed == false)
    let part: JSONValue = ["type": "json-equal", "partial": true, "threshold": 0.5]
    #expect(try score(part, #"{"a": 1, "b": 3}"#, ["a": 1, "b": 2]).passed == true)
    for spec: JSONValue in [
      ["type": "json-equal", "threshold": 0.5], ["type": "contains-any", "value": "a", "threshold": 0.5],
      ["type": "contains", "value": "a", "threshold": 2], ["type": "bleu", "threshold": "high"],
    ] {
      #expect(throws: GraderError.self) { try Grader(spec: spec) }
    }
  }

  @Test func pairingsAreLargest() {
    var seed: UInt64 = 3
    func random() -> Bool {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 62 == 0
    }
    for _ in 0..<200 {
      let table = (0..<6).map { _ in (0..<6).map { _ in random() } }
      func best(_ row: Int, _ used: Set<Int>) -> Int {
        if row == 6 { return 0 }
        let without = best(row + 1, used)
        return (0..<6).filter { table[row][$0] && !used.contains($0) }
          .reduce(without) { max($0, 1 + best(row + 1, used.union([$1]))) }
      }
      let pairs = Matching.largest(wanted: 6, found: 6) { table[$0][$1] }
      let taken = pairs.compactMap { $0 }
      #expect(taken.count == best(0, []))
      #expect(Set(taken).count == taken.count)
      #expect(pairs.enumerated().allSatisfy { row, column in column.map { table[row][$0] } ?? true })
      let ordered = Matching.inOrder(wanted: 6, found: 6) { table[$0][$1] }.compactMap { $0 }
      #expect(ordered == ordered.sorted() && Set(ordered).count == ordered.count)
    }
  }

  @Test func unknownFactsLeaveAnswersUnscored() throws {
    for spec: JSONValue in [
      ["type": "latency", "max-seconds": 1], ["type": "cost", "max-dollars": 1],
      ["type": "not-finish-reason", "value": "stop"],
    ] {
      #expect(try score(spec, "x", nil).isUnscored)
    }
    let facts = AnswerFacts(seconds: 1, dollars: 0, finishReason: "stop")
    #expect(try score(["type": "latency", "max-seconds": 1], "x", nil, facts: facts).passed == true)
    #expect(try score(["type": "cost", "max-dollars": 0.1], "x", nil, facts: facts).passed == true)
    #expect(try score(["type": "not-finish-reason", "value": "stop"], "x", nil, facts: facts).passed == false)
    for spec: JSONValue in [
      "latency", ["type": "cost", "max-seconds": 1], ["type": "latency", "max-seconds": 0], "finish-reason",
    ] {
      #expect(throws: GraderError.self) { try Grader(spec: spec) }
    }
  }

  @Test(arguments: [
    #"[{"name":"f","arguments":{"a":1}}]"#,
    #"{"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]}"#,
    #"[{"type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]"#,
    #"{"type":"tool_use","name":"f","input":{"a":1}}"#,
    #"[{"type":"text","text":"x"},{"type":"tool_use","name":"f","input":{"a":1.0}}]"#,
    #"{"functionCall":{"name":"f","args":{"a":1}}}"#,
    #"{"type":"function_call","name":"f","arguments":"{\"a\":1}"}"#,
    "Thinking [1]…\n[{\"name\":\"f\",\"arguments\":{\"a\":1}}]",
  ])
  func callsAreRead(answer: String) throws {
    #expect(try score("tool-calls", answer, [["name": "f", "arguments": ["a": 1]]]).passed == true)
    #expect(try score("tool-calls", answer, "f").passed == true)
    #expect(try score(["type": "tool-call-f1", "value": ["f"]], answer, nil).passed == true)
  }

  @Test func callsCompare() throws {
    let two = #"[{"name":"f","arguments":{"a":1}},{"name":"g","arguments":{}}]"#
    #expect(try score("tool-calls", two, ["g", "f"]).passed == true)
    #expect(try score(["type": "tool-calls", "order": "same"], two, ["g", "f"]).passed == false)
    #expect(try score("tool-calls", two, ["g"]).value == 2.0 / 3)
    #expect(try score(["type": "tool-calls", "extra": true], two, ["g"]).passed == true)
    #expect(try score("tool-calls", #"{"name": "Ann"}"#, ["Ann"]).passed == true)
    #expect(try score("tool-calls", #"[{"name": "Ann", "age": 5}]"#, ["Ann"]).passed == false)
    #expect(try score("tool-calls", "", []).passed == true)
    #expect(try score("tool-calls", two, .string("I look.\n" + two)).passed == true)
    #expect(try score("tool-calls", two, "What is your name?").passed == nil)
    #expect(try score("tool-calls", two, [["a": 1]]).passed == nil)
    #expect(
      try score(["type": "tool-calls", "arguments": "schema"], two, [["name": "f", "arguments": ["type": 1]]]).passed
        == nil)
    let tools: JSONValue = ["tools": [["name": "f", "input_schema": ["required": ["a"]]], ["name": "g"]]]
    #expect(try score("valid-tool-calls", two, nil, input: tools).passed == true)
    #expect(try score("is-valid-openai-tools-call", "text", nil, input: tools).passed == false)
    #expect(
      try score("valid-tool-calls", #"[{"name":"f","arguments":"{"}]"#, nil, input: tools).reason
        == "the arguments of f are no JSON object")
    #expect(try score("valid-tool-calls", two, nil).passed == nil)
    #expect(try Grader(spec: "tool-calls").whyUnscorable(expected: nil) != nil)
  }

  @Test func textMetricsSayWhatTheyCannotJudge() throws {
    #expect(try score("rouge-1", "東京", "東京").reason.hasSuffix(#"set "tokens" to "unicode""#))
    #expect(try score(["type": "rouge-1", "tokens": "unicode"], "東京タワー", "東京タワー").passed == true)
    #expect(try score("bleu", "a", " ").isUnscored)
    #expect(try score("chrf", String(repeating: "a", count: 500_001), "a").isUnscored)
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "rouge-2", "n": 3]) }
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "bleu", "tokenize": "mecab"]) }
  }

  @Test(arguments: GraderRegistry.builtIn.types)
  func hostileAnswersEndSoon(type: String) throws {
    let options: [String: JSONObject] = [
      "regex": ["pattern": "a"], "word-count": ["max": 1], "json-schema": ["schema": true],
      "label-f1": ["labels": ["a", "aa"]], "command": ["command": ["none"]], "judge": ["judge": "none"],
      "latency": ["max-seconds": 1], "cost": ["max-dollars": 1], "finish-reason": ["value": "a"],
    ]
    var spec = options[type] ?? [:]
    spec["type"] = .string(type)
    let grader = try Grader(spec: .object(spec))
    for unit in [
      "(A) ", "answer is ", "1,", "- a\n", "{\"name\":", "\"", "[", "3/4", "e\u{301}", "A=", "1 ", "\u{202E}", "mar 4 ",
    ] {
      let answer = String(repeating: unit, count: 60_000 / unit.utf8.count)
      let score = grader.grade(answer: answer, expected: "A", input: ["tools": [["name": "a"]]])
      #expect(score.value.map { (0...1).contains($0) } ?? true)
    }
  }
}
