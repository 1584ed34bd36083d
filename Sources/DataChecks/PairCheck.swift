import Content

extension DataCheck {
  /// Pairs whose chosen answer is the longer one, from this share on teach to write more, whatever else they say (Park et
  /// al. 2024, "Disentangling length from quality in direct preference optimization").
  static let mostLonger = 0.8
  /// Fewer pairs than this can all lean one way by chance.
  static let leastPairs = 10
  /// An answer is longer where it has a tenth more bytes: smaller differences aren't noticed.
  static let noticeable = 1.1

  /// Whether preference pairs teach more than to answer at length; nil where the rows are none.
  static func pairs(_ texts: DataTexts) -> DataCheck? {
    let unit = "share of pairs whose chosen answer is the longer one"
    let pairs = texts.own.compactMap { place in
      texts.rows[place].row.rejected.map { Pair(place: place, chosen: texts.rows[place].row.answer, rejected: $0) }
    }
    guard !pairs.isEmpty else { return nil }
    let longer = pairs.filter { $0.ratio > noticeable }
    let shorter = pairs.filter { $0.ratio < 1 / noticeable }
    let share = Double(longer.count) / Double(pairs.count)
    let shortShare = Double(shorter.count) / Double(pairs.count)
    let ratios = pairs.map(\.ratio).sorted()
    let isLong = pairs.count >= leastPairs && share > mostLonger
    let isShort = pairs.count >= leastPairs && shortShare > mostLonger
    var findings = [
      DataFinding(
        "length of the chosen answer by that of the rejected one", note: "median \(Words.two(ratios[ratios.count / 2]))"
      )
    ]
    func add(_ what: String, _ pairs: [Pair]) {
      guard !pairs.isEmpty else { return }
      let first = pairs.sorted { $0.isolation > $1.isolation }
      findings.append(
        DataFinding(what, count: pairs.count, rows: first.map { texts.rows[$0.place].row.place }))
    }
    add("chosen answers that are longer", longer)
    add("chosen answers that are shorter", shorter)
    return DataCheck(
      .pairs, isLong || isShort ? .look : .fine, value: share, unit: unit, figure: "\(Words.percent(share)) longer",
      meaning: "In \(longer.count) of \(pairs.count) pairs the chosen answer is longer by a tenth or more, in "
        + "\(shorter.count) it is shorter"
        + (isLong
          ? ": what is learnt may be to write more."
          : isShort ? ": what is learnt may be to write less." : "."),
      fix: "Add pairs of about equal length, or pairs whose \(isLong ? "shorter" : "longer") answer is the better one.",
      findings: findings)
  }

  private struct Pair {
    var place: Int
    var ratio: Double
    init(place: Int, chosen: String, rejected: String) {
      self.place = place
      ratio = Double(max(1, chosen.utf8.count)) / Double(max(1, rejected.utf8.count))
    }
    /// How far the lengths are apart.
    var isolation: Double { max(ratio, 1 / ratio) }
  }
}

/// What is wrong between the two answers of pairs.
enum PairedAnswers {
  /// Places of pairs whose answers are equal, the space around them aside, or hold equal JSON.
  static func equal(in rows: [DataRow]) -> [Int] {
    rows.indices.filter { place in
      guard let rejected = rows[place].rejected else { return false }
      return key(rows[place].answer) == key(rejected)
    }
  }

  /// Places of pairs that prefer what another pair with the same prompt rejects, and reject what it prefers.
  static func contradictions(in rows: [DataRow]) -> [Int] {
    struct Order: Hashable {
      var system: String
      var prompt: String
      var better: String
      var worse: String
    }
    var orders: [Order: [Int]] = [:]
    for (place, row) in rows.enumerated() {
      guard let rejected = row.rejected else { continue }
      let order = Order(
        system: row.system, prompt: AnswerForm.trimmed(row.prompt), better: key(row.answer), worse: key(rejected))
      if order.better != order.worse { orders[order, default: []].append(place) }
    }
    return orders.flatMap { order, places in
      let turned = Order(system: order.system, prompt: order.prompt, better: order.worse, worse: order.better)
      return orders[turned] == nil ? [] : places
    }.sorted()
  }

  private static func key(_ answer: String) -> String {
    let answer = AnswerForm.trimmed(answer)
    if let json = try? JSONValue(parsing: answer), json.object != nil || json.array != nil {
      return json.canonical.text(.compact)
    }
    return answer
  }
}
