extension DataCheck {
  /// Answers of one form from this share on are consistent: what tuned models are expected to reach (SPEC.md, section 7).
  static let consistentShare = 0.95
  /// Below this share a program that reads the answers would be taught to fail: prompting alone does better.
  static let leastShare = 0.8

  /// Whether the answers have one form.
  static func consistency(_ texts: DataTexts, _ answers: AnswerForms) -> DataCheck {
    let unit = "share of answers in the most frequent form"
    let forms = answers.forms
    guard !texts.areTexts else {
      return DataCheck(
        .consistent, .unknown, value: nil, unit: unit, figure: "–",
        meaning: "The rows are plain texts, which have no answers whose form could be told.")
    }
    guard !forms.isEmpty else {
      return DataCheck(.consistent, .unknown, value: nil, unit: unit, figure: "–", meaning: "There are no rows.")
    }
    var places: [AnswerForm: [Int]] = [:]
    for (place, form) in zip(texts.own, forms) { places[form, default: []].append(place) }
    let ranked = places.sorted { ($1.value.count, $0.value[0]) < ($0.value.count, $1.value[0]) }
    let share = Double(ranked[0].value.count) / Double(forms.count)
    var findings = ranked.prefix(6).map { form, places in
      DataFinding(form.title, count: places.count, rows: places.map { texts.rows[$0].row.place })
    }
    if ranked.count > 6 { findings.append(DataFinding("other forms", count: ranked.count - 6)) }
    var systems: [String: [Int]] = [:]
    for place in texts.own { systems[texts.rows[place].row.system, default: []].append(place) }
    let instructed = systems.values.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }.map { places in
      places.map { texts.rows[$0].row.place }
    }
    // Rows that are each told another thing may well answer in another form.
    let haveOneInstruction = (instructed.first?.count ?? 0) * 2 > texts.own.count
    if instructed.count > 1 {
      findings.append(
        DataFinding(
          "different system texts", count: instructed.count,
          note: "\(Words.rows(instructed[0].count)) share the most frequent one",
          rows: instructed.dropFirst().map { $0[0] }))
    }
    let isForPrograms = ranked[0].key.isForPrograms
    let status: Status =
      share >= consistentShare ? .fine : share < leastShare && isForPrograms && haveOneInstruction ? .bad : .look
    return DataCheck(
      .consistent, status, value: share, unit: unit, figure: "\(Words.percent(share)) one form",
      meaning: "\(ranked[0].value.count) of \(forms.count) answers are \(ranked[0].key.title)"
        + (ranked.count == 1 ? "." : "; other forms that occur: \(ranked.count - 1).")
        + (haveOneInstruction ? "" : " Their system texts differ, which may be why."),
      fix: "Rewrite the rows named here in the most frequent form, or remove them.", findings: Array(findings))
  }
}
