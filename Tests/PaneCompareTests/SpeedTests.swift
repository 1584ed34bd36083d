import Domain
import Drawing
import Testing
import WorkbenchCore

@testable import PaneCompare

struct SpeedTests {
  // All of it takes minutes in a debug build.
  @Test(.timeLimit(.minutes(1))) func hugeAnswersAreShownByTheirBeginning() {
    var snapshot = Sample.compared(24)
    for index in 0..<3 {
      let text = String(repeating: "word \(index) and é ", count: 200_000)
      snapshot.comparison?.rows[index].a.answer?.text = text
      snapshot.comparison?.rows[index].b.answer?.text = String(text.reversed())
    }
    var pane = ComparePane()
    var surface = Surface(width: 120, height: 34)
    func draw() { pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark) }
    draw()
    for key: Key in ["j", "j", "k", "l", "G", "k", "k"] {
      _ = pane.react(to: .key(key), snapshot)
      draw()
    }
    _ = pane.react(to: .key("G"), snapshot)
    draw()
    #expect(surface.text().contains("The rest is not shown"))
    #expect(surface.text().contains("MB, this is the first 2"))
  }

  // Looking at all rows for each key takes far longer in a debug build.
  @Test(.timeLimit(.minutes(1))) func aHundredThousandRowsAreFilteredOnce() {
    var snapshot = Sample.compared(24)
    let pattern = snapshot.comparison?.rows ?? []
    snapshot.comparison?.rows = (0..<100_000).map { number in
      var row = pattern[number % pattern.count]
      row.evalCase.id = "row-\(number)"
      return row
    }
    var pane = ComparePane()
    var surface = Surface(width: 120, height: 34)
    for key: Key in ["f", "t"] { _ = pane.react(to: .key(key), snapshot) }
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    for _ in 0..<70 {
      _ = pane.react(to: .key("j"), snapshot)
      pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    }
    // Seven of each 24 rows are won by the tuned one; the first is the third.
    #expect(pane.list.selection == "row-242")
  }
}
