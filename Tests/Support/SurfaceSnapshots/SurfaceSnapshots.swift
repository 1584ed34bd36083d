import Drawing
import Foundation

/// Why a screen is not what its snapshot file says.
package struct SnapshotMismatch: Error, CustomStringConvertible {
  /// What differs, line by line, and how to record it.
  package var description: String
}

extension Surface {
  /// Compares the text of this surface with `Snapshots/NAME.txt` beside the test's source file.
  ///
  /// With `ASSAY_RECORD=1` in the environment the file is written instead, and the test fails: a run that records
  /// proves nothing.
  /// - Throws: `SnapshotMismatch` that shows the lines that differ, or an error of the file system.
  package func match(snapshot name: String, testFile: String = #filePath) throws {
    let folder = URL(fileURLWithPath: testFile).deletingLastPathComponent().appendingPathComponent("Snapshots")
    let file = folder.appendingPathComponent("\(name).txt")
    let actual = text() + "\n"
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: file)
      throw SnapshotMismatch(description: "Recorded Snapshots/\(name).txt; run again without ASSAY_RECORD.")
    }
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw SnapshotMismatch(
        description: "There is no Snapshots/\(name).txt; record it with ASSAY_RECORD=1.\n\(actual)")
    }
    let expected = String(decoding: data, as: UTF8.self)
    guard expected != actual else { return }
    let difference = Self.difference(expected: expected, actual: actual)
    throw SnapshotMismatch(
      description: "The screen differs from Snapshots/\(name).txt (record with ASSAY_RECORD=1):\n\(difference)")
  }

  /// All lines, those that differ as `-` expected and `+` actual.
  private static func difference(expected: String, actual: String) -> String {
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    return (0..<max(old.count, new.count)).flatMap { index in
      let (before, after) = (index < old.count ? old[index] : nil, index < new.count ? new[index] : nil)
      if before == after { return ["  " + (after ?? "")] }
      return [before.map { "- " + $0 }, after.map { "+ " + $0 }].compactMap { $0 }
    }.joined(separator: "\n")
  }
}
