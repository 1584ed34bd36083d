import Content
import Foundation
import Grading
import Testing

@testable import DataChecks

/// The demo's rows are good, so nothing may stop them.
@Suite struct DemoDataTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("workspaces/support-triage")

  private func lines(_ path: String) throws -> [JSONValue] {
    try String(contentsOf: Self.folder.appendingPathComponent(path), encoding: .utf8).split(separator: "\n")
      .map { try JSONValue(parsing: String($0)) }
  }

  private func rows(_ path: String, isMixedIn: Bool = false) throws -> [DataRow] {
    try lines(path).enumerated().map { number, line in
      let messages = line["messages"]?.array ?? []
      func text(_ role: String) -> String {
        messages.filter { $0["role"]?.string == role }.compactMap { $0["content"]?.string }.joined(separator: "\n")
      }
      return DataRow(
        line: number + 1, isMixedIn: isMixedIn, system: text("system"), prompt: text("user"),
        answer: text("assistant"))
    }
  }

  private func cases(_ set: String) throws -> [DataCase] {
    try lines("evals/\(set).jsonl").map { line in
      DataCase(
        set: set, id: line["id"]?.string ?? "", isGeneral: set == "general",
        input: line["input"]?.object?.values.compactMap(\.string) ?? [], expected: line["expected"])
    }
  }

  @Test func nothingStopsTheDemo() throws {
    let rows = try rows("train/main.jsonl") + rows("train/general.jsonl", isMixedIn: true)
    let data = DataToCheck(
      rows: rows, cases: try cases("main") + cases("general"), maxTokens: 768,
      failure: { JSONAnswer(in: $0.answer)?.place == .whole ? nil : "not JSON" })
    let report = DataReport(of: data)
    #expect(report.rows == 600 && report.mixedIn == 199)
    let statuses = Dictionary(uniqueKeysWithValues: report.checks.map { ($0.name, $0.status) })
    // A quarter of the phrases is for evaluation only (recipe/harborlight.py), and a row of the general tasks has 25 words
    // in common with a case: both are meant so.
    #expect(
      statuses == [
        .tier: .fine, .diverse: .fine, .representative: .look, .clean: .fine, .consistent: .fine, .balanced: .fine,
        .leaks: .look, .personal: .fine,
      ])
    #expect(report[.leaks]?.value == 0)
  }

  @Test func rowsOfManyTasksMayHaveManyForms() throws {
    let report = DataReport(of: DataToCheck(rows: try rows("train/general.jsonl"), cases: try cases("main")))
    #expect(report.bad.isEmpty)
    #expect(report[.consistent]?.status == .look)
    #expect(report[.representative]?.status == .look)
  }
}
