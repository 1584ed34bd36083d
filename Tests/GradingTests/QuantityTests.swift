import Content
import Testing

@testable import Grading

/// Numbers and dates in texts.
@Suite struct QuantityTests {
  private func numbers(_ text: String, _ sign: Quantity.DecimalSign? = nil) -> [[Double]] {
    QuantityScanner(Array(text.unicodeScalars), decimalSign: sign).all().map(\.readings)
  }

  @Test(
    arguments: [
      ("42", [[42]]), ("-3.5", [[-3.5]]), ("−7", [[-7]]), ("+4", [[4]]), ("2-3", [[2], [3]]), ("COVID-19", [[19]]),
      ("1,234.56", [[1234.56]]), ("1.234,56", [[1234.56]]), ("1,234", [[1.234, 1234]]), ("1.234", [[1.234, 1234]]),
      ("0.125", [[0.125]]), ("1,234,567", [[1_234_567]]), ("12,34", [[12.34]]), ("1,00,000", [[100_000]]),
      ("1 234 567", [[1_234_567]]), ("1'234.5", [[1234.5]]), ("1_000", [[1000]]), ("1\u{202F}234,5", [[1234.5]]),
      (".5", [[0.5]]), ("5.", [[5]]), ("1e3", [[1000]]), ("1.5E-2", [[0.015]]), ("2 × 10^3", [[2000]]),
      ("2·10⁻³", [[0.002]]),
      ("3/4", [[0.75]]), ("3/4/2026", []), ("2026-03-04", []), ("at 12:30", []), ("1.2.3", []), ("192.168.0.1", []),
      ("gpt4 and v1.2", []), ("1st of 3", [[1], [3]]), ("5x", []), ("$5M", [[5_000_000]]), ("3k", [[3000]]),
      ("2.5 million", [[2_500_000]]), ("１２３", [[123]]), ("٤٢", [[42]]), ("共42個", [[42]]), ("10,20,30", []),
      ("5 of 7", [[5], [7]]), ("1/0", []), ("", []), ("e5", []), ("--5", [[-5]]), ("(8)", [[8]]), ("$-5", [[-5]]),
      ("-$5", [[-5]]),
      ("3 1/2", [[3.5]]), ("3½", [[3.5]]), ("½", [[0.5]]), ("5%-10%", [[5], [10]]), ("10K", [[10_000]]),
      ("٣٫٥", [[3.5]]),
      ("from 3 1/2/2026", [[3]]), ("٬", []),
    ] as [(String, [[Double]])])
  func numbersAreFound(text: String, readings: [[Double]]) {
    let found = numbers(text)
    #expect(found.count == readings.count, "\(found)")
    for (a, b) in zip(found, readings) {
      #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= abs($1) * 1e-12 }, "\(text): \(found)")
    }
  }

  @Test func aDecimalSignDecides() {
    #expect(numbers("1,234", .point) == [[1234]])
    #expect(numbers("1,234", .comma) == [[1.234]])
    #expect(numbers("1.234", .comma) == [[1234]])
    #expect(numbers("12,5", .point) == [])
    #expect(numbers("1.234,5", .point) == [])
  }

  @Test(
    arguments: [
      ("5 km", "length", 1000), ("12%", "share", 0.01), ("12 percent", "share", 0.01), ("€5", "EUR", 1),
      ("5 EUR", "EUR", 1),
      ("USD 5", "USD", 1), ("USD5", "USD", 1), ("US$5", "USD", 1), ("3 million dollars", "USD", 1),
      ("20 °C", "temperature", 1),
      ("5kg", "mass", 1),
      ("90 minutes", "time", 60), ("5 in", "length", 0.0254), ("7 m²", "area", 1), ("30 km/h", "speed", 1 / 3.6),
      ("512 MiB", "data", 1_048_576), ("5 pounds", "mass", 0.45359237),
    ] as [(String, String, Double)])
  func unitsAreFound(text: String, dimension: String, factor: Double) throws {
    let found = QuantityScanner(Array(text.unicodeScalars), decimalSign: nil).all()
    let unit = try #require(found.first?.unit)
    #expect(unit.dimension == dimension)
    #expect(abs(unit.factor - factor) < 1e-12)
  }

  @Test(arguments: ["5 in the box", "5 apples", "5 a day", "5 Mr. Smith", "5"])
  func wordsAreNoUnits(text: String) {
    let found = QuantityScanner(Array(text.unicodeScalars), decimalSign: nil).all()
    #expect(found.count == 1 && found[0].unit == nil)
  }

  private func outcome(_ spec: JSONValue, _ answer: String, _ expected: JSONValue) throws -> Bool? {
    try Grader(spec: spec).grade(answer: answer, expected: expected).passed
  }

  @Test func numbersCompare() throws {
    #expect(try outcome("number", "so 6 + 6 = 12, the answer is 12 (in 2 steps)", 12) == true)
    #expect(try outcome("number", "#### 1,250.00", 1250) == true)
    #expect(try outcome("number", "Antwort: 3 + 4 = 7\nProbe: 1", 7) == true)
    #expect(try outcome("number", "50%", 50) == nil)
    #expect(try outcome("number", "50%", 7) == false)
    #expect(try outcome("number", "0.5", "50%") == nil)
    #expect(try outcome("number", "32 °F", "0 °C") == true)
    #expect(try outcome("number", "$5", "5 EUR") == false)
    #expect(try outcome("number", "5 apples", 5) == true)
    #expect(try outcome(["type": "number", "extract": false], "**5**.", 5) == true)
    #expect(try outcome(["type": "number", "extract": false], "about 5", 5) == false)
    #expect(try outcome(["type": "number", "tolerance": 0.1], "1.1", 1) == true)
    #expect(try outcome(["type": "number", "tolerance": 0.1], "1.11", 1) == false)
    #expect(try outcome(["type": "number", "relative": 0.1], "-1.1", -1) == true)
    #expect(try outcome("number", "5", "no number") == nil)
    #expect(try outcome("number", "5", "1.234") == nil)
    #expect(try outcome("number", "5", ["a": 1]) == nil)
    #expect(try outcome("not-number", "1,234", 1234) == nil)
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "number", "unit": "furlong"]) }
    #expect(throws: GraderError.self) { try Grader(spec: ["type": "number", "tolerance": -1]) }
  }

  @Test(arguments: [
    ("2026-03-04", ["2026-03-04"]), ("2026-03-04T10:00:00Z", ["2026-03-04"]), ("2026/3/4", ["2026-03-04"]),
    ("4.3.2026", ["2026-03-04"]), ("03/04/2026", ["2026-04-03", "2026-03-04"]), ("13/04/2026", ["2026-04-13"]),
    ("04/13/2026", ["2026-04-13"]), ("04/04/2026", ["2026-04-04"]), ("4 March 2026", ["2026-03-04"]),
    ("4th of March, 2026", ["2026-03-04"]), ("March 4, 2026", ["2026-03-04"]), ("Mar. 4th 2026", ["2026-03-04"]),
    ("4. März 2026", ["2026-03-04"]), ("1er janvier 2026", ["2026-01-01"]), ("4 de marzo de 2026", ["2026-03-04"]),
    ("4-Mar-2026", ["2026-03-04"]), ("2026年3月4日", ["2026-03-04"]), ("2026년 3월 4일", ["2026-03-04"]),
    ("13/04/26", ["1926-04-13", "2026-04-13"]), ("29.2.2024", ["2024-02-29"]),
  ])
  func datesAreFound(text: String, days: [String]) {
    #expect(DateScanner("It was \(text), I think.", order: nil).all().map { $0.readings.map(\.text) } == [days])
  }

  @Test(arguments: [
    "29.2.2026", "2026-13-01", "1.2.3", "1.2.3.2026", "2026", "March 2026", "令和8年3月4日", "32 March 2026",
    "10-2026-03-04", "", "of",
  ])
  func noDates(text: String) { #expect(DateScanner(text, order: nil).all() == []) }

  @Test func datesCompare() throws {
    #expect(try outcome("date", "first 2026-01-01, then 2026-03-04", "4 March 2026") == true)
    #expect(try outcome("date", "03/04/2026", "2026-03-05") == false)
    #expect(try outcome("date", "03/04/2026", "03/04/2026") == nil)
    #expect(try outcome("date", "soon", "2026-03-05") == false)
    #expect(try outcome(["type": "date", "tolerance": 2], "2026-03-01", "2026-02-27") == true)
    #expect(try outcome(["type": "date", "tolerance": 1], "2026-03-01", "2026-02-27") == false)
    #expect(try outcome(["type": "date", "extract": false], "on 2026-03-01", "2026-03-01") == false)
    #expect(try outcome(["type": "date", "order": "day-first"], "03/04/26", "2026-04-03") == nil)
  }
}
