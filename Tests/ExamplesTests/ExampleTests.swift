import Foundation
import Testing

@testable import Examples

/// Each example in the program is what stands in `workspaces/`. With `ASSAY_RECORD=1` its archive is written anew, and the
/// test fails: a run that records proves nothing.
struct ExampleTests {
  private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: Example.allCases)
  func isTheWorkspace(_ example: Example) throws {
    let folder = Self.root.appending(path: "workspaces/\(example.rawValue)")
    var files: [Example.File] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where !path.hasPrefix(".assay") {
      let file = folder.appending(path: path)
      if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true {
        files.append(Example.File(path: path, text: try String(contentsOf: file, encoding: .utf8)))
      }
    }
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      let archive = Self.root.appending(path: "Sources/Examples/Archives/\(example.rawValue).jsonl")
      try Data(Example.archive(of: files).utf8).write(to: archive)
      Issue.record("Recorded \(archive.lastPathComponent); build and run again without ASSAY_RECORD.")
      return
    }
    let differing = Set(files).symmetricDifference(example.files).map(\.path).sorted()
    #expect(differing.isEmpty, "record with ASSAY_RECORD=1: \(Set(differing).sorted())")
    #expect(example.files.last?.path == "assay.yaml")
    #expect(example.files.allSatisfy { !$0.path.contains("..") && !$0.path.hasPrefix("/") })
  }

  @Test func anArchiveIsReadAsItWasWritten() {
    let files = [
      Example.File(path: "a/ü.md", text: "line\n\"quoted\"\u{2028}\n"), Example.File(path: "assay.yaml", text: ""),
    ]
    #expect(Example.files(of: Array(Example.archive(of: files.reversed()).utf8)) == files)
  }
}
