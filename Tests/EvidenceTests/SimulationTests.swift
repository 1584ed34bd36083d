import StatisticsSimulations
import Testing

/// Small versions of `make simulate`: the same seeds each time, and bounds that allow for three standard errors.
@Suite struct SimulationTests {
  @Test(arguments: Design.allCases)
  func falseClaims(design: Design) {
    let found = Simulations.falseClaims(design, cases: 60, repetitions: 200)
    #expect(found.isKept, "\(found.line)")
  }

  @Test(arguments: Design.allCases)
  func coverage(design: Design) {
    let found = Simulations.coverage(design, cases: 60, difference: 0.05, repetitions: 200)
    #expect(found.isKept, "\(found.line)")
  }

  @Test func fourVariants() {
    let found = Simulations.fourVariants(cases: 12, repetitions: 40)
    #expect(found.isKept, "\(found.line)")
  }

  @Test(arguments: [Design.yesNo, .graded])
  func looks(design: Design) {
    let found = Simulations.looks(design, cases: 50, repetitions: 200)
    #expect(found.isKept, "\(found.line)")
  }

  @Test(arguments: [Design.yesNo, .graded])
  func falseNonInferiority(design: Design) {
    let found = Simulations.falseNonInferiority(design, cases: 100, repetitions: 200)
    #expect(found.isKept, "\(found.line)")
  }

  @Test func means() {
    for found in [
      Simulations.wilson(rate: 0.8, cases: 50, repetitions: 1000),
      Simulations.meanOfGrades(cases: 40, repetitions: 300),
      Simulations.meanOfGroups(groups: 20, repetitions: 300),
    ] {
      #expect(found.isKept, "\(found.line)")
    }
  }

  @Test func forgetting() {
    for found in Simulations.forgetting(repetitions: 400) { #expect(found.isKept, "\(found.line)") }
  }

  @Test func aBrokenPromiseIsSeen() {
    #expect(!SimulatedRate(name: "", rate: 0.12, repetitions: 400, most: 0.05).isKept)
    #expect(!SimulatedRate(name: "", rate: 0.85, repetitions: 400, least: 0.93).isKept)
    #expect(SimulatedRate(name: "", rate: 0.06, repetitions: 400, most: 0.05).isKept)
  }
}
