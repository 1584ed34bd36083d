import Content

/// The BLEU with the reference, or the best of several.
struct BLEUGrader: GraderKind {
  static let types = ["bleu"]
  static let keys =
    ReferenceTexts.keys + [
      GraderKey("tokenize", standard: "13a", "13a, zh, char or none: how texts are taken apart"),
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
    ]

  let reference: ReferenceTexts
  let metric: BLEU

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try ReferenceTexts(options)
    metric = BLEU(
      tokenizer: try options.choice("tokenize", of: BLEUTokenizer.self) ?? .mteval,
      ignoresCase: try options.flag("ignore-case") ?? false)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try references(in: graded) }

  private func references(in graded: GradedCase) throws(Unscorable) -> [String] {
    try reference.texts(in: graded) { metric.tokenizer.tokens($0).isEmpty ? "of white space alone" : nil }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let references = try references(in: graded)
    try TextLimits.check([answer.text])
    return reference.judgement(metric.score(answer.text, references: references), of: "BLEU")
  }
}
