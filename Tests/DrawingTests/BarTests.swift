import Drawing
import Testing

@Suite struct BarTests {
  private func text(width: Int, _ draw: (Rect, inout Surface) -> Void) -> String {
    var surface = Surface(width: width, height: 1)
    draw(surface.bounds, &surface)
    return surface.text()
  }

  @Test func progress() {
    func bar(_ fraction: Double?, _ label: String, width: Int) -> String {
      text(width: width) { ProgressBar(fraction: fraction, label: label).draw(in: $0, on: &$1, theme: .dark) }
    }
    #expect(bar(0.5, "5/10", width: 22) == "█████░░░░░  50 %  5/10")
    #expect(bar(1, "", width: 16) == "██████████ 100 %")
    #expect(bar(0.999, "", width: 16) == "█████████▉  99 %")
    #expect(bar(nil, "", width: 15) == "░░░░░░░░░░   …")
    #expect(bar(0.5, "a long label", width: 14) == "████░░░░  50 %")
    #expect(bar(.nan, "", width: 4) == "  0…")
    #expect(bar(7, "", width: 0) == "")
  }

  @Test func intervals() {
    func bar(_ value: Double, _ low: Double, _ high: Double, _ bounds: ClosedRange<Double> = 0...1) -> String {
      text(width: 11) {
        IntervalBar(value: value, low: low, high: high, bounds: bounds).draw(in: $0, on: &$1, theme: .dark)
      }
    }
    #expect(bar(0.5, 0.3, 0.7) == "───├━●━┤───")
    #expect(bar(0.5, 0.5, 0.5) == "─────●─────")
    #expect(bar(1, 0.9, 1.4) == "─────────├●")
    #expect(bar(0.4, 0.2, 0.6, -1...1) == "─────┊├●┤──")
    #expect(bar(.nan, 0, 1) == "")
  }

  @Test func scrollBarsReachTheEndsOnlyAtTheEnds() {
    for offset in 0...90 {
      var surface = Surface(width: 1, height: 10)
      Scrollbar(total: 100, visible: 10, offset: offset).draw(in: surface.bounds, on: &surface, theme: .dark)
      let rows = (0..<10).filter { surface.line($0) == "█" }
      #expect(rows.count == 1)
      #expect((rows.first == 0) == (offset == 0))
      #expect((rows.last == 9) == (offset == 90))
    }
  }

  @Test func splittersFollowTheMouse() {
    var splitter = Splitter(.sideBySide, ratio: 0.5)
    let whole = Rect(x: 10, y: 0, width: 21, height: 5)
    var (first, second) = splitter.split(whole)
    #expect(first.width == 10 && second.width == 10 && second.x == 21)
    #expect(splitter.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 15, y: 2)))) == false)
    #expect(splitter.handle(.mouse(MouseEvent(.drag(.left), at: Point(x: 15, y: 2)))) == false)
    #expect(splitter.handle(.mouse(MouseEvent(.press(.left), at: Point(x: 20, y: 2)))) == true)
    #expect(splitter.handle(.mouse(MouseEvent(.drag(.left), at: Point(x: 25, y: 3)))) == true)
    (first, second) = splitter.split(whole)
    #expect(first.width == 15)
    #expect(splitter.handle(.mouse(MouseEvent(.release, at: Point(x: 0, y: 0)))) == true)
    #expect(splitter.handle(.mouse(MouseEvent(.drag(.left), at: Point(x: 12, y: 3)))) == false)
    splitter.grow(by: 5)
    #expect(splitter.ratio == 0.9)
    _ = splitter.split(Rect(x: 0, y: 0, width: 1, height: 1))
    _ = splitter.split(.empty)
  }
}
