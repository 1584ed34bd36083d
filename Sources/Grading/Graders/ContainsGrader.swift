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
    ]

  let reference: GraderReference
  let needsAll: Bool
  let ignoresCase: Bool
  let isAllOrNothing: Bool

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: true)
    needsAll = !type.hasSuffix("-any")
    let flag = try options.flag("ignore-case")
    ignoresCase = type.hasPrefix("i") ? true : flag ?? false
    isAllOrNothing = try options.flag("all-or-nothing") ?? false
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
    return Judgement(
      missing.isEmpty,
      missing.isEmpty ? "the answer contains \(list(found))" : "the answer does not contain \(list(missing))",
      value: isAllOrNothing ? nil : Double(found.count) / Double(parts.count))
  }
}
