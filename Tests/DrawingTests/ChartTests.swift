import Testing

@testable import Drawing

@Suite struct ChartTests {
  private func values(_ ys: [Double]) -> [ChartSeries.Value] {
    ys.enumerated().map { ChartSeries.Value(x: Double($0.offset), y: $0.element) }
  }

  private func text(_ chart: LineChart, width: Int = 30, height: Int = 8) -> String {
    var surface = Surface(width: width, height: height)
    chart.draw(in: surface.bounds, on: &surface, theme: .dark)
    return surface.text()
  }

  @Test func drawsAxesAndCurve() {
    let chart = LineChart([ChartSeries("loss", values([4, 2, 1, 0.5, 0]))], xTitle: "step")
    #expect(
      text(chart) == """
        ━ loss
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
    #expect(solid[0] == "━ a" && dashed[0] == "╍ a")
    func dots(_ rows: [Substring]) -> Int {
      rows.joined().unicodeScalars.reduce(0) {
        $0 + (0x2800...0x28FF ~= $1.value ? ($1.value & 0xFF).nonzeroBitCount : 0)
      }
    }
    #expect(dots(dashed) > dots(solid) / 3 && dots(dashed) < dots(solid) * 3 / 4)
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
    #expect(text(LineChart([ChartSeries("y", values(odd))])).contains("━ y"))
    #expect(text(LineChart([ChartSeries("y", values([0, -1]))], scale: .logarithmic)).contains("Too small"))
    #expect(text(LineChart([ChartSeries("y", [])])) == "Nothing to draw yet.")
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

  @Test func ticksAreRound() {
    #expect(ChartNumber.ticks(0.3, 9.7, most: 6) == [0, 2, 4, 6, 8, 10])
    #expect(ChartNumber.ticks(0, 1, most: 3) == [0, 0.5, 1])
    #expect(ChartNumber.ticks(3, 3, most: 3) == [3])
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
