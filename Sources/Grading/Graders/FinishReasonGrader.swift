import Content

/// The model stopped for one of the reasons given.
struct FinishReasonGrader: GraderKind {
  static let types = ["finish-reason"]
  static let keys = [
    GraderKey("value", "the reason, in the server's word, or a list of them; upper and lower case are the same"),
    GraderKey("values", standard: "\"value\"", "another name for \"value\""),
  ]

  let reasons: [String]

  init(type: String, options: GraderOptions) throws(GraderError) {
    let key = options.value("values") == nil ? "value" : "values"
    guard let reasons = try options.texts(key) else {
      throw options.missing("value", "why the model may stop, such as stop or tool_calls")
    }
    self.reasons = reasons
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    guard let reason = answer.facts.finishReason, !reason.isEmpty else {
      throw Unscorable("the server didn't say why the model stopped")
    }
    let holds = reasons.contains { $0.lowercased() == reason.lowercased() }
    return Judgement(
      holds,
      "the finish reason is \(JSONValue(reason).excerpt)"
        + (holds ? "" : ", expected \(reasons.map { JSONValue($0).excerpt }.joined(separator: " or "))"))
  }
}
