import Content

/// The chrF with the reference, or the best of several.
struct ChrFGrader: GraderKind {
  static let types = ["chrf"]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      .threshold(standard: "0.5"),
      GraderKey("words", standard: "0", "the longest n-grams of words that count, too: 2 makes it chrF++"),
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
    ]

  let reference: GraderReference
  let threshold: Double
  let metric: ChrF

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: true)
    threshold = try options.threshold(0.5)
    let words = try options.count("words") ?? 0
    guard words <= 4 else { throw options.wrong("words", "a whole number from 0 to 4", JSONValue(words)) }
    metric = ChrF(wordOrder: words, ignoresCase: try options.flag("ignore-case") ?? false)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try references(in: graded) }

  private func references(in graded: GradedCase) throws(Unscorable) -> [String] {
    let texts = try reference.requirements(in: graded)
    try TextLimits.check(texts)
    guard texts.allSatisfy({ $0.unicodeScalars.contains { !PythonText.isSpace($0) } }) else {
      throw Unscorable("\(reference.label) has a text of white space alone")
    }
    return texts
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let references = try references(in: graded)
    try TextLimits.check([answer.text])
    let value = metric.score(answer.text, references: references)
    let name = metric.wordOrder > 0 ? "chrF++" : "chrF"
    return Judgement(value, threshold: threshold, "\(name) is \(value.reasonText), needed is \(threshold.reasonText)")
  }
}
