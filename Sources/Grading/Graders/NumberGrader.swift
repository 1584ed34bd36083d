import Content

/// The number that the answer gives is the reference, within a tolerance.
struct NumberGrader: GraderKind {
  static let types = ["number"]
  static let keys =
    GraderReference.keys + [
      GraderKey("tolerance", standard: "0", "how far the number may lie from the reference, in the reference's unit"),
      GraderKey("relative", standard: "0", "how far it may lie from it, as a share of the reference"),
      GraderKey("unit", standard: "none", "the unit of numbers that are written without one"),
      GraderKey(
        "decimal", standard: "told from the number",
        "point or comma: what stands before decimals, in texts on both sides"),
      GraderKey("extract", standard: "true", "whether the number may have other text around it"),
    ]
  /// How many of the last places that announce a result are looked at.
  private static let mostMarks = 50

  let reference: GraderReference
  let tolerance: Double
  let relative: Double
  let unit: QuantityUnit?
  let decimalSign: Quantity.DecimalSign?
  let extracts: Bool

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    tolerance = try options.number("tolerance", "a number from 0") { $0 >= 0 } ?? 0
    relative = try options.number("relative", "a share from 0, such as 0.01") { $0 >= 0 } ?? 0
    decimalSign = try options.choice("decimal", of: Quantity.DecimalSign.self)
    extracts = try options.flag("extract") ?? true
    guard let name = try options.text("unit") else {
      unit = nil
      return
    }
    guard let unit = QuantityUnit.named(name) else {
      throw options.wrong("unit", "a unit or currency such as km, % or EUR", JSONValue(name))
    }
    self.unit = unit
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try wanted(in: graded) }

  private func wanted(in graded: GradedCase) throws(Unscorable) -> (quantity: Quantity, value: Double) {
    let value = try reference.value(in: graded)
    if let number = value.number {
      guard number.double.isFinite else { throw Unscorable("\(reference.label) is too large a number") }
      return (Quantity(number.double, text: number.text), number.double)
    }
    guard let text = value.string else {
      throw Unscorable("\(reference.label) is \(value.excerpt), where a number is needed")
    }
    guard text.utf8.count <= 1000, let found = only(in: text) else {
      throw Unscorable("\(reference.label) is \(value.excerpt), which is no single number")
    }
    guard found.readings.count == 1 else {
      throw Unscorable("\(reference.label) is \(value.excerpt), which can be read in two ways; set \"decimal\"")
    }
    return (found, found.readings[0])
  }

  /// The number that is all of a text but for a period, emphasis or brackets around it.
  private func only(in text: String) -> Quantity? {
    let scalars = Array(text.unicodeScalars)
    let found = QuantityScanner(scalars, decimalSign: decimalSign).all()
    guard found.count == 1, let first = found.first else { return nil }
    let isFrame = { (scalar: Unicode.Scalar) in scalar.isSpace || "*_`.\\()[]{}=≈~\"".unicodeScalars.contains(scalar) }
    let before = scalars[..<first.range.lowerBound]
    let isFramed = before.allSatisfy { isFrame($0) || $0 == "$" } || before.elementsEqual("\\boxed{".unicodeScalars)
    return isFramed && scalars[first.range.upperBound...].allSatisfy { isFrame($0) || $0 == "$" } ? first : nil
  }

  private func found(in text: String) -> Quantity? {
    guard extracts else { return only(in: text) }
    let scalars = Array(text.unicodeScalars)
    let all = QuantityScanner(scalars, decimalSign: decimalSign).all()
    guard all.count > 1 else { return all.first }
    for mark in AnswerMark.places(in: AnswerMark.lowercased(scalars)).suffix(Self.mostMarks).reversed() {
      let end = scalars[mark...].firstIndex(of: "\n") ?? scalars.endIndex
      let equals = scalars[mark..<end].lastIndex(of: "=") ?? mark
      let behind = { (place: Int) in all.first { $0.range.lowerBound >= place && $0.range.upperBound <= end } }
      if let number = behind(equals) ?? behind(mark) { return number }
    }
    return all.last
  }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let (wanted, value) = try wanted(in: graded)
    try TextLimits.check([answer.text])
    guard let found = found(in: answer.text) else {
      return Judgement(
        false,
        extracts ? "the answer has no number" : "the answer is not a number alone: \(JSONValue(answer.trimmed).excerpt)"
      )
    }
    let statement = "the number is \(found.text), expected \(wanted.text)"
    let (unitFound, unitWanted) = (found.unit ?? unit, wanted.unit ?? unit)
    var candidates = found.readings
    switch (unitFound, unitWanted) {
    case (let a?, let b?):
      guard a.dimension == b.dimension else { return Judgement(false, statement + ": the units differ") }
      candidates = candidates.map { ($0 * a.factor + a.offset - b.offset) / b.factor }
    case (let a?, nil) where a.isShare: candidates = candidates.flatMap { [$0, $0 * a.factor] }
    case (nil, let b?) where b.isShare: candidates = candidates.flatMap { [$0, $0 / b.factor] }
    case (nil, _?): return Judgement(false, statement + ": it has no unit")
    case (_, nil): break
    }
    let verdicts = Set(candidates.map { isNear($0, value) })
    guard let verdict = verdicts.first, verdicts.count == 1 else {
      let key = found.readings.count > 1 ? "decimal" : "unit"
      throw Unscorable(
        "the number \(found.text) can be read in two ways, of which one is \(wanted.text); set \"\(key)\"")
    }
    return Judgement(verdict, statement)
  }

  /// Whether a number lies within the tolerance; twelve digits count.
  private func isNear(_ found: Double, _ wanted: Double) -> Bool {
    let slack = max(abs(found), abs(wanted)) * 1e-12
    return abs(found - wanted) <= max(tolerance, relative * abs(wanted)) + slack
  }
}
