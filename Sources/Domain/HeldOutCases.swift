import Evidence

/// The cases of a set in two parts: those that prompts are developed on, and those that are held out for the verdict.
///
/// ``HeldOutSplit`` chooses them by a hash of what is independent, so the same cases are held out on every machine, and stay
/// so when others come.
package struct HeldOutCases: Sendable, Hashable {
  /// The fewest units that a verdict can rest on.
  package static let fewestUnits = HeldOutSplit.fewestUnits
  /// The suffix of the name of the set that is held out.
  package static let suffix = "-held-out"

  /// The cases to develop prompts on, in file order.
  package let developed: [EvalCase]
  /// The cases that are held out, in file order.
  package let heldOut: [EvalCase]
  private let split: HeldOutSplit

  /// Divides cases.
  /// - Parameter share: the share of units to hold out, above 0 and below 1.
  package init(_ cases: [EvalCase], share: Double) {
    let split = HeldOutSplit(
      cases.map { ScoredCase($0.id, input: $0.input.text(), group: $0.group, samples: []) }, share: share)
    self.split = split
    developed = cases.indices.filter { !split.isHeldOut[$0] }.map { cases[$0] }
    heldOut = cases.indices.filter { split.isHeldOut[$0] }.map { cases[$0] }
  }

  /// How many units are held out.
  package var units: Int { split.units }

  /// About how many cases more it takes for enough units, if each is its own; a billion at most.
  package var missingCases: Int { Int(min(1e9, (Double(split.missingUnits) / split.share).rounded(.up))) }
}
