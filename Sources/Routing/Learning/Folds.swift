import Evidence

/// Cases in parts, so that a router is never judged on a case that it was learnt from.
///
/// Units (cases that share a group or an input) stay whole. They are dealt out in the order of a hash of their names, so
/// that the same cases always make the same parts, wherever they stand in the file.
struct Folds: Sendable {
  /// The number of parts.
  static let count = 5

  /// The part of each case.
  let parts: [Int]
  /// The number of units.
  let units: Int

  /// Divides cases.
  init(_ cases: [RoutedCase]) {
    let numbers = ScoredCase.units(of: cases.map { $0.scored(0) })
    var names: [Int: String] = [:]
    for (entry, unit) in zip(cases, numbers) {
      let name = entry.group.map { "g:" + $0 } ?? "i:" + entry.key
      names[unit] = min(names[unit] ?? name, name)
    }
    let order = names.map { (unit: $0.key, hash: Self.hash("router folds " + $0.value), name: $0.value) }
      .sorted { ($0.hash, $0.name) < ($1.hash, $1.name) }
    var partOfUnit: [Int: Int] = [:]
    for (place, entry) in order.enumerated() { partOfUnit[entry.unit] = place % Self.count }
    parts = numbers.map { partOfUnit[$0] ?? 0 }
    units = names.count
  }

  /// FNV-1a, followed by the finalizer of SplitMix64: neighbours in name are none in order.
  private static func hash(_ text: String) -> UInt64 {
    var z = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
