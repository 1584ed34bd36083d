import Content

/// A judge of the workspace judges, which asks a model: `judges/NAME.md`.
struct JudgeGrader: AwaitingGraderKind {
  static let types = ["judge"]
  static let keys = [GraderKey("judge", "the name of a judge, which `judges/NAME.md` describes")]

  let judge: String

  init(type: String, options: GraderOptions) throws(GraderError) {
    guard let name = try options.text("judge"), !name.isEmpty else {
      throw options.missing("judge", "the name of a judge, which judges/NAME.md describes")
    }
    judge = name
  }

  func judge(
    _ text: String, _ case: GradedCase, asking outside: any OutsideGrading
  ) async throws(Unscorable) -> Judgement {
    let question = JudgeQuestion(caseID: `case`.id, answer: text, expected: `case`.expected, input: `case`.input)
    let finding = try await outside.finding(of: judge, on: question)
    var judgement = Judgement(finding.passed, finding.reason, value: finding.value)
    judgement.replies = finding.replies
    return judgement
  }
}
