import Content

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
    let leaked = Set(search.copies.map(\.row)).count
    let cases = search.names(search.copies)
    func add(_ what: String, _ matches: [LeakSearch.Match]) {
      guard !matches.isEmpty else { return }
      let rows = Set(matches.map(\.row)).sorted()
      findings.append(
        DataFinding(what, count: rows.count, rows: rows.map { texts.rows[$0].row.place }, cases: search.names(matches)))
    }
    add("rows with the input of an eval case", search.same)
    add("rows with almost the input of an eval case", search.near)
    add("rows with almost the input of an eval case, less than 8 words", search.shortNear)
    add("rows that contain the input of an eval case", search.contained)
    add("rows whose answer holds what an eval case expects, 13 words or more", search.answers)
    add("rows that share 25 words or more with an eval case", search.quotations)
    let quoted = Set((search.quotations + search.shortNear).map(\.row)).count
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

/// Looks for eval cases in rows.
struct LeakSearch {
  struct Match: Hashable {
    var row: Int
    var evalCase: Int
  }
  private(set) var same: [Match] = []
  private(set) var near: [Match] = []
  private(set) var shortNear: [Match] = []
  private(set) var contained: [Match] = []
  private(set) var answers: [Match] = []
  private(set) var quotations: [Match] = []
  private let texts: DataTexts

  /// All that make a case worthless.
  var copies: [Match] { same + near + contained + answers }

  /// The length of a run of words that is no accident.
  static let runLength = 13
  /// An input of fewer words may stand in a row by accident.
  static let leastWords = 8
  /// The share of its runs from which on a case stands in a row.
  static let leastShare = 0.7

  init(_ texts: DataTexts) {
    self.texts = texts
    findSame()
    findNear()
    let known = Set(same + near + shortNear)
    let inputs = RunSearch(texts.cases.map(\.words))
    let found = inputs.search(texts.rows.map(\.words))
    contained = found.contained.filter { !known.contains($0) }
    let held = Set(contained)
    quotations = found.quoted.filter { !known.contains($0) && !held.contains($0) }
    // Short answers such as labels are the same by nature.
    let expected = texts.cases.map { one -> [UInt64] in
      let words = one.source.expected.map { NormalText(Self.texts(of: $0).joined(separator: "\n")).words } ?? []
      return words.count >= Self.runLength ? words : []
    }
    if expected.contains(where: { !$0.isEmpty }) {
      let found = RunSearch(expected).search(texts.rows.map { NormalText($0.row.answer).words })
      answers = found.contained
      quotations += found.quoted
    }
  }

  /// Cases by name, in order.
  func names(_ matches: [Match]) -> [String] {
    Set(matches.map(\.evalCase)).sorted().map { texts.cases[$0].source.name }
  }

  private mutating func findSame() {
    var inputs: [UInt64: [Int]] = [:]
    for (place, one) in texts.cases.enumerated() where !one.words.isEmpty {
      inputs[one.hash, default: []].append(place)
      if let longest = one.source.longestInput, longest != one.text {
        let hash = NormalText(longest).hash
        if hash != one.hash, !longest.isEmpty { inputs[hash, default: []].append(place) }
      }
    }
    for place in texts.rows.indices {
      var found = Set(inputs[texts.rows[place].questionHash] ?? [])
      if texts.rows[place].question != texts.rows[place].row.prompt {
        found.formUnion(inputs[NormalText(texts.rows[place].row.prompt).hash] ?? [])
      }
      for turn in texts.rows[place].row.turns { found.formUnion(inputs[NormalText(turn).hash] ?? []) }
      same += found.sorted().map { Match(row: place, evalCase: $0) }
    }
  }

  private mutating func findNear() {
    var bands: [UInt64: [Int]] = [:]
    for (place, one) in texts.cases.enumerated() where !one.words.isEmpty {
      for band in 0..<MinHash.bands { bands[one.fingerprint.key(ofBand: band), default: []].append(place) }
    }
    let known = Set(same)
    var pieces: [Int: Pieces] = [:]
    for place in texts.rows.indices {
      let row = texts.rows[place]
      var looked: Set<Int> = []
      for band in 0..<MinHash.bands {
        for one in bands[row.fingerprint.key(ofBand: band)] ?? [] where looked.insert(one).inserted {
          let match = Match(row: place, evalCase: one)
          guard !known.contains(match), row.fingerprint.similarity(to: texts.cases[one].fingerprint) > 0.6 else {
            continue
          }
          let own = pieces[one] ?? Pieces(texts.cases[one].text)
          pieces[one] = own
          guard own.similarity(to: Pieces(row.question)) >= Pieces.near else { continue }
          let isShort = texts.cases[one].words.count < Self.leastWords
          if isShort { shortNear.append(match) } else { near.append(match) }
        }
      }
    }
  }

  /// All texts in a value.
  private static func texts(of value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let values): values.flatMap(texts)
    case .object(let object): object.values.flatMap(texts)
    default: []
    }
  }
}

/// Looks for runs of words of some texts in others.
private struct RunSearch {
  /// The runs of each text.
  private let totals: [Int]
  private let lengths: [Int]
  /// The texts that have a run, by run.
  private var holders: [UInt64: [Int32]] = [:]

  init(_ texts: [[UInt64]]) {
    lengths = texts.map { $0.count < LeakSearch.leastWords ? 0 : min(LeakSearch.runLength, $0.count) }
    var totals: [Int] = []
    for (place, words) in texts.enumerated() {
      var own: Set<UInt64> = []
      Hash.forEachRun(of: lengths[place], in: words) { run, _ in own.insert(run) }
      for run in own { holders[run, default: []].append(Int32(place)) }
      totals.append(own.count)
    }
    self.totals = totals
  }

  func search(_ rows: [[UInt64]]) -> (contained: [LeakSearch.Match], quoted: [LeakSearch.Match]) {
    guard !holders.isEmpty else { return ([], []) }
    var hits: [[UInt64: Int]] = []
    var rowsWith: [UInt64: Int] = [:]
    let sizes = Set(lengths).subtracting([0]).sorted()
    for words in rows {
      var found: [UInt64: Int] = [:]
      for length in sizes {
        Hash.forEachRun(of: length, in: words) { run, place in
          if holders[run] != nil { found[run] = place }
        }
      }
      for run in found.keys { rowsWith[run, default: 0] += 1 }
      hits.append(found)
    }
    var contained: [LeakSearch.Match] = []
    var quoted: [LeakSearch.Match] = []
    for (row, found) in hits.enumerated() where !found.isEmpty {
      var counts: [Int: (all: Int, telling: Int)] = [:]
      for run in found.keys {
        let cases = holders[run] ?? []
        let isTelling =
          rowsWith[run] ?? 0 <= DataTexts.boilerplateRows && cases.count <= DataTexts.boilerplateCases
        for one in cases {
          counts[Int(one), default: (0, 0)].all += 1
          if isTelling { counts[Int(one), default: (0, 0)].telling += 1 }
        }
      }
      for (one, count) in counts.sorted(by: { $0.key < $1.key }) where count.telling > 0 {
        let isShort = totals[one] <= LeakSearch.runLength
        let needed = isShort ? Double(totals[one]) : Double(totals[one]) * LeakSearch.leastShare
        let match = LeakSearch.Match(row: row, evalCase: one)
        if Double(count.all) >= needed {
          contained.append(match)
        } else if count.telling >= LeakSearch.runLength {
          quoted.append(match)
        }
      }
    }
    return (contained, quoted)
  }
}
