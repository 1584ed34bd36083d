import Grading

/// Turning an answer into an output: the graders' judgement, and what it cost.
enum Judgement {
  /// Judges an answer to a case of a set.
  static func output(
    of answer: Answer, to evalCase: EvalCase, key: ContentHash, graders: GraderSet, price: TokenPrice?
  ) -> Output {
    let grade = graders.grade(answer: answer.text, expected: evalCase.expected, input: evalCase.input)
    return Output(
      caseID: evalCase.id, requestKey: key, answer: answer, scores: grade.scores, value: grade.value,
      passed: grade.passed, formatValid: grade.formatIsValid, cost: price.map { $0.cost(of: answer.usage) })
  }

  /// The output of a case whose model gave no answer.
  static func failure(_ text: String, caseID: String, key: ContentHash) -> Output {
    Output(caseID: caseID, requestKey: key, answer: nil, failure: text)
  }
}
