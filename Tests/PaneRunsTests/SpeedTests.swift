import Domain
import Drawing
import Testing
import WorkbenchCore

@testable import PaneRuns

struct SpeedTests {
  // Looking at all of it would take many times as long as the limit.
  @Test(.timeLimit(.minutes(2))) func onlyWhatIsVisibleIsLookedAt() {
    var snapshot = Sample.many(10_000)
    var progress = Sample.progress()
    progress.running = (0..<64).map { number in
      let text = String(repeating: "word \(number) 作 and é ", count: 400)
      return RunProgress.RunningCase(caseID: "case-\(number)", started: Sample.time, text: text)
    }
    snapshot.progress[RunID(9_000)] = progress
    var pane = RunsPane()
    var surface = Surface(width: 200, height: 50)
    func draw() { pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark) }
    draw()
    #expect(surface.text().contains("Answer to case-0"))
    for _ in 0..<200 {
      snapshot.progress[RunID(9_000)]?.running[0].text? += " more"
      draw()
    }
    #expect(surface.text().contains("Answer to case-0"))
  }
}
