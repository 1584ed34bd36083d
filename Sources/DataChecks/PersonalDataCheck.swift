extension DataCheck {
  /// Whether rows hold personal data or secrets, which a model can repeat word for word (Carlini et
  /// al. 2021). Account and card numbers, social security numbers and keys stop a training; addresses and phone numbers
  /// are worth a look, since they may be public.
  static func personalData(_ texts: DataTexts) -> DataCheck {
    var found: [PersonalData.Kind: (count: Int, places: [Int], examples: [String])] = [:]
    var rows: Set<Int> = []
    var systems: [String: [PersonalData.Match]] = [:]
    for (place, one) in texts.rows.enumerated() {
      let row = one.row
      var matches = PersonalData.matches(in: row.prompt) + PersonalData.matches(in: row.answer)
      if let rejected = row.rejected { matches += PersonalData.matches(in: rejected) }
      if !row.system.isEmpty {
        let own = systems[row.system] ?? PersonalData.matches(in: row.system)
        systems[row.system] = own
        matches += own
      }
      for match in matches {
        rows.insert(place)
        found[match.kind, default: (0, [], [])].count += 1
        if found[match.kind]?.places.last != place, found[match.kind]?.places.count ?? 0 < DataFinding.mostExamples {
          found[match.kind]?.places.append(place)
        }
        if found[match.kind]?.examples.count ?? 0 < 3, found[match.kind]?.examples.contains(match.masked) == false {
          found[match.kind]?.examples.append(match.masked)
        }
      }
    }
    let findings = PersonalData.Kind.allCases.compactMap { kind -> DataFinding? in
      guard let one = found[kind] else { return nil }
      return DataFinding(
        kind.rawValue, count: one.count, note: one.examples.joined(separator: ", "),
        rows: one.places.map { texts.rows[$0].row.place })
    }
    let isGrave = found.keys.contains(where: \.isGrave)
    return DataCheck(
      .personal, isGrave ? .bad : rows.isEmpty ? .fine : .look, value: Double(rows.count),
      unit: "rows with personal data or secrets", figure: Words.rows(rows.count),
      meaning: rows.isEmpty
        ? "No e-mail address, phone, account, card or social security number, IP address or key was found."
        : "Found " + findings.map { "\($0.count ?? 0) \($0.what)" }.joined(separator: ", ")
          + "; a tuned model can repeat them in its answers.",
      fix: isGrave
        ? "Replace them with made-up values before training, and have keys that stood here withdrawn."
        : "Replace them with made-up values, unless they are public.", findings: findings)
  }
}
