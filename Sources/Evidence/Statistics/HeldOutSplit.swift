/// Cases kept apart from developing and choosing, with groups and equal inputs whole.
///
/// A unit is held out if FNV-1a64(salt + key) / 2⁶⁴ lies below the share. That depends on nothing else, so further cases
/// move none of the others, unless they join two units.
package struct HeldOutSplit: Sendable, Hashable {
  /// Whether each case is held out, in the given order.
  package let isHeldOut: [Bool]
  /// The units held out.
  package let units: Int
  /// The share that was asked for, 0 to 1.
  package let share: Double

  /// The share unless told.
  package static let usualShare = 0.3
  /// Fewer units decide too little.
  package static let fewestUnits = 30

  /// Splits cases.
  /// - Parameters:
  ///   - cases: the cases, whose samples don't matter.
  ///   - share: the share to hold out, 0 to 1.
  ///   - salt: another salt makes another split.
  package init(_ cases: [ScoredCase], share: Double = usualShare, salt: String = "held-out") {
    let numbers = ScoredCase.units(of: cases)
    let positions = Self.positions(of: cases, units: numbers, salt: salt)
    let held = positions.mapValues { $0 < share }
    isHeldOut = numbers.map { held[$0] ?? false }
    units = held.values.count { $0 }
    self.share = share
  }

  /// How many more units would have to be held out; 0 when they are enough.
  package var missingUnits: Int { max(0, Self.fewestUnits - units) }

  /// Where each unit stands, from 0 up to 1, by a hash of its name.
  /// - Parameter units: the unit of each case.
  static func positions(of cases: [ScoredCase], units: [Int], salt: String) -> [Int: Double] {
    // The smallest group names a unit, or the smallest input where there is no group: both stay as cases are added.
    var names: [Int: (isInput: Int, name: String)] = [:]
    for (entry, unit) in zip(cases, units) {
      let name = entry.group.map { (0, $0) } ?? (1, entry.input)
      names[unit] = min(names[unit] ?? name, name) { $0 < $1 }
    }
    return names.mapValues { position(salt + key($0.name)) }
  }

  /// A name followed by the digits of its hash: FNV-1a alone gives names that differ in the last letters neighbouring
  /// values.
  private static func key(_ name: String) -> String { name + String(FNV1a.hash(name), radix: 16) }

  /// The hash as a number from 0 up to 1.
  private static func position(_ text: String) -> Double { Double(FNV1a.hash(text)) * 0x1p-64 }
}

private func min<Value>(_ one: Value, _ other: Value, _ precedes: (Value, Value) -> Bool) -> Value {
  precedes(other, one) ? other : one
}
