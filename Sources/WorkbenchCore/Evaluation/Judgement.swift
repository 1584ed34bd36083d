import Domain
import Grading

/// Turning an answer into an output: the graders' judgement, and what it cost.
enum Judgement {
  /// Judges an answer to a case of a set.
  static func output(
    of answer: Answer, to evalCase: EvalCase, sample: Int = 0, key: ContentHash, set: EvalSet, cost: Double?
  ) -> Output {
    let graders = set.graders(of: evalCase)
    if let none = NoAnswer(answer, keepsReasoning: set.keepsReasoning) {
      let sentence = none.sentence(answer)
      var output = Output(
        caseID: evalCase.id, sample: sample, requestKey: key, answer: answer, noAnswer: none, cost: cost)
      if set.countsAsWrong.contains(none) {
        (output.value, output.passed) = (0, false)
        output.scores = graders.graders.map { Score(grader: $0.name, value: 0, passed: false, reason: sentence) }
      } else {
        output.failure = sentence
        output.scores = graders.graders.map {
          Score(grader: $0.name, unscored: "there is no answer to judge")
        }
      }
      return output
    }
    let facts = AnswerFacts(
      seconds: answer.latency > 0 ? answer.latency : nil, dollars: cost, finishReason: answer.finishReason)
    let text = AnswerText(answer.text, reasoning: set.keepsReasoning ? .keep : .cut, facts: facts)
    let grade = graders.grade(answer: text, expected: evalCase.expected, input: evalCase.input)
    return Output(
      caseID: evalCase.id, sample: sample, requestKey: key, answer: answer, scores: grade.scores,
      value: grade.value, passed: grade.passed, unscored: grade.unscoredReason,
      formatValid: grade.formatIsValid, cost: cost)
  }
}
