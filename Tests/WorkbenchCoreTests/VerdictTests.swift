import Content
import Domain
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct VerdictTests {
  private func run(
    _ number: Int64, _ name: String, mean: Double, done: Int = 100, valid: Int = 100, tokens: Int = 1000,
    adapter: String? = nil, set: EvalSet
  ) -> Run {
    var summary = RunSummary()
    summary.done = done
    summary.mean = mean
    summary.formatValid = valid
    summary.counted = 1
    summary.promptTokens = tokens
    return Run(
      id: RunID(number), identity: ContentHash(hex: "\(number)"),
      variant: Variant(name: name, model: "m", prompt: "main", adapter: adapter),
      promptVersion: ContentHash(hex: "v"), set: set.name, setHash: set.hash, state: .finished,
      started: Date(timeIntervalSince1970: 0), seconds: 1, cases: 100, summary: summary)
  }

  private func variant(_ name: String, adapter: String? = nil) -> Variant {
    Variant(name: name, model: "m", prompt: "main", adapter: adapter)
  }

  @Test func theBestIsCompleteThenRightThenInFormThenShort() throws {
    let set = try #require(sampleWorkspace().evalSets.first)
    let runs = [
      run(9, "gone", mean: 1, set: set), run(8, "smoke", mean: 1, done: 1, valid: 1, tokens: 10, set: set),
      run(7, "long", mean: 0.6, tokens: 5000, set: set), run(6, "short", mean: 0.6, set: set),
      run(5, "loose", mean: 0.6, valid: 50, set: set), run(4, "short", mean: 0.9, set: set),
      run(3, "tuned", mean: 0.2, adapter: "a", set: set), run(2, "silent", mean: 0, done: 0, valid: 0, set: set),
    ]
    let variants = ["tuned", "smoke", "loose", "silent", "long", "short"].map {
      variant($0, adapter: $0 == "tuned" ? "a" : nil)
    }
    var snapshot = Snapshot(workspace: sampleWorkspace(), time: Date(timeIntervalSince1970: 0))
    snapshot.runs = runs
    let meant = variants.compactMap { snapshot.meantRun(of: $0.name, on: set.name)?.run }.filter {
      $0.summary.scored > 0
    }
    let ranked = VerdictReport.ranked(meant, of: variants)
    #expect(ranked.map(\.variant.name) == ["short", "long", "loose", "smoke", "tuned"])
    #expect(ranked.first?.id == RunID(6), "the newest run of a variant counts, not its best")
  }

  @Test func aChangedPromptMakesItsRunOutdated() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (workbench, files) = try await workbench(model: model)
    let first = try await evaluate(workbench)
    #expect(try await workbench.answer(to: VerdictQuery())?.outdated.isEmpty == true)
    await files.set(body: "Say it.", of: "10-task.md")
    try await workbench.perform(.reload)
    let verdict = try #require(await workbench.answer(to: VerdictQuery()))
    #expect(verdict.outdated == [first.id])
    #expect(verdict.advice.missing.contains { $0.rule == .coverage })
    _ = try await evaluate(workbench)
    #expect(try await workbench.answer(to: VerdictQuery())?.outdated.isEmpty == true)
  }

  @Test func measuringWritesTheVariantAndEvaluatesIt() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (workbench, files) = try await workbench(model: model)
    let first = try #require(await workbench.snapshot.workspace.variants.first)
    let variant = Variant(name: "again", model: first.model, prompt: first.prompt, sections: first.sections)
    let set = try #require(await workbench.snapshot.workspace.evalSets.first).name
    try await workbench.perform(.measure(MeasureRequest(adding: variant, on: set)))
    #expect(await files.workspace.variant("again") != nil)
    let run = try #require(await workbench.snapshot.runs.first)
    #expect(run.variant.name == "again" && run.state == .finished)
    // Asked for again, the variant is there already, and the run is complete.
    try await workbench.perform(.measure(MeasureRequest(adding: variant, on: set)))
    #expect(await workbench.snapshot.runs.count == 1)
  }

  @Test func factsAreWrittenThroughTheFiles() async throws {
    let (workbench, files) = try await workbench(model: FakeModel { _, _ in Answer(text: "") })
    let facts = [FactStatement(key: "queries_per_month", value: 20_000), FactStatement(key: "can_route", value: nil)]
    await workbench.submit(.stateFacts(facts))
    #expect(await files.stated == facts)
    #expect(await workbench.snapshot.edits.last?.problem == nil)
  }

  @Test(arguments: [
    ("queries_per_month", "412,000", 412_000.0), ("target_score", "0.8", 0.8), ("training_cost", " 12.5 ", 12.5),
  ])
  func numbersAreReadAsTyped(_ key: String, _ text: String, _ value: Double) throws {
    let field = try #require(FactField.all.first { $0.key == key })
    #expect(try field.value(of: text) == JSONValue(value))
    #expect(try field.value(of: "") == nil)
  }

  @Test(arguments: [
    ("queries_per_month", "-1"), ("queries_per_month", "many"), ("target_score", "1.5"), ("worthwhile_gain", "0"),
    ("can_route", "perhaps"), ("training_cost", "inf"),
  ])
  func whatAFactCantBeIsRefused(_ key: String, _ text: String) throws {
    let field = try #require(FactField.all.first { $0.key == key })
    #expect(throws: WorkbenchError.self) { try field.value(of: text) }
  }
}
