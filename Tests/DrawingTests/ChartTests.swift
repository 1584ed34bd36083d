import Testing

@testable import Drawing

/// Points in a list, gone over one by one.
struct ListedPoints: ChartPoints {
  var points: [ChartPoint]

  init(_ ys: [Double], from start: Double = 0) {
    points = ys.enumerated().map { ChartPoint(x: start + Double($0.offset), y: $0.element) }
  }

  var extent: ClosedRange<Double>? {
    points.first.flatMap { first in points.last.map { first.x...$0.x } }
  }

  func columns(_ number: Int, from start: Double, to end: Double) -> [ChartColumn?] {
    let width = (end - start) / Double(number)
    return (0..<number).map { column in
      let (from, upTo) = (start + width * Double(column), start + width * Double(column + 1))
      let inside = points.filter { $0.x >= from && $0.x < upTo }.map(\.y)
      guard let first = inside.first, let last = inside.last else { return nil }
      let finite = inside.filter(\.isFinite)
      return ChartColumn(first: first, last: last, low: finite.min() ?? .nan, high: finite.max() ?? .nan)
    }
  }

  func nearest(to x: Double) -> ChartPoint? { points.min { abs($0.x - x) < abs($1.x - x) } }
  func last(before x: Double) -> ChartPoint? { points.last { $0.x < x } }
  func first(notBefore x: Double) -> ChartPoint? { points.first { $0.x >= x } }
}

@Suite struct ChartTests {
  private func values(_ ys: [Double]) -> ListedPoints { ListedPoints(ys) }

  private func text(_ chart: LineChart, width: Int = 30, height: Int = 8) -> String {
    var surface = Surface(width: width, height: height)
    chart.draw(in: surface.bounds, on: &surface, theme: .dark)
    return surface.text()
  }

  @Test func drawsAxesAndCurve() {
    let chart = LineChart([ChartSeries("loss", values([4, 2, 1, 0.5, 0]))], xTitle: "step")
    #expect(
      text(chart) == """
        ━ loss 0
        4┤⠑⠢⣀
         │   ⠑⠢⢄
        2┤      ⠉⠒⠤⢄⡀
         │          ⠈⠉⠒⠢⠤⢄⣀⡀
        0┤                 ⠈⠉⠑⠒⠒⠢⠤⠤⠤⣀⣀
         ╰┴─────────────┴────────────┴
          0             2            4
        """)
  }

  @Test func linesDifferWithoutColour() {
    let flat = values([1, 1, 1])
    let solid = text(LineChart([ChartSeries("a", flat)])).split(separator: "\n")
    let dashed = text(LineChart([ChartSeries("a", flat, line: .dashed)])).split(separator: "\n")
    #expect(solid[0] == "━ a 1" && dashed[0] == "╍ a 1")
    func dots(_ rows: [Substring]) -> Int {
      rows.joined().unicodeScalars.reduce(0) {
        $0 + (0x2800...0x28FF ~= $1.value ? ($1.value & 0xFF).nonzeroBitCount : 0)
      }
    }
    #expect(dots(dashed) > dots(solid) / 3 && dots(dashed) < dots(solid) * 3 / 4)
  }

  @Test func everyLineHasItsOwnPattern() {
    let patterns = ChartSeries.Line.allCases.map { line in (0..<60).map { line.hasDot($0) } }
    #expect(Set(patterns).count == patterns.count)
    #expect(Set(ChartSeries.Line.allCases.map(\.sample)).count == patterns.count)
    #expect(patterns.allSatisfy { $0.count { $0 } >= 15 })
  }

  @Test func noPeakIsLost() {
    var ys = [Double](repeating: 0, count: 10_000)
    ys[4321] = 100
    let dots = text(LineChart([ChartSeries("y", values(ys))]))
    #expect(dots.split(separator: "\n")[1].contains { ("\u{2801}"..."\u{28FF}").contains($0) })
  }

  @Test func theCursorReadsValuesOff() {
    let chart = LineChart(
      [ChartSeries("a", values([1, 2, 3])), ChartSeries("b", values([30, 20, 10]))], xTitle: "step", cursor: 1.2)
    #expect(text(chart, width: 50).hasPrefix("━ a 2   ━ b 20   step 1.2"))
  }

  @Test func whatCannotBeDrawnIsLeftOut() {
    let odd = [Double.nan, .infinity, -.infinity, 1, 2]
    #expect(text(LineChart([ChartSeries("y", values(odd))])).contains("━ y 2"))
    #expect(text(LineChart([ChartSeries("y", values([0, -1]))], scale: .logarithmic)).contains("Too small"))
    #expect(text(LineChart([ChartSeries("y", values([]))])) == "Nothing to draw yet.")
    #expect(text(LineChart([])) == "Nothing to draw yet.")
    #expect(text(LineChart([ChartSeries("y", values([5]))])).contains("5"))
  }

  @Test(arguments: [(1, 1), (0, 0), (8, 4), (12, 5), (80, 24)])
  func anySizeWillDo(width: Int, height: Int) {
    var random = SmallRandom(seed: 5)
    for scale in [LineChart.Scale.linear, .logarithmic] {
      for _ in 0..<50 {
        let ys = (0..<random.next(in: 1...300)).map { _ in Double(random.next(in: 1...100_000)) / 1e4 }
        _ = text(LineChart([ChartSeries("y", values(ys))], scale: scale, cursor: 3), width: width, height: height)
      }
    }
  }

  @Test func whatIsNotFiniteIsAGap() {
    let rows = text(LineChart([ChartSeries("y", values([1, 1, 1, .nan, .nan, .nan, 1, 1, 1]))]), width: 40)
    let line = rows.split(separator: "\n").first { $0.contains("1┤") }?.drop { $0 != "┤" }.dropFirst() ?? ""
    #expect(line.split(separator: " ").count == 2)
  }

  @Test func onlyWhatIsSeenCounts() {
    var chart = LineChart([ChartSeries("y", values((0..<1_000).map { $0 < 10 ? 100 : Double($0 % 7) }))])
    #expect(text(chart).contains("100┤"))
    chart.window.zoom(by: 0.5, at: nil, in: 0...999, least: 4)
    #expect(!text(chart).contains("100┤") && text(chart).contains("5┤"))
    #expect(text(chart, width: 60).contains("600"))
  }

  @Test func aLineBetweenPointsOutOfViewIsSeen() {
    var chart = LineChart([ChartSeries("y", ListedPoints([0, 100]))])
    chart.window.zoom(by: 0.1, at: 0.5, in: 0...1, least: 0.01)
    var surface = Surface(width: 40, height: 8)
    let place = chart.draw(in: surface.bounds, on: &surface, theme: .dark)
    #expect(place.map { abs($0.range.lowerBound - 0.45) < 1e-9 && abs($0.range.upperBound - 0.55) < 1e-9 } == true)
    let dots = surface.text().unicodeScalars.count { (0x2801...0x28FF).contains($0.value) }
    #expect(dots >= 30)
  }

  @Test func whatIsNotPositiveRunsOffALogarithmicChart() {
    let rows = text(LineChart([ChartSeries("y", values([100, 0, 100, 10, 1]))], scale: .logarithmic), width: 40)
      .split(separator: "\n")
    #expect(rows[1].contains("100┤") && rows.count { $0.contains("┤") } >= 2)
  }

  @Test func marksStandOnTheAxis() {
    var chart = LineChart([ChartSeries("y", values(Array(repeating: 1, count: 101)))], xTitle: "step")
    chart.marks = [
      ChartMark(x: 20, glyph: "◆", style: .chartAxis), ChartMark(x: 50, glyph: "★", style: .better, weight: 2),
      ChartMark(x: 50.1, glyph: "!", style: .warning, weight: 1), ChartMark(x: 400, glyph: "x", style: .warning),
    ]
    let axis = text(chart, width: 60).split(separator: "\n").first { $0.contains("╰") } ?? ""
    #expect(axis.contains("◆") && axis.contains("★") && !axis.contains("!") && !axis.contains("x"))
  }

  @Test func severalCurvesAreTaggedAndTheLegendTakesTheRowsItNeeds() {
    let curves = (1...4).map { number in
      ChartSeries("job \(number) with a long name", values([1, 2, Double(number)]), tag: "\(number)")
    }
    let rows = text(LineChart(curves), width: 50, height: 20).split(separator: "\n")
    #expect(rows[0].contains("job 1") && rows[1].contains("job 2") && rows[3].contains("job 4"))
    for number in 1...4 { #expect(rows.dropFirst(4).contains { $0.hasSuffix("\(number)") }) }
  }

  @Test func aFrameTellsWhatLiesWhere() {
    var surface = Surface(width: 60, height: 12)
    let frame = LineChart([ChartSeries("y", values([1, 2, 3, 4, 5]))]).draw(
      in: surface.bounds, on: &surface, theme: .dark)
    #expect(frame?.x(atColumn: frame?.area.x ?? 0) == 0)
    #expect(frame?.x(atColumn: (frame?.area.maxX ?? 0) - 1) == 4)
    #expect(frame?.x(atColumn: 1_000) == 4)
  }

  @Test func labelsDiffer() {
    #expect(ChartNumber.labeled([9_512_340, 9_512_350]).map(\.text) == ["9512340", "9512350"])
    #expect(ChartNumber.labeled([0.412_31, 0.412_32]).map(\.text) == ["0.41231", "0.41232"])
    #expect(ChartNumber.labeled([0, 50]).map(\.text) == ["0", "50"])
  }

  @Test func ticksAreRound() {
    #expect(ChartNumber.ticks(0.3, 9.7, most: 6) == [0, 2, 4, 6, 8, 10])
    #expect(ChartNumber.ticks(0, 1, most: 3) == [0, 0.5, 1])
    #expect(ChartNumber.ticks(3, 3, most: 3) == [3])
    #expect(ChartNumber.ticks(Double(Float(0.1)), Double(Float(0.4)), most: 4).count == 4)
  }

  @Test(arguments: [
    (0, "0"), (1, "1"), (0.5, "0.5"), (12.5, "12.5"), (1234, "1234"), (12_500, "12.5k"), (2_500_000, "2.5M"),
    (0.034, "0.034"), (0.00001, "1e-5"), (-2.25, "-2.25"), (999.96, "1000"), (0.0123456, "0.0123"), (3e12, "3e12"),
  ])
  func numbersAreShort(value: Double, text: String) {
    #expect(ChartNumber.text(value) == text)
  }

  @Test func logarithms() {
    for (value, expected) in [(1.0, 0.0), (10, 1), (1000, 3), (0.01, -2), (2, 0.301_029_995_663_981)] {
      #expect(abs(ChartNumber.log10(value) - expected) < 1e-12)
    }
  }
}
