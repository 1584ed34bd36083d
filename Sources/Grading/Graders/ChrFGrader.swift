import Content

/// The chrF with the reference, or the best of several.
struct ChrFGrader: GraderKind {
  static let types = ["chrf"]
  static let keys =
    ReferenceTexts.keys + [
      GraderKey("words", standard: "0", "the longest n-grams of words that count, too: 2 makes it chrF++"),
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
    ]

  let reference: ReferenceTexts
  let metric: ChrF

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try ReferenceTexts(options)
    let words = try options.count("words") ?? 0
    guard words <= 4 else { throw options.wrong("words", "a whole number from 0 to 4", JSONValue(words)) }
    metric = ChrF(wordOrder: words, ignoresCase: try options.flag("ignore-case") ?? false)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try references(in: graded) }

  private func references(in graded: GradedCase) throws(Unscorable) -> [String] {
    try reference.texts(in: graded) { text in
      text.unicodeScalars.allSatisfy { PythonText.isSpace($0) } ? "of white space alone" : nil
    }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let references = try references(in: graded)
    try TextLimits.check([answer.text])
    return reference.judgement(
      metric.score(answer.text, references: references), of: metric.wordOrder > 0 ? "chrF++" : "chrF")
  }
}
