import Drawing
import Testing

@Suite struct RectTests {
  @Test func sharesAddUpToTheWhole() {
    for width in 0...40 {
      let parts = Rect(x: 3, y: 0, width: width, height: 1).columns([.share(1), .fixed(5), .share(2), .share(1)])
      #expect(parts.map(\.width).reduce(0, +) == max(width, 0))
      #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.maxX == $1.x })
    }
  }

  @Test func partsNeverLeaveTheRectangle() {
    let whole = Rect(x: 2, y: 1, width: 4, height: 4)
    for part in whole.columns([.fixed(3), .fixed(9), .rest, .fixed(2)], gap: 1) {
      #expect(part.intersection(whole) == part || part.isEmpty)
      #expect(part.x >= whole.x && part.maxX <= whole.maxX)
    }
  }

  @Test func rowsHaveGaps() {
    let parts = Rect(x: 0, y: 0, width: 10, height: 11).rows([.rest, .rest], gap: 1)
    #expect(parts == [Rect(x: 0, y: 0, width: 10, height: 5), Rect(x: 0, y: 6, width: 10, height: 5)])
  }

  @Test func insetOfSomethingSmallIsEmpty() {
    #expect(Rect(x: 0, y: 0, width: 1, height: 1).inset().isEmpty)
    #expect(Rect(x: 0, y: 0, width: 4, height: 3).inset() == Rect(x: 1, y: 1, width: 2, height: 1))
  }

  @Test func intersectionAndContains() {
    let left = Rect(x: 0, y: 0, width: 5, height: 5)
    #expect(left.intersection(Rect(x: 3, y: 4, width: 9, height: 9)) == Rect(x: 3, y: 4, width: 2, height: 1))
    #expect(left.intersection(Rect(x: 7, y: 0, width: 1, height: 1)).isEmpty)
    #expect(left.contains(Point(x: 4, y: 4)))
    #expect(!left.contains(Point(x: 5, y: 4)))
  }

  @Test func centeredShrinksToFit() {
    let whole = Rect(x: 0, y: 0, width: 10, height: 4)
    #expect(whole.centered(Size(width: 4, height: 2)) == Rect(x: 3, y: 1, width: 4, height: 2))
    #expect(whole.centered(Size(width: 40, height: 20)) == whole)
  }
}
