import Content
import Domain
import Testing
import WorkbenchCore

@testable import WorkspaceFiles

/// Facts that are written into `assay.yaml`.
@Suite struct FactsEditingTests {
  private static let models = "models:\n  m: { api: command, run: [cat] }\n"

  private func stating(_ facts: [FactStatement], in config: String) async throws -> String {
    var text = ""
    try await withFolder(["assay.yaml": config, "prompts/main/10-task.md": "x\n"]) { folder in
      try await folder.files.state(facts)
      text = try folder.text("assay.yaml")
    }
    return text
  }

  @Test(arguments: [
    (
      "facts:\n  domain_jargon: true  # of sailors\n  queries_per_month: 100\n",
      "facts:\n  domain_jargon: false  # of sailors\n  queries_per_month: 100\n  can_route: true\n"
    ),
    (
      "facts: { domain_jargon: yes, queries_per_month: 100 }  # known\n",
      "facts: { domain_jargon: false, queries_per_month: 100, can_route: true }  # known\n"
    ),
    (
      "facts:\r\n  \"domain_jargon\": \"true\"\r\n",
      "facts:\r\n  \"domain_jargon\": false\r\n  can_route: true\r\n"
    ),
    ("facts:\n  domain_jargon:\nname: x\n", "facts:\n  domain_jargon: false\n  can_route: true\nname: x\n"),
  ])
  func oneValueChangesAndNoOtherByte(_ before: String, _ after: String) async throws {
    let facts = [
      FactStatement(key: "domain_jargon", value: false), FactStatement(key: "can_route", value: true),
    ]
    #expect(try await stating(facts, in: Self.models + before) == Self.models + after)
  }

  @Test func aFactBecomesUnknownAgainAndAnUnknownOneWritesNothing() async throws {
    let before = Self.models + "facts: { domain_jargon: true }\n"
    let facts = [FactStatement(key: "domain_jargon", value: nil), FactStatement(key: "regulated", value: nil)]
    let text = try await stating(facts, in: before)
    #expect(text == Self.models + "facts: { domain_jargon: null }\n")
    #expect(try await read(text).facts.project.hasJargon == nil)
  }

  @Test func aFileWithoutFactsGetsThem() async throws {
    let text = try await stating([FactStatement(key: "queries_per_month", value: 20_000)], in: Self.models)
    #expect(text == Self.models + "\nfacts:\n  queries_per_month: 20000\n")
  }

  @Test(arguments: [
    "facts: &all { domain_jargon: &j true }\nother: *j\n", "facts: [1]\n", "facts:\n  domain_jargon: >\n    true\n",
  ])
  func whatCantBeEditedForCertainIsLeftAlone(_ config: String) async throws {
    try await withFolder(["assay.yaml": Self.models + config]) { folder in
      await #expect(throws: Problem.self) {
        try await folder.files.state([FactStatement(key: "domain_jargon", value: false)])
      }
      let text = try folder.text("assay.yaml")
      #expect(text == Self.models + config)
    }
  }

  @Test func rangesAreWrittenAndShownAsTheyAre() async throws {
    let field = try #require(FactField.all.first { $0.key == "training_cost" })
    let value = try field.value(of: "500 .. 1,900")
    #expect(value == "500..1900")
    let text = try await stating([FactStatement(key: "training_cost", value: value)], in: Self.models)
    #expect(text.contains("  training_cost: 500..1900\n"))
    let again = try await stating(
      [FactStatement(key: "training_cost", value: "600..700")],
      in: Self.models + "facts: { training_cost: 500..1900 }\n")
    #expect(again.contains("facts: { training_cost: 600..700 }"))
    #expect(try await field.text(in: read(again).facts) == "600..700")
    #expect(throws: WorkbenchError.self) { try field.value(of: "9..2") }
  }

  /// The form asks for what the reader knows, and nothing else.
  @Test func everyFieldIsReadBack() async throws {
    for field in FactField.all {
      let value: JSONValue = field.kind == .flag ? .bool(true) : 0.25
      let text = try await stating([FactStatement(key: field.key, value: value)], in: Self.models)
      let workspace = try await read(text)
      #expect(field.value(in: workspace.facts) == value, "\(field.key)")
      #expect(workspace.facts.lines[field.key] != nil)
    }
  }

  @Test func theReaderKnowsNoOtherFacts() async throws {
    let unknown = try await read(Self.models + "facts: { nothing_like_it: 1 }\n")
    #expect(unknown.lines.contains { $0.contains("nothing_like_it") })
    let source = try await read(
      Self.models + "facts: { "
        + FactField.all.map { "\($0.key): \($0.kind == .flag ? "no" : "0.3")" }
        .joined(separator: ", ") + " }\n")
    #expect(source.facts.lines.count == FactField.all.count)
  }
}
