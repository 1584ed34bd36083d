import Content

/// The text of the answer is the reference; an object or a list must be what the answer is as JSON.
struct ExactGrader: GraderKind {
  static let types = ["exact", "equals"]
  static let keys =
    GraderReference.keys + [
      GraderKey("trim", standard: "true", "whether white space at both ends is ignored"),
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
    ]

  let reference: GraderReference
  var trims = true
  var ignoresCase = false

  init(_ reference: GraderReference) { self.reference = reference }

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    if case .literal(.null) = reference { throw options.wrong("value", "a text", .null) }
    trims = try options.flag("trim") ?? true
    ignoresCase = try options.flag("ignore-case") ?? false
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  private func wanted(in graded: GradedCase) throws(Unscorable) -> JSONValue {
    let value = try reference.value(in: graded)
    guard !value.isNull else { throw Unscorable("what the case expects is null, where a text is needed") }
    return value
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let expected = try wanted(in: graded)
    if expected.object != nil || expected.array != nil {
      let holds = (try? answer.json.get()).map(expected.matches) ?? false
      return Judgement(
        holds, "the answer is \(JSONValue(answer.trimmed).excerpt)" + (holds ? "" : ", expected \(expected.excerpt)"))
    }
    let found = trims ? answer.trimmed : answer.text
    let wanted = trims ? String(expected.plainText.trimmed) : expected.plainText
    let holds =
      ComparableText(found, ignoresCase: ignoresCase) == ComparableText(wanted, ignoresCase: ignoresCase)
    return Judgement(
      holds, "the answer is \(JSONValue(found).excerpt)" + (holds ? "" : ", expected \(JSONValue(wanted).excerpt)"))
  }
}
