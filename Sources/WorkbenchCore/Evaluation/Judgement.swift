import Domain
import Grading

/// Turning an answer into an output: the graders' judgement, and what it cost.
enum Judgement {
  /// Judges an answer to a case of a set with its graders, which may ask programs and judges.
  static func output(
    of answer: Answer, to evalCase: EvalCase, sample: Int = 0, key: ContentHash, set: EvalSet, cost: Double?,
    asking outside: any OutsideGrading
  ) async -> Output {
    // Without anybody to ask nothing has to be waited for.
    let graders = set.graders(of: evalCase)
    guard graders.awaits, NoAnswer(answer, keepsReasoning: set.keepsReasoning) == nil else {
      return output(of: answer, to: evalCase, sample: sample, key: key, set: set, cost: cost)
    }
    let grade = await graders.grade(
      text(of: answer, in: set, cost: cost), id: evalCase.id, expected: evalCase.expected, input: evalCase.input,
      asking: outside)
    return output(of: answer, grade, caseID: evalCase.id, sample: sample, key: key, cost: cost)
  }

  /// Judges an answer to a case of a set with the graders that needn't be awaited; others leave it unscored.
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
    let grade = graders.grade(
      answer: text(of: answer, in: set, cost: cost), expected: evalCase.expected, input: evalCase.input)
    return output(of: answer, grade, caseID: evalCase.id, sample: sample, key: key, cost: cost)
  }

  private static func text(of answer: Answer, in set: EvalSet, cost: Double?) -> AnswerText {
    let facts = AnswerFacts(
      seconds: answer.latency > 0 ? answer.latency : nil, dollars: cost, finishReason: answer.finishReason)
    return AnswerText(answer.text, reasoning: set.keepsReasoning ? .keep : .cut, facts: facts)
  }

  private static func output(
    of answer: Answer, _ grade: Grade, caseID: String, sample: Int, key: ContentHash, cost: Double?
  ) -> Output {
    Output(
      caseID: caseID, sample: sample, requestKey: key, answer: answer, scores: grade.scores, value: grade.value,
      passed: grade.passed, unscored: grade.unscoredReason, formatValid: grade.formatIsValid, cost: cost)
  }
}
