import Content
import Domain
import Formats
import Grading
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// What judges are described by, and what they reply.
@Suite struct JudgeFuzzTests {
  private static let files = [
    "---\nmodel: m\n---\nIs {{answer}} right for {{question}}?\n",
    "---\nmodels: [m, n]\nscale: 1-5\nvotes: 3\nsees: [answer, input]\nthreshold: 4\n---\nRate {{answer}}.\n",
    "---\nmodel: m\nscale: { good: 1, fair: 0.5, poor: 0 }\ntemperature: default\nmax_tokens: 300\n---\n{{answer}}",
  ]
  private static let words = [
    "---\n", "model: ", "models: ", "scale: ", "binary", "1-5", "choices: ", "votes: ", "sees: ", "threshold: ",
    "temperature: ", "max_tokens: ", "{{answer}}", "{{ question }}", "{{case.", "{{", "}}", "[m]", "{ good: 1 }", ": ",
  ]

  @Test func files() async throws {
    let spec = { ModelSpec(name: $0, api: .replay(file: "r.jsonl")) }
    let models = Named<ModelSpec>(["m": spec("m"), "n": spec("n")])
    try await Fuzzer("judges", corpus: Self.files, words: Self.words).run { bytes, _ in
      let log = ProblemLog(file: "judges/j.md")
      let judge = JudgeFile.judge("j", String(decoding: bytes, as: UTF8.self), log, models)
      guard let judge else { return log.problems.isEmpty ? "a judge is left out in silence" : nil }
      if judge.models.isEmpty { return "a judge without a model" }
      let question = JudgeQuestion(caseID: "c", answer: "a", expected: "e", input: ["question": "q"])
      do {
        let messages = try judge.messages(for: question)
        return "\(messages)".isEmpty ? "nothing is asked" : nil
      } catch { return "\(error)".isEmpty ? "a failure without a reason" : nil }
    }
  }

  @Test func filesOfOtherTools() async throws {
    let corpus = [
      "type: llm-rubric\nvalue: Is {{output}} polite?\nthreshold: 0.8\nprovider: m\n",
      #"{"prompt": "Compare {{input}} with {{output}}.", "choice_scores": {"A": 1, "B": 0}, "model": "m"}"#,
      "Question: {question}\nAnswer: {answer}\nCriterion: {criterion}\nGRADE: C or GRADE: I\n",
      "name: Tone\ncriteria: Is it kind?\nevaluation_params: [input, actual_output]\nthreshold: 0.5\n",
    ]
    let words =
      ["value: ", "prompt: ", "choice_scores: ", "criteria: ", "{{{", "}}}", "&a ", "*a", "<<: *a"] + Self.words
    try await Fuzzer("judges-of-others", corpus: corpus, words: words).run { bytes, generator in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let format = ForeignJudge.Format.allCases.randomElement(using: &generator) else { return "no format" }
      do {
        let judge = try ForeignJudge(text, as: format)
        return judge.choices.allSatisfy { $0.score.isFinite } ? nil : "a score that is no number"
      } catch let error as ForeignJudgeError {
        return "\(error)".isEmpty ? "an error without a text" : nil
      }
    }
  }

  @Test func replies() async throws {
    let corpus = [
      #"{"label": "pass", "reason": "It names the day."}"#,
      "<think>Is it?</think>\n```json\n{\"reason\": \"No.\", \"label\": \"fail\"}\n```",
      #"The answer says {"label": "pass"}. My judgement: {"label": "fail"}"#, #"{"label": 4, "reason": ""}"#,
    ]
    let words = ["\"label\": ", "\"reason\": ", "\"pass\"", "\"fail\"", "5", "{", "}", "<think>", "</think>", "```"]
    let scales: [JudgeScale] = [
      .binary, .oneToFive, .choices([.init("good", score: 1), .init("poor", score: 0)]),
    ]
    try await Fuzzer("judge-replies", corpus: corpus, words: words).run { bytes, generator in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let scale = scales.randomElement(using: &generator) else { return "no scale" }
      let reply = scale.reading(text, from: "m")
      guard let label = reply.label else { return reply.raw == text ? nil : "a reply that can't be read is lost" }
      return scale.score(label) == nil ? "a label that the scale hasn't" : nil
    }
  }

  @Test func labels() async throws {
    let corpus = [
      #"{"id": "a", "label": "pass"}"# + "\n" + #"{"id": "b", "label": null}"# + "\n",
      #"{"id": "a", "input": {}, "answer": "x", "label": false}"#,
    ]
    let words = ["\"id\": ", "\"label\": ", "\"pass\"", "\"FAIL\"", "null", "true", "\n", "{", "}"]
    try await Fuzzer("labels", corpus: corpus, words: words).run { bytes, _ in
      do {
        let labels = try HumanLabels(String(decoding: bytes, as: UTF8.self), file: "labels.jsonl")
        let again = try HumanLabels(labels.text, file: "labels.jsonl")
        return again == labels ? nil : "what was read and written reads otherwise"
      } catch let error as WorkbenchError {
        return "\(error)".isEmpty ? "an error without a text" : nil
      }
    }
  }
}
