import Content

/// The number of words, which white space separates, lies between two limits.
struct WordCountGrader: GraderKind {
  static let types = ["word-count"]
  static let keys = [
    GraderKey("min", standard: "no limit", "the fewest words that pass"),
    GraderKey("max", standard: "no limit", "the most words that pass"),
    GraderKey("value", standard: "\"min\" and \"max\"", "the exact number, or an object with min and max"),
  ]

  let minimum: Int?
  let maximum: Int?

  init(type: String, options: GraderOptions) throws(GraderError) {
    var minimum = try options.count("min")
    var maximum = try options.count("max")
    if let value = options.value("value") {
      let limits = value.object ?? ["min": value, "max": value]
      let isValid = limits.allSatisfy { ["min", "max"].contains($0.key) && $0.value.int.map { $0 >= 0 } ?? false }
      guard isValid else { throw options.wrong("value", "a whole number from 0 or an object with min and max", value) }
      minimum = limits["min"]?.int ?? minimum
      maximum = limits["max"]?.int ?? maximum
    }
    guard minimum ?? 0 > 0 || maximum != nil else {
      throw options.missing("max", "the most words that the answer may have (or \"min\", from 1)")
    }
    guard minimum ?? 0 <= maximum ?? .max else {
      throw options.wrong("max", "at least \"min\" (\(minimum ?? 0))", found: "\(maximum ?? 0)")
    }
    self.minimum = minimum
    self.maximum = maximum
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let count = answer.text.wordCount
    let holds = count >= minimum ?? 0 && count <= maximum ?? .max
    return Judgement(
      holds, "the answer has \(count) word\(count == 1 ? "" : "s")" + (holds ? "" : ", expected \(allowed)"))
  }

  private var allowed: String {
    switch (minimum, maximum) {
    case (let minimum?, let maximum?) where minimum == maximum: "\(minimum)"
    case (let minimum?, let maximum?): "\(minimum) to \(maximum)"
    case (let minimum?, nil): "at least \(minimum)"
    case (nil, let maximum?): "at most \(maximum)"
    case (nil, nil): "any number"
    }
  }
}
