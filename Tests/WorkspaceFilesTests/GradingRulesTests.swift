import Content
import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// What of judging answers a set says besides its graders.
@Suite struct GradingRulesTests {
  @Test func repliesThatAreNoAnswerMayCountAsWrong() async throws {
    let workspace = try await read(
      """
      count_as_wrong: [refusal]
      eval_sets:
        main: evals/main.jsonl
        strict: { path: evals/main.jsonl, count_as_wrong: [empty, content_filter] }
        none: { path: evals/main.jsonl, count_as_wrong: [] }
      """)
    #expect(workspace.lines == [])
    #expect(workspace.evalSets.map(\.countsAsWrong) == [[.refused], [.empty, .filtered], []])
    #expect(Set(workspace.evalSets.map(\.hash)).count == 3, "what counts as wrong is part of what was measured")
    let wrong = try await read("count_as_wrong: [refusals]\n")
    #expect(
      wrong.lines == [
        "assay.yaml:1: count_as_wrong: \"refusals\" is none of reasoning_cut, empty, no_choice, content_filter, refusal, broken_off. Did "
          + "you mean \"refusal\"?"
      ])
  }

  @Test func reasoningMayBeKept() async throws {
    let workspace = try await read(
      """
      eval_sets:
        main: evals/main.jsonl
        kept: { path: evals/main.jsonl, reasoning: keep }
      """)
    #expect(workspace.lines == [] && workspace.evalSets.map(\.keepsReasoning) == [false, true])
    #expect(workspace.evalSets[0].hash != workspace.evalSets[1].hash)
    #expect(try await read("reasoning: maybe\n").lines.first?.contains("reasoning") == true)
  }

  @Test func aProgramsFileIsPartOfWhatWasMeasured() async throws {
    let config = "graders:\n  - { type: command, command: [python3, grade.py, --strict] }\n"
    let one = try await read(config, ["grade.py": "print(1)"])
    #expect(one.lines == [])
    let same = try await read(config, ["grade.py": "print(1)", "other.py": "x"])
    #expect(one.evalSets.first?.hash == same.evalSets.first?.hash)
    let edited = try await read(config, ["grade.py": "print(2)"])
    #expect(one.evalSets.first?.hash != edited.evalSets.first?.hash)
    let other = try await read(
      "graders:\n  - { type: command, command: [python3, grade.py] }\n", ["grade.py": "print(1)"])
    #expect(one.evalSets.first?.hash != other.evalSets.first?.hash)
    #expect(
      one.permissions.last == .grader(words: ["python3", "grade.py", "--strict"], environment: [])
        && one.permissions.last?.description == "run python3 grade.py --strict to grade answers")
    let wrong = try await read("graders:\n  - { type: command, command: python3 grade.py }\n")
    #expect(wrong.lines.first?.contains("assay.yaml:2: graders[0].command") == true, "\(wrong.lines)")
  }

  @Test func aSchemaMayStandInAFileOfItsOwn() async throws {
    let config = """
      graders:
        - { type: json-schema, schema: { file: schemas/answer.json } }
      """
    let schema = #"{"type": "object", "required": ["label"]}"#
    let inFile = try await read(config, ["schemas/answer.json": schema])
    #expect(inFile.lines == [])
    let set = try #require(inFile.evalSets.first)
    #expect(set.graders.grade(answer: "{}", expected: nil).passed == false)
    #expect(set.graders.grade(answer: #"{"label": 1}"#, expected: nil).passed == true)
    let inline = try await read("graders:\n  - { type: json-schema, schema: \(schema) }\n")
    #expect(inline.evalSets.first?.hash == set.hash, "where it stands makes no difference")
    let other = try await read(config, ["schemas/answer.json": #"{"type": "array"}"#])
    #expect(other.evalSets.first?.hash != set.hash, "what stands in it does")
  }

  @Test(arguments: [
    ("schemas/none.json", "schemas/none.json can't be read"),
    ("schemas/bad.json", "schemas/bad.json is no JSON: line 1"),
    ("../outside.json", "../outside.json can't be read"), ("schemas/flawed.json", "type"),
  ])
  func aSchemaThatCannotBeReadIsAnErrorAtItsLine(path: String, words: String) async throws {
    let workspace = try await read(
      "graders:\n  - { type: exact }\n  - { type: json-schema, schema: { file: \(path) } }\n",
      ["schemas/bad.json": "{", "schemas/flawed.json": #"{"type": 7}"#])
    let line = try #require(workspace.lines.first)
    #expect(line.hasPrefix("assay.yaml:3: graders") && line.contains(words), "\(line)")
  }
}

/// Prices in `assay.yaml`.
@Suite struct PriceReaderTests {
  private func price(_ text: String, api: String = "openai") async throws -> TokenPrice? {
    let workspace = try await read(
      "models:\n  m: { api: \(api), base_url: \"https://h/v1\", model: x, price: \(text) }\n")
    #expect(workspace.lines == [])
    return workspace.models.first?.price
  }

  @Test func theCacheHasItsOwnRates() async throws {
    let plain = try await price("{ input: 3, output: 15 }")
    #expect(plain?.rates.cacheWrite == 3 && plain?.rates.cachedInput == 3)
    let anthropic = try await price("{ input: 3, cached_input: 0.3, output: 15 }", api: "anthropic")
    #expect(anthropic?.rates.cacheWrite == 3.75 && anthropic?.rates.longCacheWrite == 6)
    let own = try await price("{ input: 3, cache_write: 4, cache_write_1h: 5, output: 15 }", api: "anthropic")
    #expect(own?.rates.cacheWrite == 4 && own?.rates.longCacheWrite == 5)
  }

  @Test func longPromptsAndTiersHaveTheirOwnRates() async throws {
    let price = try await price(
      """
      { input: 3, output: 15, long_prompt: { above: 200000, input: 6, output: 22.5 },
               tiers: { Flex: { input: 1, output: 5 }, priority: { input: 6, cached_input: 1, output: 30 } } }
      """)
    #expect(price?.longPrompt?.above == 200_000 && price?.longPrompt?.rates.output == 22.5)
    #expect(price?.tiers["flex"]?.input == 1 && price?.tiers["priority"]?.cachedInput == 1)
  }

  @Test(arguments: [
    ("{ input: 3 }", "A price needs both input and output."),
    ("{ input: 3, output: 15, cashed_input: 1 }", "Did you mean \"cached_input\"?"),
    ("{ input: 3, output: 15, tiers: { flex: { input: 1 } } }", "A tier's price needs both input and output."),
    ("{ input: 3, output: 15, tiers: { flex: { input: 1, outputs: 2 } } }", "Did you mean \"output\"?"),
    ("{ input: 3, output: 15, long_prompt: { input: 1, output: 2 } }", "need above, input and output"),
    ("{ input: -1, output: 15 }", "dollars"), ("{ input: 3, output: 15, tiers: 7 }", "service tiers"),
  ])
  func aMistakeGivesNoPrice(text: String, words: String) async throws {
    let workspace = try await read(
      "models:\n  m: { api: openai, base_url: \"https://h/v1\", model: x, price: \(text) }\n")
    #expect(workspace.lines.contains { $0.contains(words) }, "\(workspace.lines)")
  }

  @Test func theLimitOfAQuestionIsRead() async throws {
    #expect(try await read("confirm_above: 0.02\n").confirmAbove == 0.02)
    #expect(try await read("confirm_above: -1\n").lines.first?.contains("confirm_above") == true)
  }
}
