/// Learns weights of predicates by logistic regression: whether the strong arm is worth its price, cases counted by how much
/// is at stake.
struct WeightLearner {
  private let table: FeatureTable
  private let values: [Double]
  private let places: [Int]

  /// - Parameters:
  ///   - values: what sending each case to the strong arm is worth, in score points times weight.
  ///   - places: the cases to learn from.
  init(_ table: FeatureTable, values: [Double], places: [Int]) {
    self.table = table
    self.values = values
    self.places = places
  }

  /// The weights.
  func learn() -> Router.Policy {
    let chosen = features()
    var numbers = [Int32](repeating: -1, count: table.predicates.count)
    for (number, feature) in chosen.enumerated() { numbers[feature] = Int32(number) }
    let scale = values.reduce(0) { max($0, abs($1)) }
    guard scale > 0 else { return .rules([], otherwise: .cheap) }
    let rows = places.map { place in
      LogisticRegression.Row(
        features: table.features[place].compactMap { numbers[Int($0)] >= 0 ? numbers[Int($0)] : nil },
        isPositive: values[place] > 0, weight: abs(values[place]) / scale)
    }
    let fit = LogisticRegression(rows, features: chosen.count, penalty: 1, tolerance: 1e-6)
    let weights = zip(chosen, fit.weights).map {
      // Five digits are enough, and are what a file can show.
      Router.Weight(when: table.predicates[$0], value: Self.rounded($1))
    }.filter { $0.value != 0 }
    return .weights(bias: Self.rounded(fit.bias), weights)
  }

  private static func rounded(_ value: Double) -> Double { (value * 100_000).rounded() / 100_000 }

  /// The predicates that tell most in the cases to learn from, ascending.
  private func features() -> [Int] {
    var isChosen = [Bool](repeating: false, count: values.count)
    var (total, count) = (0.0, 0.0)
    for place in places {
      isChosen[place] = true
      total += values[place]
      count += 1
    }
    let mean = total / max(1, count)
    var ranked: [(feature: Int, strength: Double)] = []
    for (feature, holders) in table.cases.enumerated() {
      var (sum, squares, held) = (0.0, 0.0, 0)
      for holder in holders where isChosen[Int(holder)] {
        let value = values[Int(holder)] - mean
        sum += value
        squares += value * value
        held += 1
      }
      guard held >= 3, squares > 0 else { continue }
      ranked.append((feature, abs(sum) / squares.squareRoot()))
    }
    ranked.sort { ($1.strength, $0.feature) < ($0.strength, $1.feature) }
    return ranked.prefix(Router.mostWeights).map(\.feature).sorted()
  }
}
