import Content

/// The date that the answer gives is the reference.
struct DateGrader: GraderKind {
  static let types = ["date"]
  static let keys =
    GraderReference.keys + [
      GraderKey("order", standard: "told from the date", "day-first or month-first, for dates such as 03/04/2026"),
      GraderKey("tolerance", standard: "0", "how many days the date may lie from the reference"),
      GraderKey("extract", standard: "true", "whether the date may have other text around it"),
    ]

  let reference: GraderReference
  let order: DateScanner.Order?
  let tolerance: Int
  let extracts: Bool

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    order = try options.choice("order", of: DateScanner.Order.self)
    tolerance = try options.count("tolerance") ?? 0
    extracts = try options.flag("extract") ?? true
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  private func wanted(in graded: GradedCase) throws(Unscorable) -> CalendarDate {
    let text = try reference.text(in: graded)
    let excerpt = JSONValue(text).excerpt
    guard text.utf8.count <= 1000, let found = only(in: text) else {
      throw Unscorable("\(reference.label) is \(excerpt), which is no date")
    }
    guard found.readings.count == 1 else {
      throw Unscorable("\(reference.label) is \(excerpt), which can be read in two ways; write it as 2026-03-04")
    }
    return found.readings[0]
  }

  /// The date that a text is, with a time or a day of the week perhaps.
  private func only(in text: String) -> WrittenDate? {
    let all = DateScanner(text, order: order).all()
    return all.count == 1 ? all[0] : nil
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = try wanted(in: graded)
    try TextLimits.check([answer.text])
    let all = DateScanner(answer.text, order: order).all()
    guard let found = all.last else { return Judgement(false, "the answer has no date") }
    guard extracts || all.count == 1 && answer.trimmed == found.text else {
      return Judgement(false, "the answer is not a date alone: \(JSONValue(answer.trimmed).excerpt)")
    }
    let verdicts = Set(found.readings.map { abs($0.number - wanted.number) <= tolerance })
    guard let verdict = verdicts.first, verdicts.count == 1 else {
      throw Unscorable("the date \(found.text) can be read in two ways, of which one is \(wanted.text); set \"order\"")
    }
    return Judgement(verdict, "the date is \(found.text), expected \(wanted.text)")
  }
}
