import Domain
import Evidence

/// The cases of an optimisation in three parts, and what its budget buys.
///
/// Changes are tried on training cases, chosen on selection cases, and the one that is chosen is judged on sealed cases, on
/// which nothing was decided.
package struct OptimizationPlan: Sendable, Hashable {
  /// Training cases: a minibatch of them shows which changes are worth a closer look, and examples are taken from the rest.
  package let training: [EvalCase]
  /// Cases that decide which change stays.
  package let selection: [EvalCase]
  /// Cases that judge the result.
  package let sealed: [EvalCase]
  /// The first training cases.
  package var minibatch: [EvalCase] { Array(training.prefix(Self.minibatchSize)) }
  /// The training cases from which examples may be taken.
  package var pool: [EvalCase] { Array(training.dropFirst(Self.minibatchSize)) }

  /// The fewest independent cases of each part.
  package static let fewestUnits = 30
  /// Cases of a minibatch.
  package static let minibatchSize = 10
  /// The shares of the selection and of the sealed cases; the rest trains.
  static let shares = [0.3, 0.3]

  /// Divides cases.
  /// - Throws: `WorkbenchError.input` where they are too few for three parts.
  package init(_ cases: [EvalCase], of set: String) throws(WorkbenchError) {
    let parts = CaseParts(
      cases.map { ScoredCase($0.id, input: $0.input.text(), group: $0.group, samples: []) }, shares: Self.shares,
      salt: "optimize")
    guard let fewest = parts.units.min(), fewest >= Self.fewestUnits else {
      let units = parts.units.reduce(0, +)
      throw .input(
        "An optimisation divides cases into 40 % to train, 30 % to select and 30 % to judge, at least \(Self.fewestUnits) "
          + "each, and \"\(set)\" has \(units) that are independent of each other: add cases, \(Self.fewestCases) at least."
      )
    }
    func chosen(_ part: Int) -> [EvalCase] { cases.indices.filter { parts.part[$0] == part }.map { cases[$0] } }
    training = chosen(0)
    selection = chosen(1)
    sealed = chosen(2)
  }

  /// The fewest independent cases of a set.
  private static let fewestCases = 100

  /// The fewest requests that can show anything: the start on the selection cases, and three proposals.
  package var fewestRequests: Int { selection.count + 3 * proposalCost }

  /// The most requests that a proposal takes.
  package var proposalCost: Int { Self.minibatchSize + selection.count }

  /// The requests that stay for judging the result: both prompts on the sealed cases.
  package var reserve: Int { 2 * sealed.count }

  /// About how many proposals a budget buys, if each is looked at closely.
  package func proposals(within budget: Int) -> Int {
    max(0, (budget - selection.count - Self.minibatchSize - reserve) / proposalCost)
  }
}
