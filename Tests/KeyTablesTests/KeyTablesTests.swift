import Domain
import Drawing
import Foundation
import Panes
import Testing
import WorkbenchCore
import WorkbenchUI

/// The key tables of docs/keys.md are made from the bindings: `ASSAY_RECORD=1` writes them anew, and such a run fails.
@Suite struct KeyTablesTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let document = root.appendingPathComponent("docs/keys.md")

  private var screen: Screen {
    let workspace = Workspace(folder: "/nowhere", name: "sample")
    return Screen(
      panes: Panes.all, snapshot: Snapshot(workspace: workspace, time: Date(timeIntervalSince1970: 0)), themes: [])
  }

  @Test func theTablesAreTheBindings() throws {
    let tables = screen.allHelp().flatMap(\.groups).map(\.markdown).joined(separator: "\n\n")
    let text = try String(contentsOf: Self.document, encoding: .utf8)
    let parts = text.components(separatedBy: "<!-- keys -->\n")
    try #require(parts.count == 3, "docs/keys.md has the key tables between two lines <!-- keys -->")
    guard parts[1] != tables + "\n" else { return }
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      try (parts[0] + "<!-- keys -->\n" + tables + "\n<!-- keys -->\n" + parts[2])
        .write(to: Self.document, atomically: true, encoding: .utf8)
    }
    Issue.record("The key tables of docs/keys.md are stale; run the tests with ASSAY_RECORD=1 to write them anew.")
  }

  /// Package.swift can't read the list of panes, so it has one of their targets.
  @Test func thePackageDeclaresEachPane() throws {
    let manifest = try String(contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    let list = try #require(manifest.firstMatch(of: #/let panes = \[([^\]]*)\]/#)?.1)
    let declared = list.matches(of: #/"(\w+)"/#).map { String($0.1) }
    #expect(declared == Panes.all.map { String(String(reflecting: type(of: $0.make())).prefix { $0 != "." }) })
  }

  @Test func namesAndKeysOfPanesAreTheirOwn() {
    #expect(Set(Panes.all.map(\.id)).count == Panes.all.count)
    #expect(Set(Panes.all.map(\.title)).count == Panes.all.count)
    #expect(Set(Panes.all.map(\.key)).count == Panes.all.count)
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
