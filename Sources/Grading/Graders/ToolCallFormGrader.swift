import Content

/// The answer calls tools, each of them one that the case offers, with arguments that fit its schema.
struct ToolCallFormGrader: GraderKind {
  static let types = [
    "valid-tool-calls", "is-valid-openai-tools-call", "is-valid-openai-function-call", "is-valid-function-call",
  ]
  static let keys: [GraderKey] = []

  init(type: String, options: GraderOptions) throws(GraderError) {}

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try ToolSchemas(of: graded) }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let schemas = try ToolSchemas(of: graded)
    let calls = try ToolCall.all(in: answer)
    guard !calls.isEmpty else { return Judgement(false, "the answer calls no tool") }
    for call in calls {
      if let flaw = try schemas.flaw(of: call) { return Judgement(false, flaw) }
    }
    return Judgement(
      true, "\(calls.count == 1 ? "the call fits its tool" : "all \(calls.count) calls fit their tools")")
  }

  var judgesFormat: Bool { true }

  func formatIsValid(_ answer: GradedAnswer, _ graded: GradedCase) -> Bool {
    guard let calls = try? ToolCall.all(in: answer) else { return false }
    return !calls.isEmpty && calls.allSatisfy { $0.arguments.object != nil }
  }
}
