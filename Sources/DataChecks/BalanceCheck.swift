import Content

extension DataCheck {
  /// Labels more uneven than this are worth a look: the rare one is seen once where the frequent one is seen ten times.
  static let mostUneven = 10.0
  /// Eval cases that expect a label which no row has, from this share on.
  static let mostUntaught = 0.1

  /// Whether labels are taught about equally often, where answers are labels.
  static func balance(_ texts: DataTexts, _ answers: AnswerForms) -> DataCheck {
    let unit = "ratio of the most to the least frequent label"
    let fields = texts.areTexts ? [] : labelFields(texts, answers)
    guard !fields.isEmpty else {
      return DataCheck(
        .balanced, .unknown, value: nil, unit: unit, figure: "–",
        meaning: "The answers are no labels, so there is nothing to balance.")
    }
    let rated = fields.map { (field: $0, missing: missing(of: $0, texts)) }
    var findings: [DataFinding] = []
    for (field, missing) in rated {
      let counts = field.counts.prefix(12).map { "\($0.label) \($0.places.count)" }.joined(separator: ", ")
      findings.append(
        DataFinding(
          field.title, count: field.counts.count,
          note: "\(counts); evenness \(Words.two(field.evenness))",
          rows: field.counts.last?.places.map { texts.rows[$0].row.place } ?? []))
      for (label, cases) in missing {
        findings.append(
          DataFinding("cases expect \(field.title) \(label), which no row has", count: cases.count, cases: cases))
      }
    }
    let worst = rated.max { $0.field.ratio < $1.field.ratio }?.field ?? fields[0]
    let untaught = Set(rated.flatMap { $0.missing.flatMap(\.cases) }).count
    let cases = texts.cases.count { !$0.source.isGeneral }
    let isUntaught = cases > 0 && Double(untaught) / Double(cases) > mostUntaught
    let single = fields.first { $0.counts.count == 1 && fields.count == 1 }
    let status: Status = isUntaught ? .bad : untaught > 0 || worst.ratio > mostUneven || single != nil ? .look : .fine
    var meaning: String
    if single != nil {
      meaning = "All answers are the same, so only that answer is learnt."
    } else {
      meaning =
        "Of \(worst.title), \(worst.counts.first?.label ?? "") stands in \(worst.counts.first?.places.count ?? 0) rows and "
        + "\(worst.counts.last?.label ?? "") in \(worst.counts.last?.places.count ?? 0)."
    }
    if untaught > 0 { meaning += " \(untaught) eval case\(untaught == 1 ? "" : "s") expect a label that no row has." }
    return DataCheck(
      .balanced, status, value: worst.ratio, unit: unit, figure: "\(Words.one(worst.ratio)) : 1",
      meaning: meaning,
      fix: "Add rows with the rare and the missing labels; leave out some of the frequent ones only if there are many.",
      findings: findings)
  }

  /// A field whose values are labels.
  private struct LabelField {
    var field: String
    /// With the rows that have them, the most frequent first.
    var counts: [(label: String, places: [Int])]
    var title: String { field.isEmpty ? "the answers" : field }
    var ratio: Double {
      guard let first = counts.first, let last = counts.last else { return 1 }
      return Double(first.places.count) / Double(last.places.count)
    }
    /// Entropy as a part of what it could be (Pielou 1966): 1 when all labels are equally frequent.
    var evenness: Double {
      guard counts.count > 1 else { return 0 }
      let total = Double(counts.reduce(0) { $0 + $1.places.count })
      let entropy = counts.reduce(0.0) { sum, label in
        let share = Double(label.places.count) / total
        return sum - share * Words.log2(share)
      }
      return entropy / Words.log2(Double(counts.count))
    }
  }

  private static func labelFields(_ texts: DataTexts, _ answers: AnswerForms) -> [LabelField] {
    let values = answers.values
    return values.keys.sorted().compactMap { field in
      guard let list = values[field] else { return nil }
      var places: [String: [Int]] = [:]
      for (place, value) in list {
        places[value, default: []].append(place)
        if places.count > 20 { return nil }
      }
      guard AnswerForms.areLabels(distinct: places.count, of: list.count), list.count * 2 > texts.own.count else {
        return nil
      }
      let counts = places.map { (label: $0.key, places: $0.value) }
        .sorted { ($1.places.count, $0.label) < ($0.places.count, $1.label) }
      return LabelField(field: field, counts: counts)
    }
  }

  /// Labels that eval cases expect and no row has.
  private static func missing(of field: LabelField, _ texts: DataTexts) -> [(label: String, cases: [String])] {
    var expected: [String: [String]] = [:]
    var count = 0
    for one in texts.cases where !one.source.isGeneral {
      guard let label = label(of: field.field, in: one.source.expected) else { continue }
      count += 1
      expected[label, default: []].append(one.source.name)
    }
    // What the cases expect must be labels too: not a text of its own for each.
    guard expected.count <= 20, count >= 2 * expected.count else { return [] }
    let known = Set(field.counts.map(\.label))
    return expected.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
      .map { (label: $0.key, cases: $0.value) }
  }

  private static func label(of field: String, in expected: JSONValue?) -> String? {
    guard let expected else { return nil }
    if field.isEmpty {
      if let text = expected.string { return text }
      guard let object = expected.object, object.count == 1 || object["answer"] != nil else { return nil }
      return (object["answer"] ?? object.values.first)?.string
    }
    return AnswerForms.fields(of: expected).first { $0.field == field }?.value
  }
}

extension Words {
  static func one(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// The logarithm to base 2, without Foundation.
  static func log2(_ value: Double) -> Double { log(value) / 0.693_147_180_559_945_3 }

  /// The natural logarithm of a positive number, without Foundation: the exponent, then the series of the inverse
  /// hyperbolic tangent.
  static func log(_ value: Double) -> Double {
    let ratio = (value.significand - 1) / (value.significand + 1)
    var (term, sum, power) = (ratio, 0.0, 1.0)
    while power < 60 {
      sum += term / power
      term *= ratio * ratio
      power += 2
    }
    return Double(value.exponent) * 0.693_147_180_559_945_3 + 2 * sum
  }
}
