import NumberFormat

/// Why cases are not to be looked at before all are answered.
package enum LookRefusal: Sendable, Hashable {
  /// So few units are planned, fewer than 30.
  case fewUnits(Int)
  /// The units differ so much in weight that they count like fewer than half as many; the share that they count like.
  case unequalUnits(Double)
  /// The order has to do with what the cases are, such as that of the file or of tags.
  case orderNotRandom
  /// Some cases have fewer samples than planned.
  case incompleteRepeats
  /// One unit has more than a fifth of the weight; its share.
  case dominantUnit(Double)

  /// The reason as a sentence, with what to do instead.
  package var sentence: String {
    let reason =
      switch self {
      case .fewUnits(let count):
        "there are only \(NumberFormat.plural(count, "independent case")), and looking takes 30"
      case .unequalUnits(let share):
        "groups and weights are so unequal that the cases count like \(NumberFormat.percent(share)) of their number"
      case .orderNotRandom: "the order of the cases is not random"
      case .incompleteRepeats: "some cases lack some of their repeats"
      case .dominantUnit(let share): "one group has \(NumberFormat.percent(share)) of the weight"
      }
    return "Comparing until decided isn't possible, because \(reason). Run all cases instead."
  }
}

extension GroupSequential {
  /// Why a plan over these cases may not look before the end; empty where it may.
  /// - Parameters:
  ///   - cases: the planned cases, whose samples don't matter.
  ///   - isShuffled: whether they are asked in random order, units whole (``order(of:salt:)``).
  ///   - hasWholeRepeats: whether each case gets all its samples before the next look.
  package static func refusals(
    _ cases: [ScoredCase], isShuffled: Bool = true, hasWholeRepeats: Bool = true
  ) -> [LookRefusal] {
    let units = Units(
      Array(repeating: 0, count: cases.count), weights: cases.map(\.weight), units: ScoredCase.units(of: cases))
    var refusals: [LookRefusal] = []
    if units.count < 30 { refusals.append(.fewUnits(units.count)) }
    let share = units.count > 0 ? units.effectiveCount / Double(units.count) : 1
    if share < 0.5 { refusals.append(.unequalUnits(share)) }
    if !isShuffled { refusals.append(.orderNotRandom) }
    if !hasWholeRepeats { refusals.append(.incompleteRepeats) }
    if let largest = units.shares.max(), largest > 0.2 { refusals.append(.dominantUnit(largest)) }
    return refusals
  }

  /// The cases in random order, units whole and one after the other: the places of the cases of each unit.
  ///
  /// The order depends on the salt and the number of units only, so doing it again gives the same order.
  package static func order(of cases: [ScoredCase], salt: String) -> [[Int]] {
    let numbers = ScoredCase.units(of: cases)
    let members = Dictionary(grouping: cases.indices) { numbers[$0] }
    let units = members.keys.sorted().compactMap { members[$0] }
    var random = SplitMix("order of looks" + salt)
    return random.permutation(of: units.count).map { units[$0] }
  }
}
