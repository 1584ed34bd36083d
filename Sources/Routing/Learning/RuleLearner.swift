/// Learns a decision list of at most five predicates, one rule after the other.
///
/// Each rule is the predicate that surely gains the most: the sum of what its cases gain, less ``caution`` standard
/// errors of that sum. Lists are begun from either arm as the default, and the better one is taken.
struct RuleLearner {
  /// How many standard errors a rule's gain has to exceed.
  static let caution = 3.0
  /// The smallest share of the cases that a rule is made for.
  static let smallestShare = 0.02
  /// The fewest cases that a rule is made for.
  static let fewestCases = 5

  private let table: FeatureTable
  /// What sending each case to the strong arm is worth, in score points times weight.
  private let values: [Double]
  private let places: [Int]

  /// - Parameter places: the cases to learn from.
  init(_ table: FeatureTable, values: [Double], places: [Int]) {
    self.table = table
    self.values = values
    self.places = places
  }

  /// The list.
  func learn() -> Router.Policy {
    let lists = Router.Arm.allCases.map { list(from: $0) }
    let best = lists[1].worth > lists[0].worth ? lists[1] : lists[0]
    return .rules(best.rules, otherwise: best.otherwise)
  }

  private func list(from otherwise: Router.Arm) -> (rules: [Router.Rule], otherwise: Router.Arm, worth: Double) {
    var open = [Bool](repeating: false, count: values.count)
    var left = Sums()
    for place in places {
      open[place] = true
      left.add(values[place])
    }
    let sign = otherwise == .cheap ? 1.0 : -1.0
    let fewest = max(Self.fewestCases, Int(Self.smallestShare * Double(places.count)))
    var rules: [Router.Rule] = []
    var worth = 0.0
    while rules.count < Router.mostRules, left.count >= 2 * fewest {
      var best: (feature: Int, isOpposite: Bool, sums: Sums, surely: Double)?
      for (feature, holders) in table.cases.enumerated() {
        var inside = Sums()
        for holder in holders where open[Int(holder)] { inside.add(values[Int(holder)]) }
        for (isOpposite, sums) in [(false, inside), (true, left.without(inside))] {
          guard sums.count >= fewest, left.count - sums.count >= fewest else { continue }
          let surely = sign * sums.total - Self.caution * sums.squares.squareRoot()
          if surely > best?.surely ?? 1e-12 { best = (feature, isOpposite, sums, surely) }
        }
      }
      guard let best else { break }
      let predicate = table.predicates[best.feature]
      rules.append(Router.Rule(when: best.isOpposite ? predicate.negated : predicate, arm: otherwise.other))
      if otherwise == .cheap { worth += best.sums.total }
      left = left.without(best.sums)
      close(best.feature, isOpposite: best.isOpposite, &open)
    }
    if otherwise == .strong { worth += left.total }
    return (rules, otherwise, worth)
  }

  private func close(_ feature: Int, isOpposite: Bool, _ open: inout [Bool]) {
    if isOpposite {
      var stays = [Bool](repeating: false, count: open.count)
      for holder in table.cases[feature] { stays[Int(holder)] = open[Int(holder)] }
      open = stays
    } else {
      for holder in table.cases[feature] { open[Int(holder)] = false }
    }
  }

  private struct Sums {
    var count = 0
    var total = 0.0
    var squares = 0.0

    mutating func add(_ value: Double) {
      count += 1
      total += value
      squares += value * value
    }

    func without(_ part: Sums) -> Sums {
      Sums(
        count: count - part.count, total: total - part.total, squares: max(0, squares - part.squares))
    }
  }
}
