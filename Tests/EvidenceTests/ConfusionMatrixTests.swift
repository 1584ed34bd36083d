import Testing

@testable import Evidence

@Suite struct ConfusionMatrixTests {
  private func entries(_ pairs: [(String, String?)], group: ((Int) -> String?)? = nil) -> [ConfusionMatrix.Entry] {
    pairs.enumerated().map { place, pair in
      .init(
        ScoredCase("c\(place)", group: group?(place), samples: [.unscored("")]), expected: pair.0, answered: pair.1)
    }
  }

  @Test func countsRowsAndColumns() throws {
    let pairs: [(String, String?)] =
      Array(repeating: ("a", "a"), count: 8) + [("a", "b"), ("a", nil)] + Array(repeating: ("b", "b"), count: 5)
      + [("b", "c"), ("c", "c"), ("c", "something else")]
    let matrix = try #require(ConfusionMatrix(entries(pairs)))
    #expect(matrix.labels == ["a", "b", "c"], "the most frequent first")
    #expect(matrix.counts == [[8, 1, 0, 1], [0, 5, 1, 0], [0, 0, 1, 1]])
    #expect(matrix.count == pairs.count)
    #expect(matrix.recall[0]?.mean == 0.8 && matrix.recall[0]?.interval == Proportion(successes: 8, of: 10).interval())
    #expect(matrix.precision[1]?.mean == 5 / 6.0 && matrix.precision[1]?.count == 6)
    #expect(matrix.precision[0]?.mean == 1)
  }

  @Test func alabelThatIsNeverAnsweredHasNoPrecision() throws {
    let matrix = try #require(ConfusionMatrix(entries([("a", "b"), ("a", "b"), ("b", "b"), ("b", "b")])))
    #expect(matrix.precision[0] == nil && matrix.recall[0]?.mean == 0)
  }

  @Test func textsAreNoLabels() {
    #expect(ConfusionMatrix([]) == nil)
    #expect(ConfusionMatrix(entries([("a", "a"), ("a", "a")])) == nil, "a single label tells nothing")
    #expect(ConfusionMatrix(entries((0..<40).map { ("text \($0)", nil) })) == nil, "each case has a text of its own")
    #expect(
      ConfusionMatrix(entries((0..<100).map { ("label \($0 % 13)", nil) })) == nil, "more labels than can be read")
    #expect(ConfusionMatrix(entries((0..<100).map { ("label \($0 % 12)", nil) })) != nil)
  }

  /// Twenty cases of two conversations are about two pieces of evidence.
  @Test func groupsWidenIntervals() throws {
    let pairs: [(String, String?)] = (0..<40).map { ($0 < 20 ? "a" : "b", $0 % 20 < 10 ? "a" : "b") }
    let alone = try #require(ConfusionMatrix(entries(pairs))?.recall[0])
    let grouped = try #require(ConfusionMatrix(entries(pairs) { "g\($0 / 10)" })?.recall[0])
    #expect(
      grouped.mean == alone.mean
        && grouped.interval.high - grouped.interval.low > alone.interval.high - alone.interval.low)
  }
}
