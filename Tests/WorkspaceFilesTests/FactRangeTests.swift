import Domain
import Evidence
import Testing

@testable import WorkspaceFiles

/// Facts that are stated as ranges.
@Suite struct FactRangeTests {
  private func facts(_ text: String) async throws -> (facts: WorkspaceFacts, problems: [String]) {
    let workspace = try await read("name: x\nfacts:\n" + text)
    return (workspace.facts, workspace.problems.filter { $0.key?.hasPrefix("facts") == true }.map(\.description))
  }

  @Test func aRangeIsReadWithItsMiddle() async throws {
    let (facts, problems) = try await facts(
      """
        queries_per_month: 20000..80000
        training_cost: 500 .. 900
        engineering_hours: 1.5..6e1
        hourly_rate: 90
        retrainings_per_year: 2..2
        retraining_cost: "10..40"
      """)
    #expect(problems == [])
    #expect(facts.ranges["queries_per_month"] == .range(low: 20_000, high: 80_000))
    #expect(abs((facts.project.queriesPerMonth ?? 0) - 40_000) < 1e-6, "the median of a lognormal number")
    #expect(facts.ranges["training_cost"] == .range(low: 500, high: 900))
    #expect(facts.ranges["engineering_hours"] == .range(low: 1.5, high: 60))
    #expect(facts.ranges["hourly_rate"] == nil && facts.hourlyRate == 90)
    #expect(facts.ranges["retrainings_per_year"] == nil && facts.retrainingsPerYear == 2)
    #expect(abs((facts.retrainingCost ?? 0) - 20) < 1e-9)
    #expect(facts.lines["training_cost"] == 4)
  }

  @Test(arguments: [
    "0..5", "5..4", "-1..4", "1..", "..4", "1..2..3", "a..b", "1...4", "1..1e999", "[1, 2]", "many", "-3",
  ])
  func whatIsNoRangeIsAnError(value: String) async throws {
    let (facts, problems) = try await facts("  training_cost: \(value)\n")
    #expect(facts.trainingCost == nil && facts.ranges.isEmpty)
    #expect(problems.count == 1 && problems[0].hasPrefix("assay.yaml:3: facts.training_cost: Expected a number from 0"))
  }

  @Test func whatIsNoAmountTakesNoRange() async throws {
    for key in ["target_score", "latency_limit_ms", "worthwhile_gain", "retrainings"] {
      #expect(try await facts("  \(key): 0.1..0.2\n").problems.count == 1, "\(key)")
    }
  }
}
