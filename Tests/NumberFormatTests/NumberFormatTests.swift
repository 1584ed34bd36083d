import NumberFormat
import Testing

@Suite struct NumberFormatTests {
  @Test(arguments: [
    (0.94, "94 %"), (0.999, "99.9 %"), (0.9999, "99.9 %"), (0.001, "0.1 %"), (0.0000001, "0.1 %"), (0, "0 %"),
    (1, "100 %"), (.nan, "– %"), (.infinity, "– %"),
  ])
  func aShareIsNeverRoundedToAllOrNothing(share: Double, text: String) {
    #expect(NumberFormat.percent(share) == text)
  }

  @Test(arguments: [
    (0.0, "≤ 1 %"), (0.014, "≤ 1 %"), (0.4614, "46 %"), (0.989, "≥ 99 %"), (1, "≥ 99 %"), (.nan, "– %"),
  ])
  func aChanceIsNeverCertain(probability: Double, text: String) {
    #expect(NumberFormat.chance(probability) == text)
  }

  @Test func intervalsOfShares() {
    #expect(NumberFormat.percent(0.71, 0.6146, 0.7899) == "71 % [61, 79]")
    #expect(NumberFormat.range(0.0004, 0.9996) == "[0, 100]")
    #expect(NumberFormat.range(-.infinity, .nan) == "[–, –]")
  }

  @Test func differencesOfShares() {
    #expect(NumberFormat.points(0.23, -0.004, 0.33) == "+23 points [-0.4, +33]")
    #expect(NumberFormat.points(-0.01) == "-1 point")
    #expect(NumberFormat.points(0) == "0 points")
    #expect(NumberFormat.signedPoints(-0.0001) == "0")
  }

  @Test(arguments: [
    (0.0000056, "p < 0.001"), (0.0026, "p = 0.003"), (0.0316, "p = 0.032"), (0.456, "p = 0.46"), (1, "p = 1"),
  ])
  func probabilities(p: Double, text: String) { #expect(NumberFormat.pValue(p) == text) }

  @Test func counts() {
    #expect(NumberFormat.count(-1234) == "-1,234")
    #expect(NumberFormat.count(0) == "0")
    #expect(NumberFormat.count(1_234_567) == "1,234,567")
    #expect(NumberFormat.count(.infinity) == "∞" && NumberFormat.count(.nan) == "unknown")
    #expect(NumberFormat.plural(1, "case") == "1 case")
    #expect(NumberFormat.plural(1500, "case") == "1,500 cases")
    #expect(NumberFormat.size(86_016) == "86.0 K" && NumberFormat.size(999) == "999")
    #expect(NumberFormat.tokens(12, isExact: false) == "~12" && NumberFormat.tokens(nil, isExact: true) == "?")
  }

  @Test func decimals() {
    #expect(NumberFormat.fixed(-0.04, decimals: 1) == "0.0")
    #expect(NumberFormat.fixed(0.005, decimals: 0) == "0")
    #expect(NumberFormat.trimmed(27.80, decimals: 2) == "27.8")
    #expect(NumberFormat.trimmed(1e300, decimals: 2) == "∞")
  }

  @Test(arguments: [
    (0.035, "$0.035"), (0.00172, "$0.0017"), (0.0999, "$0.10"), (12.5, "$12.50"), (-1800.4, "-$1,800"), (5, "$5"),
  ])
  func sums(dollars: Double, text: String) { #expect(NumberFormat.dollars(dollars) == text) }

  @Test(arguments: [
    (0, "0 s"), (0.0042, "4.2 ms"), (0.0123, "12 ms"), (0.31, "0.31 s"), (2.449, "2.45 s"), (3, "3 s"), (12.2, "12 s"),
    (59.7, "1:00"), (125, "2:05"), (3_723, "1:02:03"), (.nan, "–"), (-1, "–"), (1e300, "277777:46:40"),
  ])
  func durations(seconds: Double, text: String) { #expect(NumberFormat.duration(seconds) == text) }

  @Test func timesThatGoOn() {
    #expect(
      [-1, 0.44, 9.96, 12.2, 125].map { NumberFormat.elapsed($0) } == ["0.0 s", "0.4 s", "10 s", "12 s", "2:05"])
    #expect(NumberFormat.elapsed(.infinity) == "–")
    #expect([0, 6.2, 333, 3_723, .nan].map { NumberFormat.clock($0) } == ["0:00", "0:07", "5:33", "1:02:03", "–"])
    #expect(NumberFormat.rate(0.44) == "0.4/s" && NumberFormat.rate(38.4) == "38/s")
  }

  @Test func ages() {
    #expect(
      [0, 59, 61, 3_600, 86_400, 200_000, .nan].map { NumberFormat.ago($0) }
        == ["now", "now", "1 min ago", "1 h ago", "24 h ago", "2 d ago", "now"])
    #expect(NumberFormat.age(300) == "5 min")
  }

  @Test func figuresOfTraining() {
    #expect(
      [0.41234, 12.349, 0.00001234, .nan, -.infinity].map { NumberFormat.loss($0) }
        == ["0.4123", "12.35", "1.2e-5", "not a number", "infinite"])
    #expect(NumberFormat.lossCell(nil) == "–" && NumberFormat.lossCell(-.infinity) == "-inf")
    #expect([2e-5, 0.002, 20].map { NumberFormat.plain($0) } == ["2e-5", "0.002", "20"])
    #expect(NumberFormat.learningRate(0.00193) == "0.00193" && NumberFormat.learningRate(9.34e-4) == "9.3e-4")
  }

  @Test func bytesHaveDecimalPrefixes() {
    let shown = [0, 1, 999, 1_000, 1_449, 99_900, 812_345, 999_600, 1_400_000_000, -5].map { NumberFormat.bytes($0) }
    #expect(
      shown == [
        "0 bytes", "1 bytes", "999 bytes", "1 KB", "1.4 KB", "100 KB", "812 KB", "1 MB", "1.4 GB", "0 bytes",
      ])
  }
}
