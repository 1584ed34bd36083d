/// Learns which signs of the cheap arm's answer are worth asking the strong arm for.
struct CascadeLearner {
  /// The fewest cases with a sign that anything is learnt of it.
  static let fewestCases = 3

  /// The cascade: signs are taken one after the other, each the one whose cases, of those that no sign has been taken for,
  /// gain the most.
  /// - Parameters:
  ///   - cases: all cases.
  ///   - values: what the strong arm is worth for each, in score points times weight.
  ///   - places: the cases to learn from.
  static func learn(_ cases: [RoutedCase], values: [Double], places: [Int]) -> Router.Policy {
    var signs: [EscalationSign] = []
    var open = places
    while true {
      let sums = EscalationSign.allCases.filter { !signs.contains($0) }.map { sign in
        let with = open.filter { cases[$0].cheap.signs.contains(sign) }
        return (sign: sign, count: with.count, worth: with.reduce(0) { $0 + values[$1] })
      }
      let best = sums.filter { $0.count >= fewestCases && $0.worth > 1e-12 }.max { $0.worth < $1.worth }
      guard let best else { return .cascade(signs.sorted()) }
      signs.append(best.sign)
      open.removeAll { cases[$0].cheap.signs.contains(best.sign) }
    }
  }
}
