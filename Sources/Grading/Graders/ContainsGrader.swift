import Content

/// All, or at least one, of the reference's texts occur in the answer.
struct ContainsGrader: GraderKind {
  static let types = [
    "contains", "contains-all", "contains-any", "icontains", "icontains-all", "icontains-any",
  ]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      GraderKey(
        "ignore-case", standard: "false, true for the types with i", "whether upper and lower case are the same"),
      GraderKey("all-or-nothing", standard: "false", "whether the score is 0 or 1, not the share that was found"),
      .threshold(standard: "1"),
    ]

  let reference: GraderReference
  let needsAll: Bool
  let ignoresCase: Bool
  let isAllOrNothing: Bool
  let threshold: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: true)
    needsAll = !type.hasSuffix("-any")
    let flag = try options.flag("ignore-case")
    ignoresCase = type.hasPrefix("i") ? true : flag ?? false
    isAllOrNothing = try options.flag("all-or-nothing") ?? false
    threshold = try options.threshold(1)
    if let value = options.value("threshold"), !needsAll || isAllOrNothing {
      throw options.wrong("threshold", "left out where the value is 0 or 1", value)
    }
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try reference.requirements(in: graded) }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let parts = try reference.requirements(in: graded)
    let text = answer.comparable(ignoresCase: ignoresCase)
    var found: [String] = []
    var missing: [String] = []
    for part in parts {
      if text.contains(ComparableText(part, ignoresCase: ignoresCase)) {
        found.append(part)
      } else {
        missing.append(part)
      }
    }
    let list = { (texts: [String]) in texts.map { JSONValue($0).excerpt }.joined(separator: ", ") }
    guard needsAll else {
      return found.isEmpty
        ? Judgement(false, "the answer contains none of \(list(parts))")
        : Judgement(true, "the answer contains \(list(found))")
    }
    let statement =
      missing.isEmpty ? "the answer contains \(list(found))" : "the answer does not contain \(list(missing))"
    return isAllOrNothing
      ? Judgement(missing.isEmpty, statement)
      : Judgement(Double(found.count) / Double(parts.count), threshold: threshold, statement)
  }
}
