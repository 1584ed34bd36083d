/// Groups of rows that say almost the same: the questions share 80 % of their pieces, and so do the answers.
///
/// Candidates come from fingerprints in bands; each is then compared exactly. Takes about linear time: in a band, a row
/// is compared with a few that lead groups there, not with all.
struct NearDuplicates {
  /// Places of the rows of each group of two or more, the largest first.
  private(set) var clusters: [[Int]] = []

  /// How many pairs were compared.
  private(set) var comparisons = 0

  /// Rows that are in a group.
  var rows: Int { clusters.reduce(0) { $0 + $1.count } }

  private static let mostLeaders = 8

  /// - Parameter comparesAnswers: where not, rows with near inputs are duplicates whatever their answers.
  init(_ texts: DataTexts, among places: [Int], comparesAnswers: Bool = true) {
    // Exact copies first: they cost nothing.
    var leaders: [Copy: Int] = [:]
    var union = Array(places.indices)
    var distinct: [Int] = []
    for (index, place) in places.enumerated() {
      let row = texts.rows[place]
      let copy = Copy(question: row.questionHash, answer: comparesAnswers ? row.answerHash : 0)
      if let leader = leaders[copy] {
        union[index] = leader
      } else {
        leaders[copy] = index
        distinct.append(index)
      }
    }
    var comparer = Comparer(texts: texts, places: places, comparesAnswers: comparesAnswers)
    for band in 0..<MinHash.bands {
      var keyed = distinct.map { (key: texts.rows[places[$0]].fingerprint.key(ofBand: band), index: $0) }
      keyed.sort { ($0.key, $0.index) < ($1.key, $1.index) }
      var start = 0
      while start < keyed.count {
        var end = start + 1
        while end < keyed.count, keyed[end].key == keyed[start].key { end += 1 }
        if end - start > 1 { Self.join(keyed[start..<end].map(\.index), &union, &comparer) }
        start = end
      }
    }
    comparisons = comparer.count
    var groups: [Int: [Int]] = [:]
    for index in places.indices { groups[Self.root(index, &union), default: []].append(places[index]) }
    clusters = groups.values.filter { $0.count > 1 }.sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }

  private struct Copy: Hashable {
    var question: UInt64
    var answer: UInt64
  }

  private static func join(_ members: [Int], _ union: inout [Int], _ comparer: inout Comparer) {
    var leaders: [Int] = []
    for member in members {
      let own = root(member, &union)
      if leaders.contains(where: { root($0, &union) == own }) { continue }
      var isJoined = false
      for leader in leaders where comparer.areNear(leader, member) {
        let other = root(leader, &union)
        union[max(other, own)] = min(other, own)
        isJoined = true
        break
      }
      if !isJoined, leaders.count < mostLeaders { leaders.append(member) }
    }
  }

  private static func root(_ index: Int, _ union: inout [Int]) -> Int {
    var index = index
    while union[index] != index {
      union[index] = union[union[index]]
      index = union[index]
    }
    return index
  }

  /// Compares exactly, remembering the last pieces and the pairs that were not near.
  private struct Comparer {
    let texts: DataTexts
    let places: [Int]
    let comparesAnswers: Bool
    private(set) var count = 0
    private var refused: Set<Int> = []
    private var last: (place: Int, pieces: Pieces)?

    init(texts: DataTexts, places: [Int], comparesAnswers: Bool) {
      self.texts = texts
      self.comparesAnswers = comparesAnswers
      self.places = places
    }

    mutating func areNear(_ left: Int, _ right: Int) -> Bool {
      let pair = min(left, right) &* places.count &+ max(left, right)
      if refused.contains(pair) { return false }
      count += 1
      let (a, b) = (texts.rows[places[left]], texts.rows[places[right]])
      var isNear = a.questionHash == b.questionHash
      if !isNear, a.fingerprint.similarity(to: b.fingerprint) > 0.6 {
        if last?.place != left { last = (left, Pieces(a.question)) }
        isNear = last?.pieces.similarity(to: Pieces(b.question)) ?? 0 >= Pieces.near
      }
      if isNear, comparesAnswers, a.answerHash != b.answerHash {
        isNear = Pieces(a.row.answer).similarity(to: Pieces(b.row.answer)) >= Pieces.near
      }
      if !isNear, refused.count < 1 << 20 { refused.insert(pair) }
      return isNear
    }
  }
}
