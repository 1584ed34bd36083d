import Evidence
import Testing

@Suite struct IntervalTests {
  @Test func endsAreOrdered() {
    #expect(Interval(2, 1) == Interval(1, 2))
    #expect(Interval(0, 1).contains(1))
  }
}
