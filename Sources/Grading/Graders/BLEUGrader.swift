import Content

/// The BLEU with the reference, or the best of several.
struct BLEUGrader: GraderKind {
  static let types = ["bleu"]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      .threshold(standard: "0.5"),
      GraderKey("tokenize", standard: "13a", "13a, zh, char or none: how texts are taken apart"),
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
    ]

  let reference: GraderReference
  let threshold: Double
  let metric: BLEU

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.requirements(allowsList: true)
    threshold = try options.threshold(0.5)
    metric = BLEU(
      tokenizer: try options.choice("tokenize", of: BLEUTokenizer.self) ?? .mteval,
      ignoresCase: try options.flag("ignore-case") ?? false)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try references(in: graded) }

  private func references(in graded: GradedCase) throws(Unscorable) -> [String] {
    let texts = try reference.requirements(in: graded)
    try TextLimits.check(texts)
    guard texts.allSatisfy({ !metric.tokenizer.tokens($0).isEmpty }) else {
      throw Unscorable("\(reference.label) has a text of white space alone")
    }
    return texts
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let references = try references(in: graded)
    try TextLimits.check([answer.text])
    let value = metric.score(answer.text, references: references)
    return Judgement(value, threshold: threshold, "BLEU is \(value.reasonText), needed is \(threshold.reasonText)")
  }
}
