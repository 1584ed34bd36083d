import Content
import Domain
import Foundation
import Testing
import WorkbenchCore

/// What is written down of the settings elsewhere is made from their table: `ASSAY_RECORD=1` writes it anew, and such a run
/// fails.
@Suite struct SettingTablesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func theDocsTableIsTheSettings() throws {
    let docs = Self.root.appendingPathComponent("docs/training.md")
    let text = try String(contentsOf: docs, encoding: .utf8)
    let mark = "<!-- settings -->\n"
    let parts = text.components(separatedBy: mark)
    try #require(parts.count == 3, "docs/training.md has the settings between two lines <!-- settings -->")
    let table = Self.table(TrainingSettings.table)
    guard parts[1] != table else { return }
    try Self.record([parts[0], table, parts[2]].joined(separator: mark), docs)
  }

  @Test func theTrainersProgramsHaveTheSameLimits() throws {
    let file = Self.root.appendingPathComponent(
      "Sources/LocalEngine/Resources/assay_engine/train/training_settings.json")
    let text = JSONValue.object(TrainingSettings.trainerTable).text(.pretty) + "\n"
    guard (try? String(contentsOf: file, encoding: .utf8)) != text else { return }
    try Self.record(text, file)
  }

  private static func record(_ text: String, _ file: URL) throws {
    if ProcessInfo.processInfo.environment["ASSAY_RECORD"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    Issue.record("\(file.lastPathComponent) is stale; run the tests with ASSAY_RECORD=1 to write it anew.")
  }

  private static func table(_ settings: [TrainingSetting]) -> String {
    var lines = ["| key | when not set | what | may be | used by |", "| --- | --- | --- | --- | --- |"]
    for setting in settings {
      let value = setting.defaultValue.map(\.text) ?? "*\(setting.unset ?? "")*"
      let what = setting.help + (setting.details.isEmpty ? "" : "; " + setting.details)
      lines.append("| `\(setting.key)` | \(value) | \(what) | \(limits(of: setting)) | \(backends(of: setting)) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func limits(of setting: TrainingSetting) -> String {
    if case .choice(let words) = setting.kind { return words.map { "`\($0)`" }.joined(separator: ", ") }
    return setting.expected
  }

  /// Slurm runs mlx or trl, and so isn't named.
  private static func backends(of setting: TrainingSetting) -> String {
    if setting.backends == .all { return "all" }
    return [Backend].builtIn.map(\.name).filter { $0 != .slurm && setting.backends.contains($0) }.map(\.rawValue)
      .joined(separator: ", ")
  }
}
