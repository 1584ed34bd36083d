import Foundation
import Testing

@testable import Routing

@Suite struct LearnerTests {
  /// Without penalty a feature's odds are those of the table; the penalised optimum solves the equations of its gradient,
  /// here found by bisection on the weight after the bias is eliminated by symmetry.
  @Test func logisticRegressionFindsTheOptimum() {
    // Feature 0 marks 10 rows of which 8 are positive; of the 10 others 2 are: by symmetry b = −β/2.
    var rows: [LogisticRegression.Row] = []
    for index in 0..<10 {
      rows.append(.init(features: [0], isPositive: index < 8, weight: 1))
      rows.append(.init(features: [], isPositive: index < 2, weight: 1))
    }
    let fit = LogisticRegression(rows, features: 1, penalty: 1)
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    // d/dβ: 10·σ(β/2) − 8 + β = 0.
    var (low, high) = (0.0, 5.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if 10 * sigmoid(middle / 2) - 8 + middle > 0 { high = middle } else { low = middle }
    }
    #expect(abs(fit.weights[0] - low) < 1e-7)
    #expect(abs(fit.bias + low / 2) < 1e-7)
    #expect(fit.gradientNorm < 1e-6)
  }

  @Test func weightsCountLikeCopies() {
    let rows = (0..<40).map { index in
      LogisticRegression.Row(
        features: index % 3 == 0 ? [0, 1] : index % 2 == 0 ? [1] : [], isPositive: index % 5 < 2,
        weight: index % 4 == 0 ? 2 : 1)
    }
    let copied = rows.flatMap { row in
      var one = row
      one.weight = 1
      return row.weight == 2 ? [one, one] : [one]
    }
    let (a, b) = (
      LogisticRegression(rows, features: 2, penalty: 0.5), LogisticRegression(copied, features: 2, penalty: 0.5)
    )
    #expect(abs(a.bias - b.bias) < 1e-6)
    for (one, other) in zip(a.weights, b.weights) { #expect(abs(one - other) < 1e-6) }
  }

  @Test func degenerateRowsEnd() {
    #expect(LogisticRegression([], features: 3, penalty: 1).weights == [0, 0, 0])
    let separable = (0..<20).map {
      LogisticRegression.Row(features: $0 < 10 ? [0] : [1], isPositive: $0 < 10, weight: 1)
    }
    let fit = LogisticRegression(separable, features: 2, penalty: 1)
    #expect(fit.weights[0] > 0.5 && fit.weights[1] < -0.5 && fit.gradientNorm < 1e-6)
  }

  /// The table says of every case what the predicate itself says.
  @Test func tableAgreesWithPredicates() {
    let texts = (0..<60).map { index in
      RouteInput(
        fields: [
          .init(
            "text",
            "Zahlung \(index) " + String(repeating: index % 2 == 0 ? "der Kunde " : "the client ", count: index % 7)),
          .init("kind", index % 3 == 0 ? "Mail" : "phone"), .init("note", index % 4 == 0 ? "x" : ""),
        ], tags: index % 5 == 0 ? ["a", "a"] : ["b"])
    }
    let table = FeatureTable(texts)
    #expect(table.predicates.count > 20)
    #expect(Set(table.predicates).count == table.predicates.count)
    for (predicate, holders) in zip(table.predicates, table.cases) {
      #expect(holders == table.inputs.indices.filter { predicate.holds(for: table.inputs[$0]) }.map(Int32.init))
    }
    for (place, features) in table.features.enumerated() {
      #expect(features.allSatisfy { table.cases[Int($0)].contains(Int32(place)) })
    }
  }

  @Test func plantedRuleIsLearnt() throws {
    let inputs = (0..<120).map { RouteInput($0 % 3 == 0 ? "a refund please \($0)" : "my order number \($0)") }
    let table = FeatureTable(inputs)
    let values = (0..<120).map { $0 % 3 == 0 ? ($0 % 30 == 0 ? -0.5 : 0.9) : -0.1 }
    let policy = RuleLearner(table, values: values, places: Array(0..<120)).learn()
    guard case .rules(let rules, .cheap) = policy else { return #expect(Bool(false), "\(policy)") }
    #expect(rules.count == 1)
    let rule = try #require(rules.first)
    #expect(rule.arm == .strong)
    #expect(
      (0..<120).allSatisfy { rule.when.holds(for: table.inputs[$0]) == ($0 % 3 == 0) }, "\(rule.when.text)")
  }

  @Test func exceptionsFromTheStrongArmAreLearnt() {
    let inputs = (0..<120).map { RouteInput($0 % 4 == 0 ? "hello thanks \($0)" : "a long story about \($0)") }
    let values = (0..<120).map { $0 % 4 == 0 ? -0.6 : 0.5 }
    let policy = RuleLearner(FeatureTable(inputs), values: values, places: Array(0..<120)).learn()
    let router = Router(cheap: "a", strong: "b", policy: policy)
    for (place, input) in inputs.enumerated() {
      #expect(router.choice(for: InputFeatures(input)).arm == (place % 4 == 0 ? .cheap : .strong))
    }
  }

  @Test func nothingToGainMakesNoRule() {
    let inputs = (0..<80).map { RouteInput("text \($0 % 7) word \($0 % 5)") }
    for value in [-0.1, 0] {
      let policy = RuleLearner(FeatureTable(inputs), values: Array(repeating: value, count: 80), places: Array(0..<80))
        .learn()
      #expect(policy == .rules([], otherwise: .cheap))
    }
  }

  @Test func cascadeTakesSignsThatGain() {
    let cases = (0..<60).map { index in
      RoutedCase(
        id: "\(index)", input: RouteInput(""),
        cheap: ArmOutcome(
          score: index % 3 == 0 ? 0 : 1,
          signs: index % 3 == 0 ? [.invalidFormat] : index % 3 == 1 ? [.cut] : index == 2 ? [.refusal] : []),
        strong: ArmOutcome(score: 1))
    }
    let values = CrossFit.values(cases, Array(cases.indices))
    let policy = CascadeLearner.learn(cases, values: values, places: Array(cases.indices))
    // Cut answers are right anyway, and one refusal says nothing.
    #expect(policy == .cascade([.invalidFormat]))
  }

  @Test(arguments: [
    ("I'm sorry, but I can't help with that.", true), ("I cannot assist with this request", true),
    ("I\u{2019}m unable to do this", true), ("{\"category\": \"refund\"}", false),
    ("The customer says: nothing works. " + String(repeating: "x", count: 300) + " i can't help", false),
  ])
  func refusalsInWords(text: String, expected: Bool) { #expect(EscalationSign.isRefusal(text) == expected) }
}
