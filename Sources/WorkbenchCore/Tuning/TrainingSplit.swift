import Content
import DataChecks
import Domain

/// Training rows divided into what is learnt and what is only measured, by a seed, so that the same file and seed always
/// divide the same way.
package struct TrainingSplit: Sendable, Hashable {
  /// Rows to learn from; never empty.
  package let train: [TrainingRow]
  /// Rows to measure the loss on; never empty.
  package let validation: [TrainingRow]
  /// Where those stand among all rows.
  let validationPlaces: Set<Int>

  /// Divides rows so that those of one group stand on one side.
  ///
  /// A group is given by the row's `group`, or else by the case that its source names, or else by what it asks
  /// (``DataChecks/DataGroups``). Takes seconds for 100,000 rows without groups.
  /// - Parameter validationShare: 0 to 0.5; it is held as near as whole groups allow, and at least one row goes each way.
  /// - Throws: `WorkbenchError.input` when there are fewer than two rows, or all are of one group.
  package init(rows: [TrainingRow], validationShare: Double, seed: Int, file: String) throws {
    guard rows.count >= 2 else {
      throw WorkbenchError.input(
        "\(file) has \(rows.count) training row\(rows.count == 1 ? "" : "s"); two are the least, 50 a sensible start.")
    }
    let groups = Self.groups(of: rows)
    guard groups.count >= 2 else {
      throw WorkbenchError.input(
        "All rows of \(file) are of one group, so none of them can be kept for validation: give rows that have nothing "
          + "to do with each other another \"group\", or add rows.")
    }
    var generator = SplitMix64(seed: UInt64(bitPattern: Int64(seed)))
    let order = groups.indices.shuffled(using: &generator)
    let share = min(0.5, max(0, validationShare))
    let wanted = min(rows.count - 1, max(1, Int((Double(rows.count) * share).rounded())))
    let held = Set(Self.held(order, sizes: groups.map(\.count), wanted: wanted).flatMap { groups[$0] })
    train = rows.indices.filter { !held.contains($0) }.map { rows[$0] }
    validation = rows.indices.filter { held.contains($0) }.map { rows[$0] }
    validationPlaces = held
  }

  /// Groups in their order as long as they fit; then one more where that comes nearer to what is wanted.
  private static func held(_ order: [Int], sizes: [Int], wanted: Int) -> [Int] {
    var held: [Int] = []
    var count = 0
    for group in order where count + sizes[group] <= wanted {
      held.append(group)
      count += sizes[group]
    }
    let taken = Set(held)
    guard count < wanted, held.count < order.count - 1,
      let next = order.filter({ !taken.contains($0) }).min(by: { sizes[$0] < sizes[$1] })
    else { return held }
    if count == 0 || count + sizes[next] - wanted < wanted - count { held.append(next) }
    return held
  }

  /// The places of each group's rows, in the order of their first ones.
  static func groups(of rows: [TrainingRow]) -> [[Int]] {
    var names = rows.map(Self.groupName)
    let unnamed = rows.indices.filter { names[$0] == nil }
    let inputs = DataGroups.ofInputs(unnamed.map { DataRow(rows[$0], isMixedIn: false) })
    for (place, input) in zip(unnamed, inputs) { names[place] = "input \(input)" }
    var numbers: [String: Int] = [:]
    var groups: [[Int]] = []
    for (place, name) in names.enumerated() {
      guard let name else { continue }
      if let number = numbers[name] {
        groups[number].append(place)
      } else {
        numbers[name] = groups.count
        groups.append([place])
      }
    }
    return groups
  }

  private static func groupName(_ row: TrainingRow) -> String? {
    if let group = row.group { return "group \(group)" }
    guard let id = row.source?["case"]?.string else { return nil }
    return "case \(row.source?["set"]?.string ?? "") \(id)"
  }

  /// The same with only a share of the rows to learn from, at least one: the first of them in the order of the division,
  /// so that a smaller share is a part of every larger one.
  package func keeping(_ share: Double) -> TrainingSplit {
    guard share < 1 else { return self }
    let kept = max(1, Int((Double(train.count) * share).rounded()))
    var generator = SplitMix64(seed: 0x5EED)
    let chosen = Set(train.indices.shuffled(using: &generator).prefix(kept))
    return TrainingSplit(keeping: train.indices.filter(chosen.contains).map { train[$0] }, of: self)
  }

  private init(keeping rows: [TrainingRow], of split: TrainingSplit) {
    train = rows
    validation = split.validation
    validationPlaces = split.validationPlaces
  }

  /// The rows to learn from with rows of other tasks among them, taken by the seed so that they make up a share of all;
  /// all of them where there are too few.
  package func mixing(_ others: [TrainingRow], share: Double, seed: Int) -> [TrainingRow] {
    guard share > 0, share < 1 else { return train }
    let wanted = min(others.count, max(1, Int((Double(train.count) * share / (1 - share)).rounded())))
    var generator = SplitMix64(seed: UInt64(bitPattern: Int64(seed)) &+ 1)
    let chosen = Set(others.indices.shuffled(using: &generator).prefix(wanted))
    return train + others.indices.filter(chosen.contains).map { others[$0] }
  }

  /// Training rows that ask what an eval case asks.
  package struct Leaks: Sendable, Hashable {
    /// How many rows.
    package var count: Int
    /// Ids of the first cases found.
    package var cases: [String]
    /// Whether there are none.
    package var isEmpty: Bool { count == 0 }
    /// The first few ids, for a sentence.
    package var examples: String { cases.prefix(3).joined(separator: ", ") + (cases.count > 3 ? ", …" : "") }
  }

  /// Finds rows whose user message is the longest text of an eval case's input, letter case and spacing aside.
  package static func leaks(of rows: [TrainingRow], in sets: [EvalSet]) -> Leaks {
    var cases: [String: String] = [:]
    for set in sets {
      for evalCase in set.cases {
        let texts = evalCase.input.object?.values.compactMap(\.string) ?? []
        if let longest = texts.max(by: { $0.utf8.count < $1.utf8.count }) {
          cases[normal(longest)] = evalCase.id
        }
      }
    }
    var found = Leaks(count: 0, cases: [])
    for row in rows {
      for message in row.messages where message.role == .user {
        if let id = cases[normal(message.content)] {
          found.count += 1
          if !found.cases.contains(id) { found.cases.append(id) }
          break
        }
      }
    }
    return found
  }

  private static func normal(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// A small seeded generator (Steele, Lea and Flood 2014), for divisions and shuffles that must repeat.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
