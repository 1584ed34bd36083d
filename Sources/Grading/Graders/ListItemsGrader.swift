import Content

/// The answer is a list of the reference's items, each as often as there.
struct ListItemsGrader: GraderKind {
  /// Whether the items must come in the reference's order.
  enum Order: String, CaseIterable { case any, same }

  static let types = ["list-items"]
  static let keys =
    GraderReference.keys + [
      GraderKey("values", standard: "\"value\"", "another name for \"value\""),
      GraderKey("order", standard: "any", "any or same: whether the items must come in the same order"),
      GraderKey("extra", standard: "false", "whether the answer may have further items"),
      GraderKey("edits", standard: "0", "the most edits that may lie between an item and the one that it stands for"),
      GraderKey("ignore-case", standard: "false", "whether upper and lower case are the same"),
      .threshold(standard: "1"),
    ]
  /// The most pairs of items that are tried.
  static let mostPairs = 100_000

  let reference: GraderReference
  let order: Order
  let allowsMore: Bool
  let edits: Int
  let ignoresCase: Bool
  let threshold: Double

  init(type: String, options: GraderOptions) throws(GraderError) {
    reference = try options.reference()
    order = try options.choice("order", of: Order.self) ?? .any
    allowsMore = try options.flag("extra") ?? false
    edits = try options.count("edits") ?? 0
    ignoresCase = try options.flag("ignore-case") ?? false
    threshold = try options.threshold(1)
  }

  func check(_ graded: GradedCase) throws(Unscorable) { _ = try reference.items(in: graded) }

  func judge(_ answer: GradedAnswer, _ graded: GradedCase) throws(Unscorable) -> Judgement {
    let wanted = try reference.items(in: graded)
    let found = try AnswerItems(answer).items
    let pairs = try pairs(wanted, found)
    let matched = pairs.count { $0 != nil }
    let used = Set(pairs.compactMap { $0 })
    let missing = zip(wanted, pairs).filter { $0.1 == nil }.map(\.0.excerpt)
    let extra = allowsMore ? [] : found.indices.filter { !used.contains($0) }.map { found[$0].excerpt }
    let total = allowsMore ? 2 * wanted.count : wanted.count + found.count
    let value = total == 0 ? 1 : 2 * Double(matched) / Double(total)
    var statement = "\(matched) of \(wanted.count) item\(wanted.count == 1 ? " is" : "s are") there"
    let place = order == .same ? " in this order" : ""
    if !missing.isEmpty { statement += "; missing\(place): \(SetF1Grader.list(missing))" }
    if !extra.isEmpty { statement += "; not expected\(place): \(SetF1Grader.list(extra))" }
    return Judgement(value, threshold: threshold, statement)
  }

  private func pairs(_ wanted: [JSONValue], _ found: [JSONValue]) throws(Unscorable) -> [Int?] {
    let wantedKeys = wanted.map { ItemKey($0, ignoresCase: ignoresCase) }
    let foundKeys = found.map { ItemKey($0, ignoresCase: ignoresCase) }
    if edits == 0, order == .any {
      // Equal items are interchangeable.
      var places: [ItemKey: [Int]] = [:]
      for (place, key) in foundKeys.enumerated().reversed() { places[key, default: []].append(place) }
      return wantedKeys.map { places[$0]?.popLast() }
    }
    guard wanted.count * found.count <= Self.mostPairs else {
      throw Unscorable("there are too many items to match (\(Self.mostPairs) pairs at most)")
    }
    let bytes = { (keys: [ItemKey]) in
      keys.reduce(0) { if case .text(let key) = $1 { $0 + key.text.utf8.count } else { $0 } }
    }
    if edits > 0 {
      let (product, overflows) = bytes(wantedKeys).multipliedReportingOverflow(by: bytes(foundKeys))
      guard !overflows, product <= ROUGE.mostPairs else { throw Unscorable("the items are too long to count edits") }
    }
    let fits = { (row: Int, column: Int) -> Bool in
      if wantedKeys[row] == foundKeys[column] { return true }
      guard edits > 0, case .text(let a) = wantedKeys[row], case .text(let b) = foundKeys[column] else { return false }
      return EditDistance.levenshtein(a.text, b.text) <= edits
    }
    // Each pair is compared once.
    let table = wantedKeys.indices.map { row in foundKeys.indices.map { fits(row, $0) } }
    return order == .any
      ? Matching.largest(wanted: wanted.count, found: found.count) { table[$0][$1] }
      : Matching.inOrder(wanted: wanted.count, found: found.count) { table[$0][$1] }
  }
}
