/// Which of many predicates hold for which cases, in both directions: what routers are learnt from.
///
/// Predicates come from the inputs alone; no score has a part in choosing them.
struct FeatureTable: Sendable {
  /// The most predicates about words.
  static let mostPhrases = 2000
  /// A longer predicate, in bytes, is nothing that a person reads.
  private static let longestPredicate = 120

  /// The predicates.
  private(set) var predicates: [RoutePredicate] = []
  /// For each predicate the cases for which it holds, ascending.
  private(set) var cases: [[Int32]] = []
  /// For each case the predicates that hold, ascending.
  private(set) var features: [[Int32]]
  /// What was read of each input.
  let inputs: [InputFeatures]

  /// Reads inputs.
  init(_ inputs: [RouteInput]) {
    let read = inputs.map { InputFeatures($0) }
    self.inputs = read
    features = Array(repeating: [], count: inputs.count)
    addFigures()
    addLabels()
    addPhrases()
    for (place, holders) in cases.enumerated() {
      for holder in holders { features[Int(holder)].append(Int32(place)) }
    }
  }

  /// The fewest cases for which a predicate, or its opposite, holds.
  private var fewest: Int { max(4, inputs.count / 100) }

  private mutating func add(_ predicate: RoutePredicate, _ holders: [Int32]) {
    guard holders.count >= fewest, inputs.count - holders.count >= fewest,
      predicate.text.utf8.count <= Self.longestPredicate
    else { return }
    predicates.append(predicate)
    cases.append(holders)
  }

  /// Figures against their deciles.
  private mutating func addFigures() {
    guard !inputs.isEmpty else { return }
    for measure in InputFeatures.Measure.allCases {
      let figures = inputs.map { $0[measure] }
      let sorted = figures.sorted()
      var last: Int?
      for decile in 1...9 {
        let mark = sorted[min(sorted.count - 1, sorted.count * decile / 10)]
        guard mark != last else { continue }
        last = mark
        add(.over(measure, mark), figures.indices.filter { figures[$0] > mark }.map(Int32.init))
      }
    }
  }

  /// Tags, languages, and fields with their short values.
  private mutating func addLabels() {
    var holders: [RoutePredicate: [Int32]] = [:]
    func note(_ predicate: RoutePredicate, _ place: Int) {
      if holders[predicate]?.last != Int32(place) { holders[predicate, default: []].append(Int32(place)) }
    }
    for (place, input) in inputs.enumerated() {
      for tag in Set(input.input.tags) { note(.tag(tag), place) }
      if let language = input.language { note(.language(language), place) }
      for field in input.input.fields where !field.text.allSatisfy(\.isWhitespace) {
        note(.hasField(field.name), place)
      }
      for label in input.labels { note(.field(label.name, is: label.text), place) }
    }
    for (predicate, cases) in holders.sorted(by: { $0.key.text < $1.key.text }) { add(predicate, cases) }
  }

  /// Words and pairs of neighbours, the most frequent ones.
  private mutating func addPhrases() {
    var numbers: [String: Int32] = [:]
    var names: [String] = []
    var single: [[Int32]] = []
    var pairs: [UInt64: [Int32]] = [:]
    for (place, input) in inputs.enumerated() {
      let place = Int32(place)
      var before: Int32?
      for word in input.words {
        let number: Int32
        if let known = numbers[word] {
          number = known
        } else {
          number = Int32(names.count)
          numbers[word] = number
          names.append(word)
          single.append([])
        }
        if single[Int(number)].last != place { single[Int(number)].append(place) }
        if let before {
          let key = UInt64(UInt32(bitPattern: before)) << 32 | UInt64(UInt32(bitPattern: number))
          if pairs[key]?.last != place { pairs[key, default: []].append(place) }
        }
        before = number
      }
    }
    var found: [(phrase: String, cases: [Int32])] = []
    let (fewest, most) = (fewest, inputs.count - fewest)
    for (number, holders) in single.enumerated() where holders.count >= fewest && holders.count <= most {
      found.append((names[number], holders))
    }
    for (key, holders) in pairs where holders.count >= fewest && holders.count <= most {
      found.append((names[Int(key >> 32)] + " " + names[Int(key & 0xFFFF_FFFF)], holders))
    }
    found.sort { ($1.cases.count, $0.phrase) < ($0.cases.count, $1.phrase) }
    for one in found.prefix(Self.mostPhrases) { add(.contains(one.phrase), one.cases) }
  }
}
