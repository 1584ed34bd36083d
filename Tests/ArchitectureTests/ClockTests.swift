import Foundation
import Testing

/// A wall clock may jump, back as well; what a run does must not depend on it.
@Suite struct ClockTests {
  /// Everywhere else a run measures time on `ContinuousClock`, and its state machines take seconds as values.
  @Test func runsReadTheWallClockOnlyToShowIt() throws {
    let core = ImportRulesTests.root.appendingPathComponent("Sources/WorkbenchCore")
    let running = try FileManager.default.contentsOfDirectory(atPath: core.appendingPathComponent("Running").path)
      .filter { $0.hasSuffix(".swift") }.map { "Running/" + $0 }
    let others = try FileManager.default.contentsOfDirectory(atPath: core.path)
      .filter { $0.hasPrefix("Workbench+Runs") }
    #expect(running.count > 5 && !others.isEmpty)
    for file in running + others {
      let lines = try String(contentsOf: core.appendingPathComponent(file), encoding: .utf8).split(separator: "\n")
      for line in lines where ["Date()", "Date.now", "dependencies.now()"].contains(where: line.contains) {
        #expect(line.contains("started: "), "\(file): \(line)")
      }
    }
  }
}
