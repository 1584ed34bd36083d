import Testing

@testable import Drawing

@Suite struct ChartWindowTests {
  private let extent = 0.0...1_000

  @Test func everythingIsSeenAtFirstAndAfterReset() {
    var window = ChartWindow()
    #expect(window.range(in: extent) == extent)
    window.zoom(by: 0.5, at: nil, in: extent, least: 4)
    #expect(window.range(in: extent) == 500...1_000)
    window.reset()
    #expect(window.range(in: extent) == extent)
  }

  @Test func theCursorStaysWhereItIs() {
    var window = ChartWindow()
    window.zoom(by: 0.5, at: 250, in: extent, least: 4)
    #expect(window.range(in: extent) == 125...625)
    window.zoom(by: 0.5, at: 250, in: extent, least: 4)
    #expect(window.range(in: extent) == 187.5...437.5)
    for _ in 0..<20 { window.zoom(by: 0.5, at: 250, in: extent, least: 4) }
    #expect(abs(window.range(in: extent).length - 4) < 1e-9 && window.range(in: extent).contains(250))
    for _ in 0..<20 { window.zoom(by: 2, at: 250, in: extent, least: 4) }
    #expect(window.range(in: extent) == extent && window.width == nil)
  }

  @Test func atTheEndItGoesAlong() {
    var window = ChartWindow()
    window.zoom(by: 0.1, at: nil, in: extent, least: 4)
    #expect(window.range(in: 0...1_200) == 1_100...1_200)
    window.pan(by: -0.5, in: extent)
    #expect(window.range(in: extent) == 850...950)
    #expect(window.range(in: 0...1_200) == 850...950)
    window.pan(by: 9, in: extent)
    #expect(window.end == nil)
  }

  @Test func itStaysWithinTheCurve() {
    var window = ChartWindow()
    window.pan(by: 1, in: extent)
    #expect(window.range(in: extent) == extent)
    window.zoom(by: 0.1, at: nil, in: extent, least: 4)
    window.pan(by: -99, in: extent)
    #expect(window.range(in: extent) == 0...100)
    window.reveal(450, in: extent)
    #expect(window.range(in: extent) == 350...450)
    window.reveal(200, in: extent)
    #expect(window.range(in: extent) == 200...300)
    window.reveal(250, in: extent)
    #expect(window.range(in: extent) == 200...300)
    #expect(window.range(in: 0...50) == 0...50)
    #expect(window.range(in: 3...3) == 3...3)
  }
}
