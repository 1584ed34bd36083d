import Domain

/// The requests of a run that are to be sent, as places in its eval set: 40 bytes each, so that a run of any length costs
/// next to nothing before it is asked.
struct RequestList: Sendable {
  /// One request.
  struct Item: Sendable {
    /// Which case of the set.
    var place: Int32
    /// Which of the case's answers, from 0.
    var sample: Int32
    /// Everything that decides its answer.
    var key: PackedHash
  }

  private(set) var items: [Item] = []

  /// Adds a request.
  mutating func append(_ item: Item) { items.append(item) }

  /// Puts requests to these cases behind all others.
  mutating func putLast(_ places: Set<Int>) {
    guard !places.isEmpty else { return }
    items =
      items.filter { !places.contains(Int($0.place)) } + items.filter { places.contains(Int($0.place)) }
  }

  /// Puts cases that fill the prompt's first slot alike next to each other, so that servers which keep the beginnings of
  /// prompts meet them again; otherwise the order stays.
  mutating func group(by slots: [String], of cases: [EvalCase]) {
    guard slots.count > 1, let first = slots.first, items.count > 1 else { return }
    var groups: [Int: Int32] = [:]
    var places = [Int32](repeating: -1, count: cases.count)
    for item in items where places[Int(item.place)] < 0 {
      let value = cases[Int(item.place)].input[first]?.hashValue ?? 0
      let group = groups[value] ?? Int32(groups.count)
      groups[value] = group
      places[Int(item.place)] = group
    }
    guard groups.count < items.count else { return }
    items = items.enumerated().sorted {
      (places[Int($0.element.place)], $0.offset) < (places[Int($1.element.place)], $1.offset)
    }.map(\.element)
  }
}

/// A `ContentHash` in the 32 bytes that it stands for.
struct PackedHash: Sendable, Hashable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Stands for no hash.
  static let none = PackedHash(ContentHash(hex: ""))

  /// Packs 64 hexadecimal digits.
  init(_ hash: ContentHash) {
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, digit) in hash.hex.utf8.prefix(64).enumerated() {
      let value = digit < 58 ? digit &- 48 : (digit | 32) &- 87
      words[index / 16] = words[index / 16] << 4 | UInt64(value & 15)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  /// The hash.
  var hash: ContentHash {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int(word >> UInt64(shift) & 15)]) }
    }
    return ContentHash(hex: String(decoding: text, as: UTF8.self))
  }

  static func == (left: PackedHash, right: PackedHash) -> Bool { left.words == right.words }
  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
