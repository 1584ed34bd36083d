import Content

/// The answer begins with the reference.
struct StartsWithGrader: GraderKind {
  static let types = ["starts-with"]
  static let keys =
    GraderReference.keys + [
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same")
    ]

  let reference: GraderReference
  let ignoresCase: Bool

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: false)
    ignoresCase = try options.flag("ignore-case") ?? false
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  private func wanted(in graded: GradedCase) throws(Unscorable) -> String {
    let text = try reference.text(in: graded)
    guard !text.isEmpty else { throw Unscorable("what the answer should start with is an empty text") }
    return text
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = try wanted(in: graded)
    let text = answer.comparable(ignoresCase: ignoresCase)
    let holds = text.begins(with: ComparableText(wanted, ignoresCase: ignoresCase))
    let start = JSONValue(String(answer.text.prefix(wanted.count))).excerpt
    return Judgement(
      holds, "the answer starts with \(start)" + (holds ? "" : ", expected \(JSONValue(wanted).excerpt)"))
  }
}
