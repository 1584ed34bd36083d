import Content
import Testing

@testable import Formats

/// Judges of other tools.
@Suite struct JudgeSpecTests {
  @Test func promptfoo() throws {
    let judge = try ForeignJudge(
      "type: llm-rubric\nvalue: Is it about {{topic}} and polite?\nthreshold: 0.8\nweight: 2\n", as: .promptfoo)
    #expect(judge.prompt == "Is it about {{case.topic}} and polite?\n\nThe answer to judge:\n{{answer}}")
    #expect(judge.choices.isEmpty && judge.losses.count == 2 && judge.losses.contains("`weight` is left out."))
    let shown = try ForeignJudge(#"{"value": "Good? {{output}}", "provider": "openai:gpt-4o"}"#, as: .promptfoo)
    #expect(shown.prompt == "Good? {{answer}}" && shown.model == "openai:gpt-4o" && shown.losses.isEmpty)
  }

  @Test func autoevals() throws {
    let judge = try ForeignJudge(
      """
      prompt: |-
        Question: {{input}}
        Submitted: {{{output}}}
        Expert: {{expected}}
      choice_scores:
        A: 0.4
        "B": 1
      model: big
      use_cot: true
      temperature: 0
      """, as: .autoevals)
    #expect(judge.prompt == "Question: {{input}}\nSubmitted: {{answer}}\nExpert: {{expected}}")
    #expect(judge.choices.map(\.label) == ["A", "B"] && judge.choices.map(\.score) == [0.4, 1])
    #expect(judge.model == "big" && judge.temperature == 0 && judge.losses.isEmpty)
    let again = try ForeignJudge(judge.text(as: .autoevals), as: .autoevals)
    #expect(again == judge)
  }

  @Test func inspect() throws {
    let judge = try ForeignJudge("[Q]: {question}\n[A]: {answer}\n[C]: {criterion}\n{{x}} {instructions}", as: .inspect)
    #expect(judge.prompt == "[Q]: {{input}}\n[A]: {{answer}}\n[C]: {{expected}}\n{{{{x}} ")
    #expect(judge.choices.map(\.label) == ["C", "P", "I"] && judge.losses.count == 1)
    #expect(judge.text(as: .inspect).hasPrefix("[Q]: {question}\n[A]: {answer}\n[C]: {criterion}"))
  }

  @Test func deepeval() throws {
    let judge = try ForeignJudge(
      #"{"name": "Correctness", "criteria": "Is it right?", "evaluation_params": ["LLMTestCaseParams.ACTUAL_OUTPUT", "expected_output", "context"], "threshold": 0.7}"#,
      as: .deepeval)
    #expect(judge.prompt == "Is it right?\n\nThe answer to judge:\n{{answer}}\n\nWhat a good answer is:\n{{expected}}")
    #expect(judge.choices.count == 5 && judge.threshold == 0.7 && judge.name == "Correctness")
    #expect(judge.losses.contains { $0.contains("context") })
    #expect(judge.text(as: .deepeval).contains("  - expected_output\n"))
  }

  @Test(arguments: ForeignJudge.Format.allCases) func whatIsNoJudge(format: ForeignJudge.Format) {
    for text in [
      "", "[1]", "a: [", "{}", "type: exact\nvalue: x", "prompt: x", "choice_scores: {A: 1}", "{{{{", "\u{0}",
    ] {
      #expect(throws: ForeignJudgeError.self) { try ForeignJudge(text, as: format) }
    }
  }
}
