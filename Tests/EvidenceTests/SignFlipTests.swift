import Testing

@testable import Evidence

@Suite struct SignFlipTests {
  /// How often signs by coin make a sum at least as far from 0, by counting all of them in units of a step.
  static func exact(_ steps: [Int]) -> Double {
    let total = steps.reduce(0) { $0 + abs($1) }
    var chances = [Double](repeating: 0, count: 2 * total + 1)
    chances[total] = 1
    for step in steps where step != 0 {
      var next = [Double](repeating: 0, count: chances.count)
      for place in chances.indices where chances[place] > 0 {
        next[place + step] += chances[place] / 2
        next[place - step] += chances[place] / 2
      }
      chances = next
    }
    let seen = abs(steps.reduce(0, +))
    return chances.indices.reduce(0) { $0 + (abs($1 - total) >= seen ? chances[$1] : 0) }
  }

  @Test(arguments: [
    (40, 4, 0.3), (40, 4, 0.6), (40, 4, 0.9), (13, 4, 0.6), (13, 5, 0.8), (17, 4, 0.8), (25, 10, 0.5), (100, 3, 0.4),
    (100, 3, 0.15), (60, 12, 0.2),
  ])
  func scoresInSteps(count: Int, largest: Int, lean: Double) {
    var random = Random(seed: UInt64(count))
    let steps = (0..<count).map { _ in
      (1 + Int(random.share() * Double(largest))) * (random.share() < (1 + lean) / 2 ? 1 : -1)
    }
    // A twelfth is not a number that Double holds, so the steps have to be found again.
    let values = steps.map { Double($0) / 12 }
    let exact = Self.exact(steps)
    #expect(isClose(SignFlipTest(values).pValue, exact, exact * 1e-9))
    #expect(SignFlipTest(values.map { -$0 }).pValue == SignFlipTest(values).pValue)
  }

  @Test(arguments: [(30, 0.2), (60, 0.35), (200, 0.1)])
  func scoresWithoutSteps(count: Int, lean: Double) {
    // A large prime of steps makes the saddlepoint come in; the exact count of the same numbers is what it must match.
    var random = Random(seed: UInt64(count))
    let steps = (0..<count).map { _ in
      (1 + Int(random.share() * 4001)) * (random.share() < (1 + lean) / 2 ? 1 : -1)
    }
    let exact = Self.exact(steps)
    #expect(isClose(SignFlipTest(steps.map { Double($0) / 4001 }).pValue, exact, exact * 0.1))
  }

  @Test func extremes() {
    #expect(SignFlipTest([]).pValue == 1)
    #expect(SignFlipTest([0, 0, 0]).pValue == 1)
    #expect(SignFlipTest((0..<30).map { $0 % 2 == 0 ? 0.2 : -0.2 }).pValue == 1)
    #expect(isClose(SignFlipTest((1...30).map { Double($0) / 30 }).pValue, 0x1p-29, 1e-15))
    #expect(SignFlipTest([0.5, -0.25, 0.25, 0.75, 0, 0.1]).pValue == 0.25)
    let binary = SignFlipTest((0..<40).map { $0 % 4 == 0 ? -0.5 : 0.5 })
    #expect(binary.pValue == PairedOutcomes(both: 0, onlyA: 30, onlyB: 10, neither: 0).pValue)
  }

  @Test func roundingErrorsAreNoDifferences() {
    let values = [0.1 + 0.2 - 0.3, 0.5, 0.5, 0.5, 0.5, 0.5]
    #expect(SignFlipTest(values).pValue == 0.0625)
  }
}
