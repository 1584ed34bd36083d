import Content

extension DataCheck {
  /// A few faulty rows are usual (Northcutt, Athalye and Mueller 2021 found 3.3 % wrong labels in well-kept test sets); from
  /// this share on they are taught.
  static let mostFaulty = 0.05

  /// Whether rows can be learnt as they are.
  static func cleanness(_ texts: DataTexts) -> DataCheck {
    let data = texts.data
    let rows = data.rows
    guard !rows.isEmpty else {
      return DataCheck(
        .clean, .unknown, value: nil, unit: "share of rows", figure: "–", meaning: "There are no rows.")
    }
    var faulty: Set<Int> = []
    var findings: [DataFinding] = []
    func add(_ what: String, _ places: [Int], note: String = "") {
      guard !places.isEmpty else { return }
      faulty.formUnion(places)
      findings.append(DataFinding(what, count: places.count, note: note, rows: places.map { rows[$0].place }))
    }
    add("empty prompts", rows.indices.filter { !rows[$0].isText && rows[$0].prompt.allSatisfy(\.isWhitespace) })
    let blank = rows.indices.filter { rows[$0].answer.allSatisfy(\.isWhitespace) }
    add(texts.areTexts ? "empty texts" : "empty answers", blank)
    let equal = PairedAnswers.equal(in: rows)
    add("pairs of equal answers", equal, note: "nothing tells which is better")
    let turned = PairedAnswers.contradictions(in: rows)
    add("pairs that contradict each other", turned, note: "what one prefers, another rejects")
    let asked = groups(of: rows)
    let prompts = asked.contradictions.count
    add(
      "rows that contradict each other", asked.contradictions.flatMap { $0 },
      note: "the same prompt, other answers: \(prompts) prompt\(prompts == 1 ? "" : "s")")
    if let failure = data.failure {
      let skipped = Set(blank)
      var failed: [Int] = []
      var reasons: [String: Int] = [:]
      for place in texts.own where !skipped.contains(place) && !rows[place].isText {
        guard let reason = failure(rows[place]) else { continue }
        failed.append(place)
        reasons[reason, default: 0] += 1
      }
      let reason = reasons.max { ($0.value, $1.key) < ($1.value, $0.key) }
      let isPaired = rows.first?.rejected != nil
      add("\(isPaired ? "chosen " : "")answers that fail the graders", failed, note: reason?.key ?? "")
    }
    let refused = rows.indices.filter { rows[$0].refusal != nil }
    add("rows that the back end can't learn whole", refused, note: refused.first.flatMap { rows[$0].refusal } ?? "")
    let long = LongRows(data)
    if long.isExact {
      add(long.what, long.places, note: long.note)
    } else if !long.places.isEmpty {
      // What is only estimated stops nothing.
      findings.append(
        DataFinding(
          long.what, count: long.places.count, note: long.note, rows: long.places.map { rows[$0].place }))
    }
    let unused = UnusedMembers(rows)
    if let finding = unused.finding { findings.append(finding) }
    if !asked.wordings.isEmpty {
      findings.append(
        DataFinding(
          "prompts with several answers in prose", count: asked.wordings.count, note: "no fault if any of them is good",
          rows: asked.wordings.flatMap { $0 }.map { rows[$0].place }))
    }
    if long.places.isEmpty { findings.append(DataFinding("row lengths", note: long.note)) }
    let share = Double(faulty.count) / Double(rows.count)
    let isFine = faulty.isEmpty && long.places.isEmpty && unused.places.isEmpty
    let status: Status = share > mostFaulty || !refused.isEmpty ? .bad : isFine ? .fine : .look
    let harmless = ["prompts with several answers in prose", UnusedMembers.what]
    let kinds = findings.filter { !$0.rows.isEmpty && !harmless.contains($0.what) }
      .map { "\($0.what) (\($0.count ?? 0))" }
    return DataCheck(
      .clean, status, value: share, unit: "share of rows with a fault", figure: "\(Words.percent(share)) faulty",
      meaning: faulty.isEmpty && !long.places.isEmpty
        ? "No row has a fault for certain, but \(Words.rows(long.places.count)) may be cut off at \(data.maxTokens) tokens."
        : faulty.isEmpty && !unused.places.isEmpty
          ? "No row has a fault, but training does not use \(unused.names) in \(Words.rows(unused.places.count))."
          : faulty.isEmpty
            ? "No row is empty, contradicted by another\(data.failure == nil ? "" : ", refused by the graders") or cut off."
            : "\(faulty.count) of \(Words.rows(rows.count)) have a fault: \(kinds.joined(separator: ", ")).",
      fix: "Correct or remove the rows named here"
        + (long.places.isEmpty ? "." : "; shorten long ones or raise max_tokens."),
      findings: findings)
  }

  /// Rows with the same prompt and different answers: short or JSON ones contradict each other, prose may be worded in
  /// more than one way.
  private static func groups(of rows: [DataRow]) -> (contradictions: [[Int]], wordings: [[Int]]) {
    var prompts: [String: [Int]] = [:]
    for place in rows.indices where !rows[place].prompt.isEmpty && rows[place].rejected == nil {
      let key = rows[place].system + "\u{0}" + AnswerForm.trimmed(rows[place].prompt)
      prompts[key, default: []].append(place)
    }
    var contradictions: [[Int]] = []
    var wordings: [[Int]] = []
    for places in prompts.values where places.count > 1 {
      var answers: Set<String> = []
      var isExact = true
      for place in places {
        let answer = AnswerForm.trimmed(rows[place].answer)
        if let json = try? JSONValue(parsing: answer) {
          answers.insert(json.canonical.text(.compact))
        } else {
          answers.insert(NormalText(answer).scalars.map { String($0) }.joined(separator: " "))
          if answer.utf8.count > AnswerForms.longestLabel { isExact = false }
        }
      }
      guard answers.count > 1 else { continue }
      if isExact { contradictions.append(places) } else { wordings.append(places) }
    }
    func ordered(_ groups: [[Int]]) -> [[Int]] { groups.sorted { $0[0] < $1[0] } }
    return (ordered(contradictions), ordered(wordings))
  }
}

/// Members of rows that mean nothing to training.
private struct UnusedMembers {
  static let what = "rows with members that training does not use"
  var places: [Int]
  var names = ""
  var finding: DataFinding?

  init(_ rows: [DataRow]) {
    places = rows.indices.filter { !rows[$0].unused.isEmpty }
    guard !places.isEmpty else { return }
    var found: [String] = []
    for name in places.lazy.flatMap({ rows[$0].unused }) where !found.contains(name) && found.count < 7 {
      found.append(name)
    }
    names = found.prefix(6).map { "`\($0)`" }.joined(separator: ", ") + (found.count > 6 ? ", …" : "")
    finding = DataFinding(
      Self.what, count: places.count, note: names, rows: places.map { rows[$0].place })
  }
}

/// Rows that training cuts off.
private struct LongRows {
  var places: [Int] = []
  var what = "rows longer than max_tokens"
  var note = ""
  var isExact = true

  init(_ data: DataToCheck) {
    let worth = data.placesWorthCounting
    let limit = data.maxTokens
    if worth.isEmpty {
      note = "every row fits into \(limit) tokens, whatever the tokenizer"
      return
    }
    var longest = 0
    var cut = 0
    for place in worth {
      let text = data.tokens?[place] ?? (data.rows[place].bytes + 3) / 4
      let count = text + (data.tokens?[place] == nil ? DataToCheck.templateTokens / 4 : 0)
      longest = max(longest, count)
      guard count > limit else { continue }
      cut += count - limit
      places.append(place)
    }
    isExact = data.tokens != nil
    if !isExact { what = "rows probably longer than max_tokens" }
    let basis = isExact ? "by the model's tokenizer" : "estimated as a quarter of the bytes"
    note =
      places.isEmpty
      ? "the longest row has \(longest) tokens of \(limit) (\(basis))"
      : "the longest has \(longest) tokens of \(limit) (\(basis)); the last \(cut) tokens of all of them would be cut off: "
        + (data.rows.first?.isText == true ? "the ends of texts" : "the ends of answers")
  }
}
