import Evidence

/// Which cases of a set are held out: a share of its units, chosen by a hash, so that the same cases are held out on every
/// machine and stay so when others come.
///
/// A unit is what is independent: cases of one group or with equal input go to one side together.
package struct HeldOutCases: Sendable, Hashable {
  /// The fewest units that a verdict can rest on.
  package static let fewestUnits = 30
  /// The suffix of the name of the set that is held out.
  package static let suffix = "-held-out"

  /// The cases to develop prompts on, in file order.
  package let developed: [EvalCase]
  /// The cases that are held out, in file order.
  package let heldOut: [EvalCase]
  /// How many units are held out.
  package let units: Int

  /// Divides cases.
  /// - Parameter share: the share of units to hold out, above 0 and below 1.
  package init(_ cases: [EvalCase], share: Double) {
    let keys = Self.keys(of: cases)
    let held = keys.map { Self.position(of: $0) < share }
    developed = cases.indices.filter { !held[$0] }.map { cases[$0] }
    heldOut = cases.indices.filter { held[$0] }.map { cases[$0] }
    units = Set(cases.indices.filter { held[$0] }.map { keys[$0] }).count
  }

  /// About how many cases more it takes for enough units, if each is its own.
  /// - Parameter share: the share of units to hold out.
  package func missing(share: Double) -> Int { Int((Double(max(0, Self.fewestUnits - units)) / share).rounded(.up)) }

  /// What names each case's unit: the first group among those that belong together, or else the input.
  private static func keys(of cases: [EvalCase]) -> [String] {
    let scored = cases.map { ScoredCase($0.id, input: $0.input.text(), group: $0.group, samples: []) }
    let units = ScoredCase.units(of: scored)
    var names: [Int: String] = [:]
    for (place, unit) in units.enumerated() {
      let name = cases[place].group.map { "group \($0)" } ?? "input \(scored[place].input)"
      names[unit] = names[unit].map { min($0, name) } ?? name
    }
    return units.map { names[$0] ?? "" }
  }

  /// Where a name lies between 0 and 1: FNV-1a with 64 bits, its bits mixed as SplitMix64 does since FNV's high ones depend
  /// little on a text's last bytes.
  private static func position(of name: String) -> Double {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in ("held-out " + name).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var generator = SplitMix64(seed: hash)
    return Double(generator.next() >> 11) * 0x1p-53
  }
}
