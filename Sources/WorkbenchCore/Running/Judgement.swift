import Grading

/// Turning an answer into an output: the graders' judgement, and what it cost.
enum Judgement {
  /// Judges an answer to a case of a set.
  /// - Parameter priceShare: what was charged, as a share of the usual price.
  static func output(
    of answer: Answer, to evalCase: EvalCase, sample: Int = 0, key: ContentHash, graders: GraderSet, price: TokenPrice?,
    priceShare: Double = 1
  ) -> Output {
    let cost =
      answer.usage.prompt == nil && answer.usage.completion == nil
      ? nil : price.map { $0.cost(of: answer.usage) * priceShare }
    if let none = NoAnswer(answer) {
      return Output(
        caseID: evalCase.id, sample: sample, requestKey: key, answer: answer, failure: none.sentence(answer),
        scores: graders.graders.map { Score(grader: $0.name, unscored: "there is no answer to judge") }, cost: cost)
    }
    let text = AnswerText(answer.text)
    let grade = graders.grade(answer: text, expected: evalCase.expected, input: evalCase.input)
    return Output(
      caseID: evalCase.id, sample: sample, requestKey: key, answer: answer, scores: grade.scores,
      value: grade.value, passed: grade.passed, unscored: grade.unscoredReason,
      formatValid: grade.formatIsValid, cost: cost)
  }
}
