import Content

/// The ROUGE with the reference, or the best of several.
struct ROUGEGrader: GraderKind {
  /// Which of the three figures is the value.
  enum Measure: String, CaseIterable { case f1, precision, recall }

  static let types = ["rouge-1", "rouge-2", "rouge-l", "rouge-n"]
  static let keys =
    ReferenceTexts.keys + [
      GraderKey("n", standard: "1", "the length of the n-grams of rouge-n, 1 to 9"),
      GraderKey("measure", standard: "f1", "f1, precision or recall: what the value is"),
      GraderKey("tokens", standard: "ascii", "ascii or unicode: which letters and digits words are made of"),
    ]

  let reference: ReferenceTexts
  let metric: ROUGE
  let measure: Measure
  let name: String

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try ReferenceTexts(options)
    measure = try options.choice("measure", of: Measure.self) ?? .f1
    let length = try options.count("n")
    if let length, type != "rouge-n" || !(1...9).contains(length) {
      throw options.wrong(
        "n", type == "rouge-n" ? "a whole number from 1 to 9" : "left out, since the type says it", JSONValue(length))
    }
    let kind: ROUGE.Kind =
      switch type {
      case "rouge-l": .sequence
      case "rouge-2": .grams(2)
      default: .grams(length ?? 1)
      }
    metric = ROUGE(kind: kind, tokens: try options.choice("tokens", of: ROUGE.Tokens.self) ?? .ascii)
    if case .grams(let length) = kind { name = "ROUGE-\(length)" } else { name = "ROUGE-L" }
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try references(in: graded) }

  private func references(in graded: GradedCase) throws(Unscorable) -> [String] {
    let advice = metric.tokens == .ascii ? " of a-z and 0-9; set \"tokens\" to \"unicode\"" : ""
    return try reference.texts(in: graded) { metric.words($0).isEmpty ? "without any word\(advice)" : nil }
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let references = try references(in: graded)
    try TextLimits.check([answer.text])
    guard let result = metric.score(answer.text, references: references) else {
      throw Unscorable("the answer and what is expected are too long to compare word by word")
    }
    let value: Double
    let label: String
    switch measure {
    case .f1: (value, label) = (result.f1, name)
    case .precision: (value, label) = (result.precision, "the precision of \(name)")
    case .recall: (value, label) = (result.recall, "the recall of \(name)")
    }
    return reference.judgement(value, of: label)
  }
}
