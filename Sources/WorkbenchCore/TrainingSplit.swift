import Grading

/// Training rows divided into what is learnt and what is only measured, by a seed, so that the same file and seed always
/// divide the same way.
public struct TrainingSplit: Sendable, Hashable {
  /// Rows to learn from; never empty.
  public let train: [TrainingRow]
  /// Rows to measure the loss on; never empty.
  public let validation: [TrainingRow]

  /// Divides rows.
  /// - Parameter validationShare: 0 to 0.5; at least one row goes each way.
  /// - Throws: `WorkbenchError.input` when there are fewer than two rows.
  public init(rows: [TrainingRow], validationShare: Double, seed: Int, file: String) throws {
    guard rows.count >= 2 else {
      throw WorkbenchError.input(
        "\(file) has \(rows.count) training row\(rows.count == 1 ? "" : "s"); two are the least, 50 a sensible start.")
    }
    var generator = SplitMix64(seed: UInt64(bitPattern: Int64(seed)))
    let order = rows.indices.shuffled(using: &generator)
    let share = min(0.5, max(0, validationShare))
    let held = min(rows.count - 1, max(1, Int((Double(rows.count) * share).rounded())))
    let validationRows = Set(order.prefix(held))
    train = rows.indices.filter { !validationRows.contains($0) }.map { rows[$0] }
    validation = rows.indices.filter { validationRows.contains($0) }.map { rows[$0] }
  }

  /// The same with only a share of the rows to learn from, at least one: the first of them in the order of the division,
  /// so that a smaller share is a part of every larger one.
  public func keeping(_ share: Double) -> TrainingSplit {
    guard share < 1 else { return self }
    let kept = max(1, Int((Double(train.count) * share).rounded()))
    var generator = SplitMix64(seed: 0x5EED)
    let chosen = Set(train.indices.shuffled(using: &generator).prefix(kept))
    return TrainingSplit(train: train.indices.filter(chosen.contains).map { train[$0] }, validation: validation)
  }

  private init(train: [TrainingRow], validation: [TrainingRow]) {
    self.train = train
    self.validation = validation
  }

  /// The rows to learn from with rows of other tasks among them, taken by the seed so that they make up a share of all;
  /// all of them where there are too few.
  public func mixing(_ others: [TrainingRow], share: Double, seed: Int) -> [TrainingRow] {
    guard share > 0, share < 1 else { return train }
    let wanted = min(others.count, max(1, Int((Double(train.count) * share / (1 - share)).rounded())))
    var generator = SplitMix64(seed: UInt64(bitPattern: Int64(seed)) &+ 1)
    let chosen = Set(others.indices.shuffled(using: &generator).prefix(wanted))
    return train + others.indices.filter(chosen.contains).map { others[$0] }
  }

  /// Training rows that ask what an eval case asks.
  public struct Leaks: Sendable, Hashable {
    /// How many rows.
    public var count: Int
    /// Ids of the first cases found.
    public var cases: [String]
    /// Whether there are none.
    public var isEmpty: Bool { count == 0 }
    /// The first few ids, for a sentence.
    public var examples: String { cases.prefix(3).joined(separator: ", ") + (cases.count > 3 ? ", …" : "") }
  }

  /// Finds rows whose user message is the longest text of an eval case's input, letter case and spacing aside.
  public static func leaks(of rows: [TrainingRow], in sets: [EvalSet]) -> Leaks {
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
