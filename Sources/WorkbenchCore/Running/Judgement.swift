import Grading

/// Turning an answer into an output: the graders' judgement, and what it cost.
enum Judgement {
  /// Judges an answer to a case of a set.
  /// - Parameter priceShare: what was charged, as a share of the usual price.
  static func output(
    of answer: Answer, to evalCase: EvalCase, sample: Int = 0, key: ContentHash, graders: GraderSet, price: TokenPrice?,
    priceShare: Double = 1
  ) -> Output {
    let grade = graders.grade(answer: answer.text, expected: evalCase.expected, input: evalCase.input)
    return Output(
      caseID: evalCase.id, sample: sample, requestKey: key, answer: answer, scores: grade.scores, value: grade.value,
      passed: grade.passed, formatValid: grade.formatIsValid,
      cost: answer.usage.prompt == nil && answer.usage.completion == nil
        ? nil : price.map { $0.cost(of: answer.usage) * priceShare })
  }
}
