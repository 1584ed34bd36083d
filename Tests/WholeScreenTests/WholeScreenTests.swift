import Domain
import Drawing
import Foundation
import Panes
import SampleWorkspace
import Testing
import WorkbenchCore
import WorkbenchUI

/// Screens as a person sees them after some keys, from files in `Scripts`: a line that begins with `> ` has the keys,
/// separated by spaces, and the lines below it the screen that follows. The file's name ends with the size.
///
/// `ASSAY_RECORD=1` writes the screens anew, and such a run fails.
@Suite struct WholeScreenTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts")

  static func scripts() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
  }

  private struct Flaw: Error, CustomStringConvertible {
    var description: String
  }

  /// The screen over the sample workspace, with answers to whatever its panes ask.
  private struct Play {
    var screen = Screen(panes: Panes.all, snapshot: SampleWorkspace.snapshot, themes: [.dark])
    var snapshot = SampleWorkspace.snapshot
    let size: Size

    init(_ size: Size) {
      self.size = size
      settle()
    }

    mutating func settle() {
      while let queries = screen.takeQueries() {
        snapshot = SampleWorkspace.answering(queries, in: snapshot)
        _ = screen.update(snapshot)
        _ = text()
      }
    }

    mutating func press(_ keys: Substring) throws {
      for word in keys.split(separator: " ") {
        guard let key = Key(String(word)) else { throw Flaw(description: "There is no key called \(word).") }
        _ = screen.handle(.key(key))
        settle()
      }
    }

    mutating func text() -> String {
      var surface = Surface(size)
      screen.draw(on: &surface)
      return surface.text()
    }
  }

  private static func size(of name: String) throws -> Size {
    guard let match = name.firstMatch(of: #/(\d+)x(\d+)\.txt$/#), let width = Int(match.1), let height = Int(match.2)
    else { throw Flaw(description: "\(name) must end with a size, such as -80x24.txt.") }
    return Size(width: width, height: height)
  }

  /// A case that is chosen in one pane is the one that the others show.
  @Test func theChosenCaseTravelsThroughThePanes() throws {
    var play = Play(Size(width: 120, height: 36))
    try play.press("2 j j j")
    #expect(play.text().contains("╭─ hl-004"))
    try play.press("3")
    #expect(play.text().contains("case hl-004"))
    try play.press("j 4 1")
    #expect(play.text().contains("hl-005"))
    try play.press("] 6 2")
    #expect(play.text().contains("╭─ hl-006"))
  }

  @Test(arguments: try scripts()) func theScreensAreAsRecorded(_ name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let script = try String(contentsOf: file, encoding: .utf8)
    var play = Play(try Self.size(of: name))
    var played = ""
    for line in script.split(separator: "\n") where line.hasPrefix("> ") || line == ">" {
      try play.press(line.dropFirst())
      played += "\(line)\n\(play.text())\n"
    }
    guard played != script else { return }
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      try Data(played.utf8).write(to: file)
      throw Flaw(description: "Recorded Scripts/\(name); run again without ASSAY_RECORD.")
    }
    let (old, new) = (script.split(separator: "\n"), played.split(separator: "\n"))
    let lines = zip(old, new).filter { $0 != $1 }.map { "- \($0)\n+ \($1)" }
    throw Flaw(
      description: "Scripts/\(name) shows something else (\(old.count) lines, now \(new.count)):\n"
        + lines.joined(separator: "\n"))
  }

  @Test func eachPaneHasAScriptAtBothSizes() throws {
    let names = try Self.scripts()
    for entry in Panes.all {
      for size in ["80x24", "120x36"] { #expect(names.contains("\(entry.id)-\(size).txt")) }
    }
  }
}
