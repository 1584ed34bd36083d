import Content

/// Looks for eval cases in rows. Rows that say the same are looked at once, and so are cases, so that many copies take no
/// longer than one.
struct LeakSearch {
  /// A row and a case, each for all of its kind.
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
  private let rows: Alike
  private let cases: Alike

  /// All that make a case worthless.
  var copies: [Match] { same + near + contained + answers }

  /// The length of a run of words that is no accident.
  static let runLength = 13
  /// An input of fewer words may stand in a row by accident.
  static let leastWords = 8
  /// The share of its runs from which on a case stands in a row.
  static let leastShare = 0.7
  /// With how many cases whose fingerprints are like its own a row is compared.
  private static let mostCandidates = 200

  init(_ texts: DataTexts) {
    self.texts = texts
    rows = Alike(texts.rows.map { [$0.questionHash, $0.promptHash, $0.answerHash] + $0.turnHashes })
    cases = Alike(texts.cases.map { [$0.hash, $0.longestHash, $0.expectedHash] })
    findSame()
    findNear()
    let known = Set(same + near + shortNear)
    let inputs = RunSearch(cases.map { texts.cases[$0].words }, counts: cases.counts)
    let found = inputs.search(rows.map { texts.rows[$0].words }, counts: rows.counts)
    contained = found.contained.filter { !known.contains($0) }
    let held = Set(contained)
    quotations = found.quoted.filter { !known.contains($0) && !held.contains($0) }
    // Short answers such as labels are the same by nature.
    let expected = cases.map { place -> [UInt64] in
      let words = texts.cases[place].expectedWords
      return words.count >= Self.runLength ? words : []
    }
    if expected.contains(where: { !$0.isEmpty }) {
      let found = RunSearch(expected, counts: cases.counts).search(
        rows.map { NormalText(texts.rows[$0].row.answer).words }, counts: rows.counts)
      answers = found.contained
      quotations += found.quoted
    }
  }

  /// Cases by name, in order.
  func names(_ matches: [Match]) -> [String] {
    cases.places(Set(matches.map(\.evalCase))).map { texts.cases[$0].source.name }
  }

  /// Places of rows, in order.
  func rows(_ matches: [Match]) -> [Int] { rows.places(Set(matches.map(\.row))) }

  private mutating func findSame() {
    var inputs: [UInt64: [Int]] = [:]
    for (number, place) in cases.firsts.enumerated() where !texts.cases[place].words.isEmpty {
      let one = texts.cases[place]
      inputs[one.hash, default: []].append(number)
      if one.longestHash != one.hash, one.source.longestInput?.isEmpty == false {
        inputs[one.longestHash, default: []].append(number)
      }
    }
    for (number, place) in rows.firsts.enumerated() {
      let row = texts.rows[place]
      var found: Set<Int> = []
      for hash in Set([row.questionHash, row.promptHash] + row.turnHashes) { found.formUnion(inputs[hash] ?? []) }
      same += found.sorted().map { Match(row: number, evalCase: $0) }
    }
  }

  private mutating func findNear() {
    var bands: [UInt64: [Int]] = [:]
    for (number, place) in cases.firsts.enumerated() where !texts.cases[place].words.isEmpty {
      let fingerprint = texts.cases[place].fingerprint
      for band in 0..<MinHash.bands { bands[fingerprint.key(ofBand: band), default: []].append(number) }
    }
    let known = Set(same)
    var pieces: [Int: Pieces] = [:]
    for (number, place) in rows.firsts.enumerated() {
      let row = texts.rows[place]
      var looked: Set<Int> = []
      for band in 0..<MinHash.bands {
        for one in bands[row.fingerprint.key(ofBand: band)] ?? [] {
          guard looked.count < Self.mostCandidates else { break }
          guard looked.insert(one).inserted else { continue }
          let evalCase = texts.cases[cases.firsts[one]]
          let match = Match(row: number, evalCase: one)
          guard !known.contains(match), row.fingerprint.similarity(to: evalCase.fingerprint) > 0.6 else { continue }
          let own = pieces[one] ?? Pieces(evalCase.text)
          pieces[one] = own
          guard own.similarity(to: Pieces(row.question)) >= Pieces.near else { continue }
          let isShort = evalCase.words.count < Self.leastWords
          if isShort { shortNear.append(match) } else { near.append(match) }
        }
      }
    }
  }
}

extension DataTexts.Row {
  /// The hash of the prompt alone.
  fileprivate var promptHash: UInt64 { question == row.prompt ? questionHash : NormalText(row.prompt).hash }
  /// The hash of each turn.
  fileprivate var turnHashes: [UInt64] { row.turns.map { NormalText($0).hash } }
}

extension DataTexts.Case {
  /// The hash of the longest text of the input.
  fileprivate var longestHash: UInt64 {
    guard let longest = source.longestInput, longest != text else { return hash }
    return NormalText(longest).hash
  }
  /// The words of what is expected.
  fileprivate var expectedWords: [UInt64] { expectedText.words }
  fileprivate var expectedHash: UInt64 { expectedText.hash }

  private var expectedText: NormalText {
    NormalText(source.expected.map { Self.texts(of: $0).joined(separator: "\n") } ?? "")
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

/// Things in groups of those that say the same.
private struct Alike {
  /// The places of each group, the first of each in order.
  private let groups: [[Int]]

  /// - Parameter keys: what each says.
  init(_ keys: [[UInt64]]) {
    var numbers: [[UInt64]: Int] = [:]
    var groups: [[Int]] = []
    for (place, key) in keys.enumerated() {
      if let number = numbers[key] {
        groups[number].append(place)
      } else {
        numbers[key] = groups.count
        groups.append([place])
      }
    }
    self.groups = groups
  }

  /// The first place of each group.
  var firsts: [Int] { groups.map { $0[0] } }
  /// How many each group has.
  var counts: [Int] { groups.map(\.count) }

  func map<Value>(_ body: (Int) -> Value) -> [Value] { firsts.map(body) }

  /// All places of some groups, in order.
  func places(_ numbers: Set<Int>) -> [Int] { numbers.flatMap { groups[$0] }.sorted() }
}

/// Looks for runs of words of some texts in others.
private struct RunSearch {
  /// The runs of each text.
  private var runs: [[UInt64]] = []
  private let lengths: [Int]
  /// The texts that have a run, by run.
  private var holders: [UInt64: [Int32]] = [:]
  /// How many texts have it, copies counted.
  private var holderCounts: [UInt64: Int] = [:]

  /// - Parameter counts: how often each text is there.
  init(_ texts: [[UInt64]], counts: [Int]) {
    lengths = texts.map { $0.count < LeakSearch.leastWords ? 0 : min(LeakSearch.runLength, $0.count) }
    for (place, words) in texts.enumerated() {
      var own: Set<UInt64> = []
      Hash.forEachRun(of: lengths[place], in: words) { run, _ in own.insert(run) }
      for run in own {
        holders[run, default: []].append(Int32(place))
        holderCounts[run, default: 0] += counts[place]
      }
      runs.append(Array(own))
    }
  }

  /// - Parameter counts: how often each row is there.
  func search(
    _ rows: [[UInt64]], counts: [Int]
  ) -> (contained: [LeakSearch.Match], quoted: [LeakSearch.Match]) {
    guard !holders.isEmpty else { return ([], []) }
    var hits: [Set<UInt64>] = []
    var rowsWith: [UInt64: Int] = [:]
    let sizes = Set(lengths).subtracting([0]).sorted()
    for (place, words) in rows.enumerated() {
      var found: Set<UInt64> = []
      for length in sizes {
        Hash.forEachRun(of: length, in: words) { run, _ in if holders[run] != nil { found.insert(run) } }
      }
      for run in found { rowsWith[run, default: 0] += counts[place] }
      hits.append(found)
    }
    var contained: [LeakSearch.Match] = []
    var quoted: [LeakSearch.Match] = []
    for (row, found) in hits.enumerated() where !found.isEmpty {
      // Only what few have tells anything: a run of the template has every case.
      var telling: [Int: Int] = [:]
      for run in found
      where rowsWith[run] ?? 0 <= DataTexts.boilerplateRows && holderCounts[run] ?? 0 <= DataTexts.boilerplateCases {
        for one in holders[run] ?? [] { telling[Int(one), default: 0] += 1 }
      }
      for (one, count) in telling.sorted(by: { $0.key < $1.key }) {
        let total = runs[one].count
        let needed = total <= LeakSearch.runLength ? Double(total) : Double(total) * LeakSearch.leastShare
        let match = LeakSearch.Match(row: row, evalCase: one)
        if Double(runs[one].count { found.contains($0) }) >= needed {
          contained.append(match)
        } else if count >= LeakSearch.runLength {
          quoted.append(match)
        }
      }
    }
    return (contained, quoted)
  }
}
