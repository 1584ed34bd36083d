import Domain
import Drawing
import Foundation
import SurfaceSnapshots
import Testing
import WorkbenchCore

@testable import PaneRuns

struct DrawingTests {
  static let sizes = [(80, 22), (120, 34), (200, 48), (40, 8), (1, 1), (0, 0), (2, 40), (64, 3), (64, 12), (150, 12)]

  private func screen(
    _ snapshot: Snapshot, _ width: Int, _ height: Int, keys: String = "", theme: Theme = .dark
  ) -> Surface {
    var pane = RunsPane()
    var surface = Surface(width: width, height: height)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: theme)
    for key in keys.split(separator: " ").compactMap({ Key(String($0)) }) {
      _ = pane.react(to: .key(key), snapshot)
      surface = Surface(width: width, height: height)
      pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: theme)
    }
    return surface
  }

  @Test(arguments: [(80, 22), (120, 34), (200, 48), (40, 8)])
  func looksAsRecorded(_ width: Int, _ height: Int) throws {
    try screen(Sample.running(), width, height).match(snapshot: "running-\(width)x\(height)")
  }

  @Test(arguments: [(80, 22), (120, 34)])
  func aRunAtRestLooksAsRecorded(_ width: Int, _ height: Int) throws {
    try screen(Sample.atRest(), width, height, keys: "j j j").match(snapshot: "rest-\(width)x\(height)")
  }

  @Test(arguments: [("l", "run"), ("l l", "requests"), ("l l l", "answer")])
  func onePanelAtATimeOnANarrowScreen(_ keys: String, _ name: String) throws {
    try screen(Sample.running(), 44, 20, keys: keys).match(snapshot: "\(name)-44x20")
  }

  @Test func allFailing() throws { try screen(Sample.failing(), 80, 22).match(snapshot: "failing-80x22") }

  @Test func waitingForTheEngine() throws {
    try screen(Sample.waiting("starting the local engine"), 80, 22).match(snapshot: "engine-80x22")
  }

  @Test func waitingForTheServer() throws {
    let snapshot = Sample.waiting("the server needs 12 s of rest")
    try screen(snapshot, 120, 34).match(snapshot: "server-120x34")
  }

  @Test func beforeAnyRun() throws {
    try screen(Snapshot(workspace: Sample.workspace(), time: Sample.time), 80, 22).match(snapshot: "no-runs-80x22")
    let text = screen(Snapshot(workspace: Workspace(folder: "/w", name: "w"), time: Sample.time), 80, 22).text()
    #expect(text.contains("assay.yaml has no variants"))
  }

  @Test func aSearchThatFindsNothingSaysSo() throws {
    try screen(Sample.atRest(), 80, 22, keys: "/ t u n e d Enter").match(snapshot: "search-80x22")
    #expect(screen(Sample.atRest(), 80, 22, keys: "/ z z z").text().contains("No run holds “zzz”."))
  }

  @Test func everySizeIsDrawnInEveryState() {
    var long = Sample.running()
    let name = "prompted-with-all-eight-sections-and-five-examples-作業-v12"
    long.runs[0].variant = Variant(name: name, model: "hosted", prompt: "best")
    long.runs[0].repeats = 3
    long.progress[RunID(12)]?.running[0].caseID = name
    long.progress[RunID(12)]?.running[1].sample = 2
    let snapshots = [
      Snapshot(workspace: Sample.workspace(), time: Sample.time), Sample.running(), Sample.atRest(), Sample.failing(),
      Sample.waiting("starting the local engine"), Sample.many(500), long,
    ]
    for snapshot in snapshots {
      for (width, height) in Self.sizes {
        for keys in ["", "l", "l l", "l l l", "y", "r", "/ 1", "j j j r", "> > > > > > >", "< < < < <", "G"] {
          _ = screen(snapshot, width, height, keys: keys)
        }
      }
    }
  }

  @Test func hostileTextIsDrawnAsText() {
    let hostile = "\u{1B}]0;owned\u{7}\u{1B}[2Jloss\t0.1\r作 é 📦 \u{202E}back \u{9B}31m\n"
    var snapshot = Sample.running()
    snapshot.runs[0].variant = Variant(name: hostile, model: hostile, prompt: hostile)
    snapshot.runs[0].set = hostile
    var progress = Sample.progress()
    progress.failures = [hostile: 3]
    progress.slowest = [RunProgress.SlowCase(caseID: hostile, seconds: 2)]
    progress.running = [RunProgress.RunningCase(caseID: hostile, started: Sample.time, text: hostile + hostile)]
    for waiting in [nil, hostile] {
      progress.waiting = waiting
      snapshot.progress[RunID(12)] = progress
      for (width, height) in Self.sizes where width > 10 {
        for keys in ["", "l l", "l l l", "j", "j k"] {
          for cell in screen(snapshot, width, height, keys: keys).cells {
            #expect(cell.glyph.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
            #expect(!cell.glyph.text.unicodeScalars.contains("\u{202E}"))
          }
        }
      }
    }
  }

  @Test func theMostFrequentReasonComesFirst() throws {
    let text = screen(Sample.running(), 120, 34).text()
    let most = try #require(text.range(of: "37 × The server asked for less"))
    let least = try #require(text.range(of: " 4 × The connection was closed"))
    #expect(most.lowerBound < least.lowerBound)
    #expect(text.contains("12 of at most 16 under way"))
    #expect(text.contains("412/1,000 · 0:16 left"))
    #expect(text.contains("slowest   hl-014 14 s · hl-051 13 s · hl-088 9.10 s"))
  }

  @Test func aMarkStandsBehindTheLongestName() {
    var snapshot = Sample.atRest()
    for index in snapshot.runs.indices {
      snapshot.runs[index].variant = Variant(
        name: "prompted-with-all-eight-sections-and-five-examples-作業-v\(index)", model: "hosted", prompt: "best")
      snapshot.runs[index].set = "support-tickets-of-2025"
    }
    for (width, height) in Self.sizes where width >= 80 {
      let rows = screen(snapshot, width, height).text().split(separator: "\n").dropFirst(2).prefix(2)
      #expect(rows.allSatisfy { $0.contains("-v0 ≠") || $0.contains("-v1 ≠") }, "\(rows)")
    }
  }

  @Test func secondsComeFromTheSnapshot() {
    var snapshot = Sample.running()
    snapshot.time += 90
    #expect(screen(snapshot, 120, 34).text().contains("hl-400    1:36"))
  }

  @Test func whatHasChangedSinceIsNamed() {
    var snapshot = Sample.atRest()
    func said(_ change: (inout Snapshot) -> Void) -> String {
      var snapshot = snapshot
      change(&snapshot)
      return screen(snapshot, 120, 34).text()
    }
    #expect(!said { _ in }.contains("tuned ≠"))
    #expect(said { $0.runs[0].promptVersion = Sample.hash("c") }.contains("≠ The prompt has changed since"))
    #expect(said { $0.runs[0].setHash = Sample.hash("c") }.contains("≠ The eval set has changed since"))
    #expect(said { $0.runs[0].variant.sampling.seed = 7 }.contains("≠ The variant's model, adapter or sampling"))
    #expect(said { $0.workspace.variants.removeLast() }.contains("≠ The variant or its prompt is gone"))
    #expect(said { $0.workspace.evalSets = [] }.contains("≠ The eval set is gone"))
    snapshot.workspace.variants[2].adapter = Variant.latestAdapter
    #expect(said { _ in }.contains("Complete."))
  }

  @Test func whyRequestsFailedIsRememberedWhenTheRunIsOver() {
    var pane = RunsPane()
    var snapshot = Sample.failing()
    var surface = Surface(width: 120, height: 34)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    snapshot.progress = [:]
    snapshot.runs[0].state = .paused
    surface = Surface(width: 120, height: 34)
    pane.draw(snapshot, in: surface.bounds, focused: true, on: &surface, theme: .dark)
    #expect(surface.text().contains("512 × The key in EXAMPLE_KEY is not accepted"))
    #expect(!screen(snapshot, 120, 34).text().contains("EXAMPLE_KEY"))
  }
}
