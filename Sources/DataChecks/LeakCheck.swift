extension DataCheck {
  /// Whether rows and eval cases share texts: then the tuned model is measured on what it was shown.
  ///
  /// A case is leaked when its input is the same as a row's, punctuation, case and spacing aside; when both share 80 % of
  /// their pieces (as Lee et al. 2022 for near duplicates); or when 70 % of its runs of 13 words (all of them where it has
  /// fewer than 26; at least 8 words) stand in one row. That is the length of Brown et al. 2020 and the share of
  /// Chowdhery et al. 2022. An almost equal input of fewer than 8 words, or 25 words in a row that both share, are worth a
  /// look; words that stand in more than 10 rows or 2 cases are part of a template and don't count.
  static func leaks(_ texts: DataTexts) -> DataCheck {
    let unit = "rows that an eval case stands in"
    let repeated = heldRepeats(texts)
    var findings: [DataFinding] = []
    if !repeated.isEmpty {
      findings.append(
        DataFinding(
          "rows for validation that ask almost what a row to learn asks", count: repeated.count,
          note: "of \(texts.data.held.count); rows with one \"group\" stay together",
          rows: repeated.map { texts.rows[$0].row.place }))
    }
    let split = repeated.isEmpty ? "" : " The validation loss will look better than it is."
    guard !texts.cases.isEmpty else {
      return DataCheck(
        .leaks, repeated.isEmpty ? .unknown : .look, value: nil, unit: unit, figure: "–",
        meaning: "There is no eval set to compare with." + split,
        fix: "Give rows that ask the same one \"group\", or remove what is repeated.", findings: findings)
    }
    let search = LeakSearch(texts)
    let leaked = search.rows(search.copies).count
    let cases = search.names(search.copies)
    func add(_ what: String, _ matches: [LeakSearch.Match]) {
      guard !matches.isEmpty else { return }
      let rows = search.rows(matches)
      findings.append(
        DataFinding(what, count: rows.count, rows: rows.map { texts.rows[$0].row.place }, cases: search.names(matches)))
    }
    add("rows with the input of an eval case", search.same)
    add("rows with almost the input of an eval case", search.near)
    add("rows with almost the input of an eval case, less than 8 words", search.shortNear)
    add("rows that contain the input of an eval case", search.contained)
    add("rows whose answer holds what an eval case expects, 13 words or more", search.answers)
    add("rows that share 25 words or more with an eval case", search.quotations)
    let quoted = search.rows(search.quotations + search.shortNear).count
    return DataCheck(
      .leaks, leaked > 0 ? .bad : quoted > 0 || !repeated.isEmpty ? .look : .fine, value: Double(leaked), unit: unit,
      figure: Words.rows(leaked),
      meaning: (leaked > 0
        ? "\(leaked) of \(Words.rows(texts.rows.count)) ask or answer what \(cases.count) of \(texts.cases.count) eval cases do: "
          + "the tuned model's score there would be no evidence."
        : quoted > 0
          ? "No eval case stands in a row, but \(Words.rows(quoted)) come\(quoted == 1 ? "s" : "") close to one."
          : "None of \(texts.cases.count) eval cases stands in a row.") + split,
      fix: leaked > 0 || quoted > 0
        ? "Remove these rows, or take the cases out of the eval set."
        : "Give rows that ask the same one \"group\", or remove what is repeated.", findings: findings)
  }
}

extension DataCheck {
  /// Places of rows kept for validation whose input a row to learn from has almost, too.
  private static func heldRepeats(_ texts: DataTexts) -> [Int] {
    guard !texts.data.held.isEmpty else { return [] }
    let groups = DataGroups.ofInputs(texts)
    let learnt = Set(texts.rows.indices.lazy.filter { !texts.data.held.contains($0) }.map { groups[$0] })
    return texts.data.held.sorted().filter { learnt.contains(groups[$0]) }
  }
}
