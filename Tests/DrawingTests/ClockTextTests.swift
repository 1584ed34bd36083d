import Drawing
import Testing

@Suite struct ClockTextTests {
  @Test func timesToWaitLookTheSameEverywhere() {
    #expect(ClockText.text(0) == "0:00")
    #expect(ClockText.text(6.2) == "0:07")
    #expect(ClockText.text(333) == "5:33")
    #expect(ClockText.text(3_723) == "1:02:03")
    #expect(ClockText.text(.nan) == "–")
  }
}
