/// Cases divided into parts of given shares, with groups and equal inputs whole: the units in the order of the hash that
/// ``HeldOutSplit`` goes by, so that every machine divides alike.
package struct CaseParts: Sendable, Hashable {
  /// The part of each case, in the given order, counted from 0.
  package let part: [Int]
  /// How many units are in each part.
  package let units: [Int]

  /// Divides cases.
  /// - Parameters:
  ///   - cases: the cases, whose samples don't matter.
  ///   - shares: the share of units of each part but the first, which has the rest; 0 to 1, together at most 1.
  ///   - salt: another salt makes another division.
  package init(_ cases: [ScoredCase], shares: [Double], salt: String = "parts") {
    let numbers = ScoredCase.units(of: cases)
    let positions = HeldOutSplit.positions(of: cases, units: numbers, salt: salt)
    let order = positions.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    var parts: [Int: Int] = [:]
    var place = 0
    for (index, share) in shares.enumerated() {
      let count = min(order.count - place, Int((share * Double(order.count)).rounded()))
      for unit in order[place..<place + count] { parts[unit] = index + 1 }
      place += count
    }
    part = numbers.map { parts[$0] ?? 0 }
    units = (0...shares.count).map { index in order.count { (parts[$0] ?? 0) == index } }
  }
}
