import Foundation
import Testing

/// A wall clock may jump, back as well; what a run does must not depend on it.
@Suite struct ClockTests {
  /// Everywhere else a run measures time on `ContinuousClock`, and its state machines take seconds as values.
  @Test func runsReadTheWallClockOnlyToShowIt() throws {
    let core = ImportRulesTests.root.appendingPathComponent("Sources/WorkbenchCore")
    let files = try FileManager.default.contentsOfDirectory(
      atPath: core.appendingPathComponent("Evaluation").path
    )
    // A batch is answered within a day, a probe is kept with its day, and a run's labels have nothing to do with its work.
    .filter { !$0.hasPrefix("Workbench+") || $0.hasPrefix("Workbench+Run") || $0 == "Workbench+Asking.swift" }
    .map { "Evaluation/" + $0 }
    #expect(files.count > 10)
    for file in files {
      let lines = try String(contentsOf: core.appendingPathComponent(file), encoding: .utf8).split(separator: "\n")
      for line in lines where ["Date()", "Date.now", "dependencies.now()"].contains(where: line.contains) {
        #expect(line.contains("started: "), "\(file): \(line)")
      }
    }
  }
}
