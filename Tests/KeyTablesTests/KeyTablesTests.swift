import Drawing
import Foundation
import PaneCases
import PaneCompare
import PanePrompt
import PaneRuns
import PaneTraining
import PaneVerdict
import Testing
import WorkbenchCore
import WorkbenchUI

/// The README's key tables are made from the bindings: `ASSAY_RECORD=1` writes them anew, and such a run fails.
@Suite struct KeyTablesTests {
  static let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("README.md")

  private var screen: Screen {
    let panes: [any Pane<Snapshot, Command>] = [
      PromptPane(), CasesPane(), ComparePane(), RunsPane(), TrainingPane(), VerdictPane(),
    ]
    let workspace = Workspace(folder: "/nowhere", name: "sample")
    return Screen(
      panes: panes, snapshot: Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 0)), themes: [])
  }

  @Test func theReadmesTablesAreTheBindings() throws {
    let tables = screen.allHelp().flatMap(\.groups).map(\.markdown).joined(separator: "\n\n")
    let text = try String(contentsOf: Self.readme, encoding: .utf8)
    let parts = text.components(separatedBy: "<!-- keys -->\n")
    try #require(parts.count == 3, "README.md has the key tables between two lines <!-- keys -->")
    guard parts[1] != tables + "\n" else { return }
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      try (parts[0] + "<!-- keys -->\n" + tables + "\n<!-- keys -->\n" + parts[2])
        .write(to: Self.readme, atomically: true, encoding: .utf8)
    }
    Issue.record("README.md's key tables are stale; run the tests with ASSAY_RECORD=1 to write them anew.")
  }

  @Test func noKeyMeansTwoThingsInOnePane() {
    for (title, groups) in screen.allHelp() {
      var seen: [Key: String] = [:]
      for hint in groups.flatMap(\.hints) {
        for key in hint.keys {
          if let other = seen[key], other != hint.title {
            // One key may stand for two things only where the pane says which applies when: never in the same group.
            let group = groups.first { $0.hints.contains(hint) }
            #expect(
              group?.hints.contains { $0.title == other } != true,
              "\(key) means “\(other)” and “\(hint.title)” in \(title)")
          }
          seen[key] = hint.title
        }
      }
    }
  }
}
