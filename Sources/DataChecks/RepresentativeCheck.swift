extension DataCheck {
  /// Whether the rows look like what the tuned model will be asked.
  ///
  /// Each eval input's distance to the nearest training input is held against the distances of training inputs to each
  /// other, so that the figure needs no scale of its own: an input is far when it lies farther from all rows than 95 % of
  /// the rows lie from their nearest. If both came from one source, about 5 % would be far. Distance is one minus the
  /// cosine of word counts weighted by rarity (Salton and Buckley 1988). It never stops a training: an eval set may ask
  /// for more on purpose.
  static func representativeness(_ texts: DataTexts) -> DataCheck {
    let unit = "share of eval inputs far from every row"
    let cases = texts.cases.filter { !$0.source.isGeneral && !$0.words.isEmpty }
    var seen: Set<UInt64> = []
    let distinct = texts.own.filter { place in
      !texts.rows[place].words.isEmpty && seen.insert(texts.rows[place].questionHash).inserted
    }
    guard cases.count >= 5, distinct.count >= 20 else {
      return DataCheck(
        .representative, .unknown, value: nil, unit: unit, figure: "–",
        meaning: "It takes 5 eval cases and 20 different rows to compare them; there are \(cases.count) and "
          + "\(distinct.count).")
    }
    let sampled = DataTexts.sample(distinct, 20_000)
    let space = WordSpace(sampled.map { texts.rows[$0].words })
    let held = DataTexts.sample(Array(sampled.indices), 400)
    let usual = held.map { space.nearest(to: texts.rows[sampled[$0]].words, except: $0) }.sorted()
    let limit = usual[min(usual.count - 1, usual.count / 20)]
    let looked = DataTexts.sample(Array(cases.indices), 400).map { cases[$0] }
    let nearest = looked.map { space.nearest(to: $0.words, except: nil) }
    let far = looked.indices.filter { nearest[$0] < limit }.sorted { nearest[$0] < nearest[$1] }
    let share = Double(far.count) / Double(looked.count)
    let missing = missingWords(texts, cases)
    // Three standard deviations above what is expected, and twice that at least.
    let deviation = (0.05 * 0.95 / Double(looked.count)).squareRoot()
    let isFar = share > max(0.1, 0.05 + 3 * deviation)
    var findings = [
      DataFinding(
        "eval inputs far from every row", count: far.count, cases: far.map { looked[$0].source.name }),
      DataFinding(
        "similarity of an eval input to the nearest row, median",
        note: "\(Words.two(nearest.sorted()[nearest.count / 2])); of a row to the nearest other row "
          + Words.two(usual[usual.count / 2])),
    ]
    let words = missing.words.prefix(10).map { "\($0.word) (\($0.cases))" }.joined(separator: ", ")
    findings.append(
      DataFinding(
        "words of eval inputs that stand in no row",
        note: Words.percent(missing.share) + (words.isEmpty ? "" : ": \(words)")))
    return DataCheck(
      .representative, isFar ? .look : .fine, value: share, unit: unit, figure: "\(Words.percent(share)) far",
      meaning: "\(far.count) of \(looked.count) eval inputs lie farther from every row than 95 % of the rows lie from "
        + "each other (one source would give 5 %); \(Words.percent(missing.share)) of their words stand in no row.",
      fix:
        "Add rows like the cases named here, taken from elsewhere than the eval set; or change an eval set that asks "
        + "for what users don't.",
      findings: findings)
  }

  /// Words of eval inputs that no row has, by the number of cases that have them.
  private static func missingWords(
    _ texts: DataTexts, _ cases: [DataTexts.Case]
  ) -> (share: Double, words: [(word: String, cases: Int)]) {
    var known: Set<UInt64> = []
    for place in texts.own { known.formUnion(texts.rows[place].words) }
    var missing: [String: Int] = [:]
    var (all, unseen) = (0, 0)
    for one in cases {
      let normal = NormalText(one.text)
      all += normal.words.count
      guard !normal.words.allSatisfy(known.contains) else { continue }
      let words = normal.scalars.split(separator: 0x20)
      guard words.count == normal.words.count else { continue }
      var mine: Set<String> = []
      for (word, hash) in zip(words, normal.words) where !known.contains(hash) {
        unseen += 1
        // Digits may be somebody's number; they say little about a language anyway.
        guard word.count <= 24, !word.contains(where: { 0x30...0x39 ~= $0 }) else { continue }
        mine.insert(String(String.UnicodeScalarView(word.compactMap(Unicode.Scalar.init))))
      }
      for word in mine { missing[word, default: 0] += 1 }
    }
    let words = missing.map { (word: $0.key, cases: $0.value) }.sorted { ($1.cases, $0.word) < ($0.cases, $1.word) }
    return (all == 0 ? 0 : Double(unseen) / Double(all), words)
  }
}

/// Texts as points: counts of their words, weighted by how few texts have them.
private struct WordSpace {
  private var rarity: [UInt64: Double] = [:]
  private var unseenRarity = 0.0
  private var texts: [UInt64: [(text: Int32, weight: Float)]] = [:]
  private let count: Int

  init(_ all: [[UInt64]]) {
    count = all.count
    var holders: [UInt64: Int] = [:]
    for words in all { for word in Set(words) { holders[word, default: 0] += 1 } }
    func rarity(_ holders: Int) -> Double { Words.log(Double(all.count + 1) / Double(holders + 1)) + 1 }
    self.rarity = holders.mapValues(rarity)
    unseenRarity = rarity(0)
    for (place, words) in all.enumerated() {
      for (word, weight) in weights(words) {
        texts[word, default: []].append((Int32(place), Float(weight)))
      }
    }
  }

  private func weights(_ words: [UInt64]) -> [(UInt64, Double)] {
    var counts: [UInt64: Double] = [:]
    for word in words.prefix(2000) { counts[word, default: 0] += 1 }
    // In the order of their hashes, so that sums come out the same in every process.
    let weighted = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value * (rarity[$0.key] ?? unseenRarity)) }
    let length = weighted.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
    return weighted.map { ($0.0, $0.1 / length) }
  }

  /// The cosine to the nearest text, 0 to 1.
  func nearest(to words: [UInt64], except own: Int?) -> Double {
    var sums = [Float](repeating: 0, count: count)
    for (word, weight) in weights(words) {
      for (text, other) in texts[word] ?? [] { sums[Int(text)] += Float(weight) * other }
    }
    if let own { sums[own] = 0 }
    return Double(min(1, sums.max() ?? 0))
  }
}
