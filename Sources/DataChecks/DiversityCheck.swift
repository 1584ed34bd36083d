extension DataCheck {
  /// Repeated rows from this share on are worth a look: Lee et al. 2022 found 3 to 14 % in the usual large text sets.
  static let usualRepeats = 0.1
  /// From this share on most rows teach nothing new, and their number says nothing.
  static let mostRepeats = 0.5

  /// How much of the data says something that no other row says.
  static func diversity(_ texts: DataTexts) -> DataCheck {
    let own = texts.own
    guard own.count > 1 else {
      return DataCheck(
        .diverse, .unknown, value: nil, unit: "share of rows", figure: "–", meaning: "One row can't repeat another.")
    }
    let near = NearDuplicates(texts, among: own)
    let repeats = near.rows - near.clusters.count
    let share = Double(repeats) / Double(own.count)
    let status: Status = share > mostRepeats ? .bad : share > usualRepeats ? .look : .fine
    var findings: [DataFinding] = []
    if let largest = near.clusters.first {
      findings.append(
        DataFinding(
          "groups of near duplicates", count: near.clusters.count,
          note: "\(Words.rows(near.rows)) in them; the largest has \(largest.count), shown here",
          rows: largest.map { texts.rows[$0].row.place }))
      let others = near.clusters.dropFirst().prefix(3)
      for cluster in others {
        findings.append(
          DataFinding(
            "another group", count: cluster.count, rows: cluster.map { texts.rows[$0].row.place }))
      }
    }
    findings.append(distinct("prompts", texts, own) { texts.rows[$0].words })
    findings.append(distinct("answers", texts, own) { NormalText(texts.rows[$0].row.answer).words })
    findings.append(
      DataFinding("similarity of two prompts taken at random", note: Words.two(similarityAtRandom(texts, own))))
    return DataCheck(
      .diverse, status, value: share, unit: "share of rows that repeat another",
      figure: "\(Words.percent(share)) repeats",
      meaning: repeats == 0
        ? "No row says almost what another says."
        : "\(repeats) of \(Words.rows(own.count)) say almost what another says"
          + (near.clusters.first.map { "; the largest group has \($0.count)" } ?? "") + ".",
      fix: "Keep one row of each group, or write the others anew: what is repeated is learnt by heart.",
      findings: findings)
  }

  /// Distinct runs of one, two and three words as a part of all (Li et al. 2016), over at most 50,000 words, since the
  /// part falls as texts grow.
  private static func distinct(
    _ what: String, _ texts: DataTexts, _ own: [Int], words: (Int) -> [UInt64]
  ) -> DataFinding {
    let mostWords = 50_000
    var runs: [Set<UInt64>] = [[], [], []]
    var counts = [0, 0, 0]
    var read = 0
    for place in DataTexts.sample(own, 5000) {
      let words = Array(words(place).prefix(2000))
      for length in 1...3 {
        Hash.forEachRun(of: length, in: words) { run, _ in
          runs[length - 1].insert(run)
          counts[length - 1] += 1
        }
      }
      read += words.count
      if read >= mostWords { break }
    }
    let shares = (0..<3).map { counts[$0] == 0 ? 0 : Double(runs[$0].count) / Double(counts[$0]) }
    return DataFinding(
      "distinct words, pairs and triples of \(what)", note: shares.map(Words.two).joined(separator: ", "))
  }

  /// Mean similarity of 2,000 pairs of prompts.
  private static func similarityAtRandom(_ texts: DataTexts, _ own: [Int]) -> Double {
    var sum = 0.0
    let pairs = 2000
    for pair in 0..<pairs {
      let left = Int(Hash.mixed(UInt64(2 * pair)) % UInt64(own.count))
      let right = (left + 1 + Int(Hash.mixed(UInt64(2 * pair + 1)) % UInt64(own.count - 1))) % own.count
      sum += texts.rows[own[left]].fingerprint.similarity(to: texts.rows[own[right]].fingerprint)
    }
    return sum / Double(pairs)
  }
}
