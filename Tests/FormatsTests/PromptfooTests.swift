import Content
import Testing

@testable import Formats

@Suite struct PromptfooTests {
  private let configuration = """
    description: d
    prompts: ["Translate {{text}}", file://p.txt]
    providers: [openai:gpt-4o-mini]
    defaultTest:
      assert:
        - { type: icontains, value: "{{text}}", weight: 0 }
    tests:
      - description: first
        vars: { text: Hello, lang: fr }
        assert:
          - { type: equals, value: Bonjour }
          - { type: llm-rubric, value: is polite }
      - vars: { text: Bye, lang: fr }
        assert:
          - { type: equals, value: Au revoir }
      - vars: { text: One, lang: de }
        assert:
          - { type: contains-any, value: "Eins, \\"Zwei, drei\\"" }
          - { type: not-contains, value: "{{lang}}" }
          - { type: regex, value: "^[A-Z]" }
      - vars: { text: file://a.txt }
      - vars: {}

    """

  @Test func testsBecomeCasesAndAssertionsGraders() throws {
    let output = try imported(configuration, named: "promptfooconfig.yaml")
    #expect(output.cases.count == 3)
    #expect(output.cases.map(\.part) == [0, 0, 1])
    #expect(output.cases[0].expected == "Bonjour")
    #expect(output.cases[0].metadata["assertions"]?[0]?["type"] == "llm-rubric")
    #expect(output.cases[0].metadata["description"] == "first")
    #expect(output.cases[2].expected == ["contains-any": ["Eins", "Zwei, drei"], "not-contains": "de"])
    #expect(
      output.graders[0] == [
        ["type": "icontains", "weight": 0, "value": "{{text}}"], ["type": "equals", "trim": false],
      ])
    #expect(
      output.graders[1] == [
        ["type": "icontains", "weight": 0, "value": "{{text}}"],
        ["type": "contains-any", "expected": "contains-any"], ["type": "not-contains", "expected": "not-contains"],
        ["type": "regex", "pattern": "^[A-Z]"],
      ])
    #expect(output.failures.map(\.line) == [21, 22])
    #expect(output.failed == 2)
    #expect(output.read == 5)
    #expect(output.notes.contains { $0.contains("llm-rubric") })
  }

  @Test func limitsAndCallsOfToolsBecomeGraders() throws {
    let text = """
      tests:
        - vars: { text: a }
          assert:
            - { type: latency, threshold: 1500 }
            - { type: not-cost, threshold: 0.002, weight: 2 }
            - { type: finish-reason, value: stop }
            - { type: not-is-refusal }
            - { type: tool-call-f1, value: "search, book", threshold: 0.5 }
            - { type: tool-call-f1, value: [search] }
            - { type: latency, metric: time }
            - { type: bleu, value: a }
            - { type: rouge-n, value: a }
            - { type: is-valid-openai-tools-call }
            - { type: tool-call-f1, value: "{{tools}}" }

      """
    let output = try imported(text, named: "promptfooconfig.yaml")
    #expect(
      output.graders[0] == [
        ["type": "latency", "max-seconds": 1.5], ["type": "not-cost", "max-dollars": 0.002, "weight": 2],
        ["type": "finish-reason", "value": "stop"], ["type": "not-is-refusal"],
        ["type": "tool-call-f1", "value": "search, book", "threshold": 0.5],
        ["type": "tool-call-f1", "value": ["search"]],
      ])
    #expect(output.cases[0].metadata["assertions"]?.array?.count == 5)
  }

  @Test func cellsNameThemToo() throws {
    let table = "text,__expected1,__expected2,__expected3\na,latency(2000),is-refusal,cost(0.5)\n"
    let output = try imported(table, named: "t.csv")
    #expect(
      output.graders[0] == [
        ["type": "latency", "max-seconds": 2], ["type": "is-refusal"], ["type": "cost", "max-dollars": 0.5],
      ])
  }

  @Test func listsOfVariablesMultiplyTests() throws {
    let text = "tests:\n  - vars: { a: [x, y], b: [1, 2, 3] }\n"
    #expect(try imported(text, named: "t.yaml").cases.count == 6)
    let kept = "tests:\n  - vars: { a: [x, y] }\n    options: { disableVarExpansion: true }\n"
    #expect(try imported(kept, named: "t.yaml").cases.map { $0.input["a"] } == [["x", "y"]])
    let many = "tests:\n  - vars: { " + (0..<20).map { "v\($0): [a, b]" }.joined(separator: ", ") + " }\n"
    #expect(try imported(many, named: "t.yaml").failures.count == 1)
  }

  @Test func scenariosAreConfigsTimesTests() throws {
    let text = """
      scenarios:
        - config: [{ vars: { lang: fr } }, { vars: { lang: de } }]
          tests: [{ vars: { text: a } }, { vars: { text: b } }]

      """
    let output = try imported(text, named: "s.yaml")
    #expect(
      output.cases.map { "\($0.input["lang"]?.string ?? "")\($0.input["text"]?.string ?? "")" } == [
        "fra", "frb", "dea", "deb",
      ])
    #expect(output.read == 4)
  }

  @Test func columnsOfATable() throws {
    let text = """
      text,__expected1,__expected2,__metadata:topic,__description
      Hello,Bonjour,contains: jour,greeting,one
      Bye,Au revoir,contains: revoir,,two

      """
    let output = try imported(text, named: "tests.csv")
    #expect(
      output.cases.map(\.expected) == [
        ["equals": "Bonjour", "contains": "jour"], ["equals": "Au revoir", "contains": "revoir"],
      ])
    #expect(output.cases[0].metadata == ["topic": "greeting", "description": "one"])
    #expect(
      output.graders == [
        [
          ["type": "equals", "trim": false, "expected": "equals"], ["type": "contains", "expected": "contains"],
        ]
      ])
  }

  @Test(
    arguments: [
      ("Bonjour", "equals", false, JSONValue("Bonjour")), ("not-contains: x", "contains", true, "x"),
      ("is-json", "is-json", false, nil), ("levenshtein(3): abc", "levenshtein", false, "abc"),
      ("grade: is nice", "llm-rubric", false, "is nice"),
      ("fn: output.length > 2", "javascript", false, "output.length > 2"),
      ("Note: this is text", "equals", false, "Note: this is text"), ("regex: ^a:b$", "regex", false, "^a:b$"),
      ("similar(0.8): x", "similar", false, "x"),
    ] as [(String, String, Bool, JSONValue?)])
  func cellsOfExpectations(cell: String, type: String, isNegated: Bool, value: JSONValue?) {
    let assertion = PromptfooAssertion(cell: cell)
    #expect(assertion.type == type)
    #expect(assertion.isNegated == isNegated)
    #expect(assertion.value == value)
  }

  @Test func resultsGiveEachTestOnce() throws {
    let text = #"""
      {"evalId": "e", "results": {"version": 3, "results": [
        {"promptIdx": 0, "testIdx": 0, "vars": {"text": "a"}, "testCase": {"vars": {"text": "a"}, "assert": [{"type": "equals", "value": "A"}]}, "provider": {"id": "p"}, "response": {"output": "A"}, "success": true, "score": 1},
        {"promptIdx": 1, "testIdx": 0, "vars": {"text": "a"}, "testCase": {"vars": {"text": "a"}, "assert": [{"type": "equals", "value": "A"}]}, "provider": {"id": "q"}, "response": {"output": "B"}, "success": false, "score": 0}
      ]}}
      """#
    let output = try imported(text, named: "results.json")
    #expect(output.cases.count == 1)
    #expect(output.cases[0].expected == "A")
    #expect(output.cases[0].metadata["results"]?.array?.count == 2)
    #expect(output.graders == [[["type": "equals", "trim": false]]])
  }

  @Test func hostileYAMLIsBounded() throws {
    let bomb =
      "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
      + "bcdefghi".reduce(into: ("a", "")) { state, name in
        state.1 += "\(name): &\(name) [" + Array(repeating: "*\(state.0)", count: 10).joined(separator: ", ") + "]\n"
        state.0 = String(name)
      }.1 + "tests: *i\n"
    #expect(try imported(bomb, named: "x.yaml").failures.count == 1)
    let deep = "tests: " + String(repeating: "[", count: 5_000)
    #expect(try imported(deep, named: "x.yaml").failures.first?.reason.contains("nested") == true)
  }

  @Test func listsAndSchemasMeanWhatPromptfooTakesThemFor() throws {
    let text =
      "tests:\n  - vars: { a: 1 }\n    assert: [{ type: contains-all, value: 'x, y' }, { type: is-json, value: { type: object } }]\n"
    let output = try imported(text, named: "t.yaml")
    #expect(output.cases.first?.expected == ["x", "y"])
    #expect(
      output.graders == [
        [
          ["type": "contains-all", "all-or-nothing": true],
          ["type": "is-json", "schema": ["$schema": "http://json-schema.org/draft-07/schema#", "type": "object"]],
        ]
      ])
  }
}
