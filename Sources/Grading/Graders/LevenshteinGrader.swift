import Content

/// At most so many edits lie between answer and reference.
struct LevenshteinGrader: GraderKind {
  static let types = ["levenshtein"]
  static let keys =
    GraderReference.keys + [
      GraderKey("threshold", standard: "20 % of the length of what is expected", "the most edits that pass")
    ]

  /// The longest text that edits are counted for, in UTF-8 bytes.
  static let maximumLength = 200_000

  let reference: GraderReference
  let threshold: Int?

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    threshold = try options.count("threshold")
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try reference.text(in: graded) }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = ComparableText(String(try reference.text(in: graded).trimmed)).text
    let found = ComparableText(answer.trimmed).text
    guard max(found.utf8.count, wanted.utf8.count) <= Self.maximumLength else {
      throw Unscorable(
        "the answer or what is expected is too long to count edits (\(Self.maximumLength) bytes at most)")
    }
    let allowed = threshold ?? wanted.unicodeScalars.count / 5
    let edits = EditDistance.levenshtein(found, wanted)
    return Judgement(
      edits <= allowed,
      "the answer is \(edits) edit\(edits == 1 ? "" : "s") away from what is expected, allowed are \(allowed)")
  }
}
