import Content

/// How far the names of the tools that the answer calls are the reference's, as sets.
struct ToolCallF1Grader: GraderKind {
  static let types = ["tool-call-f1"]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      .threshold(standard: "1"),
    ]

  let reference: GraderReference
  let threshold: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: true)
    threshold = try options.threshold(1)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try names(in: graded) }

  /// The names: a list, or a text that separates them by commas.
  private func names(in graded: GradedCase) throws(Unscorable) -> Set<String> {
    let texts = try reference.requirements(in: graded)
    let names = texts.flatMap { $0.split(separator: ",").map { String($0.trimmed) } }.filter { !$0.isEmpty }
    guard !names.isEmpty else { throw Unscorable("\(reference.label) names no tool") }
    return Set(names)
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = try names(in: graded)
    let found = Set(try ToolCall.all(in: answer).map(\.name))
    let shared = Double(wanted.intersection(found).count)
    let value = 2 * shared / Double(wanted.count + found.count)
    let called = found.isEmpty ? "none" : SetF1Grader.list(found.sorted())
    return Judgement(
      value, threshold: threshold,
      "F1 of the tools called is \(value.reasonText); expected \(SetF1Grader.list(wanted.sorted())), called \(called)")
  }
}
