import Grading
import Testing

@Suite struct AnswerTextTests {
  @Test(arguments: [
    ("<think>a\nb</think>\n\nYes", "Yes", "a\nb"), ("  <thinking>a</thinking> Yes ", "  Yes ", "a"),
    ("[THINK]a[/THINK]Yes", "Yes", "a"), ("<think>a</think><think>b</think>Yes", "Yes", "a\n\nb"),
    ("Let me see.\n<think>a</think>\nYes", "Let me see.\nYes", "a"), ("a, b\n</think>\nYes", "Yes", "a, b"),
    ("</think>Yes", "Yes", nil), (#"{"x": "</think>"}"#, #"{"x": "</think>"}"#, nil),
    ("Write `</think>` at the end.", "Write `</think>` at the end.", nil),
    ("The <think> tag", "The <think> tag", nil), ("a < b [1] <b>c</b>", "a < b [1] <b>c</b>", nil), ("", "", nil),
    (
      "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Yes<|return|>", "Yes", "hm"
    ),
    ("<|start|>assistant<|channel|>commentary to=f<|message|>{}<|call|><|channel|>final<|message|>No", "No", "{}"),
    ("<|channel|>analysis<|message|>a <|b|> c<|end|>Yes", "Yes", "a <|b|> c"),
    ("<|channel|>analysis<|message|>a<|end|><|start|>assistant<|message|>Yes", "Yes", "a"),
    ("<|channel|>commentary <|constrain|>json<|message|>{}<|call|><|channel|>final<|message|>Yes", "Yes", "{}"),
    (#"first {"a": 1} then</think>{"a": 2}"#, #"{"a": 2}"#, #"first {"a": 1} then"#),
  ])
  func cuts(raw: String, text: String, reasoning: String?) {
    let answer = AnswerText(raw)
    #expect(answer.text == text)
    #expect(answer.reasoning == reasoning)
    #expect(!answer.isUnclosed)
    #expect(AnswerText(raw, reasoning: .keep).text == raw)
  }

  @Test(arguments: [
    ("<think>a, and", "", "a, and"), ("[THINK]", "", nil), ("Well.\n<thinking>a", "Well.", "a"),
    ("<think>a</think>\n<think>b", "", "a\n\nb"), ("<|channel|>analysis<|message|>hm", "", "hm"),
    ("<|channel|>anal", "", nil),
  ])
  func unclosedReasoningIsNoAnswer(raw: String, text: String, reasoning: String?) {
    let answer = AnswerText(raw)
    #expect(answer.text == text)
    #expect(answer.reasoning == reasoning)
    #expect(answer.isUnclosed)
  }
}
