import Testing

@testable import Evidence

struct AnswerFiguresTests {
  private func figures(
    count: Int = 10, unending: Double = 0, equal: Double = 0.1, expectedEqual: Double? = nil, asBase: Double? = nil,
    change: Double? = 1, step: Int = 40
  ) -> AnswerFigures {
    AnswerFigures(
      step: step, count: count, unending: unending, equal: equal, expectedEqual: expectedEqual, asBase: asBase,
      logitChange: change)
  }

  @Test func healthyAnswersHaveNoSign() { #expect(figures().signs(isLast: true) == []) }

  @Test func oneAnswerToEverythingIsACollapse() {
    let collapsed = figures(count: 80, equal: 0.975, expectedEqual: 0.3)
    #expect(collapsed.signs(isLast: false) == [.collapsed])
    #expect(collapsed.sentence(.collapsed).contains("78 of 80 answers are the same"))
    #expect(figures(equal: 0.9).signs(isLast: false) == [.collapsed])
  }

  @Test func oneAnswerIsRightWhereOneIsWanted() {
    #expect(figures(equal: 1, expectedEqual: 0.9).signs(isLast: true) == [])
  }

  @Test func answersWithoutAnEndAreASign() {
    #expect(figures(unending: 0.5).signs(isLast: false) == [.unending])
    #expect(figures(unending: 0.4).signs(isLast: false) == [])
  }

  @Test func anAdapterThatChangesNothingIsASign() {
    #expect(figures(asBase: 1, change: 0).signs(isLast: false) == [.inert])
    #expect(figures(asBase: 1, change: 0.5).signs(isLast: true) == [.asBase])
    #expect(figures(asBase: 1, change: nil).signs(isLast: true) == [.asBase])
    #expect(figures(asBase: 1, change: 0.5).signs(isLast: false) == [])
  }

  @Test func theUntrainedModelAndFewAnswersHaveNoSign() {
    #expect(figures(equal: 1, change: 0, step: 0).signs(isLast: true) == [])
    #expect(figures(count: 2, unending: 1, equal: 1, change: 0).signs(isLast: true) == [])
  }

  @Test func figuresOfAnswersAreShares() throws {
    let texts = ["a", " a\n", "b", ""]
    let made = try #require(
      AnswerFigures(step: 3, answers: texts.map { ($0, $0 != "b") }, expected: ["x", "y"]))
    #expect(made.equal == 0.5 && made.unending == 0.25 && made.expectedEqual == 0.5 && made.count == 4)
    #expect(AnswerFigures(step: 3, answers: [], expected: []) == nil)
  }
}
