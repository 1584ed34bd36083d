import Content
import Domain
import Evidence
import Foundation
import Grading
import Reports
import Testing

@testable import WorkbenchCore

/// From stored answers to what a report shows, through the query.
@Suite struct ReportQueryTests {
  private static let labels = ["billing", "sync", "other"]

  /// Two variants that answer with a label: `base` is wrong on every fourth case, `tuned` on every ninth.
  private func workspace(_ count: Int = 36) -> Workspace {
    var workspace = sampleWorkspace(cases: count)
    for place in workspace.evalSets[0].cases.indices {
      workspace.evalSets[0].cases[place].expected = .string(Self.labels[place % 3])
      workspace.evalSets[0].cases[place].tags = [place % 2 == 0 ? "even" : "odd"]
    }
    workspace.models = [
      ModelSpec(
        name: "m", api: .endpoint(Endpoint(.chat, baseURLs: ["http://localhost/v1"], model: "x")), concurrency: 3,
        price: TokenPrice(input: 10_000, output: 0)),
      ModelSpec(
        name: "t", api: .endpoint(Endpoint(.chat, baseURLs: ["http://localhost/v1"], model: "y")), concurrency: 3,
        price: TokenPrice(input: 1_000, output: 0)),
    ]
    var tuned = Variant(name: "tuned", model: "t", prompt: "main")
    tuned.isDeclaredTuned = true
    tuned.sampling.temperature = 0.5
    workspace.variants = [Variant(name: "base", model: "m", prompt: "main"), tuned]
    return workspace
  }

  private func measured(_ workspace: Workspace) async throws -> Workbench {
    let model = FakeModel { request, _ in
      let number = (Int(request.messages.last?.content.split(separator: " ").last ?? "") ?? 1) - 1
      let isTuned = request.sampling.temperature == 0.5
      let isRight = number % (isTuned ? 9 : 4) != 3
      let label = isRight ? Self.labels[number % 3] : "<script>\u{202E}"
      return Answer(
        text: label, finishReason: "stop", usage: TokenUsage(prompt: 100 + number % 5, completion: 1), latency: 0.25)
    }
    let (workbench, _) = try await workbench(workspace, model: model)
    _ = try await evaluate(workbench, "base")
    _ = try await evaluate(workbench, "tuned")
    return workbench
  }

  @Test func aReportHoldsWhatWasMeasured() async throws {
    let workbench = try await measured(workspace())
    let document = try await workbench.answer(to: ReportQuery(version: "9"))
    #expect(document.title == "sample" && document.set == "main" && document.version == "9")
    #expect(document.made == "1970-01-01 00:16 UTC")
    #expect(document.variants.map(\.name) == ["base", "tuned"] && document.variants.map(\.isTuned) == [false, true])
    #expect(document.variants.map { $0.score?.mean } == [27.0 / 36, 32.0 / 36])
    #expect(document.sides == ["base", "tuned"])
    let comparison = try #require(document.comparison)
    #expect(comparison.onlyFirst + comparison.onlySecond + comparison.bothRight + comparison.bothWrong == 36)
    #expect(comparison.onlySecond > comparison.onlyFirst)
    #expect(document.breakdowns.map(\.title) == ["Tag", "Expected"])
    #expect(document.breakdowns[0].rows.map(\.name) == ["even", "odd"])
    #expect(document.confusions.map(\.variant) == ["base", "tuned"])
    #expect(document.confusions[0].labels == Self.labels.sorted())
    #expect(document.confusions[0].counts.map { $0.reduce(0, +) } == [12, 12, 12])
    #expect(
      document.cases.count == 36 && document.cases[0].input == "word 1" && document.cases[0].expected == "billing")
    #expect(document.cases[3].answers.map { $0?.standing } == [.failed, .failed])
    #expect(document.cases[3].answers[0]?.seconds == 0.25)
    #expect(
      document.suites.map(\.variant) == ["base", "tuned"] && document.suites.allSatisfy { $0.entries.count == 36 })
    #expect(document.suites[0].started == "1970-01-01T00:16:40")
  }

  /// The three forms of a measured report, with answers that nobody should have to fear.
  @Test func everyFormCanBeWritten() async throws {
    let workbench = try await measured(workspace())
    let document = try await workbench.answer(to: ReportQuery(version: "9"))
    let page = HTMLReport.text(of: document)
    #expect(page.contains("id=\"case-c4\"") && page.contains("&lt;script&gt;⟨U+202E⟩") && !page.contains("<script"))
    #expect(MarkdownReport.text(of: document).contains("| `base` | prompted | 75 %"))
    let junit = JUnitReport.text(of: document)
    #expect(
      junit.contains("<testsuite name=\"base × main\"") && junit.contains("tests=\"36\" failures=\"9\" errors=\"0\""))
  }

  @Test func costsComeWithAForecast() async throws {
    var workspace = workspace()
    workspace.facts.project.queriesPerMonth = 40_000
    workspace.facts.ranges["queries_per_month"] = UncertainNumber(low: 20_000, high: 80_000)
    workspace.facts.trainingCost = 200_000
    workspace.facts.hostingPerMonth = 0
    workspace.facts.engineeringHours = 0
    workspace.facts.retrainings = 0
    let workbench = try await measured(workspace)
    let verdict = try #require(await workbench.answer(to: VerdictQuery()))
    let money = try #require(verdict.forecast)
    // Tokens are 100 to 104 at a difference of $9,000 a million.
    #expect(abs((money.inputs.saving ?? 0) - 0.917) < 0.01)
    #expect(money.inputs.savingError > 0 && money.missing.isEmpty)
    let forecast = try #require(money.forecast)
    #expect(forecast.tornado.map(\.input) == [.volume, .saving])
    #expect(money.range(of: .volume) == "20,000 to 80,000" && money.range(of: .training) == nil)
    #expect(forecast.probabilities[24] ?? 0 >= forecast.probabilities[3] ?? 1)
    let cost = try #require(try await workbench.answer(to: ReportQuery(version: "9")).cost)
    #expect(cost.chances.map(\.months) == [3, 6, 12, 24] && cost.tornado.count == 2)
    #expect(cost.exact.contains("training_cost") && cost.missing.isEmpty)
    let month = try #require(cost.perMonth)
    #expect(month.prompted > month.tuned && month.investment == 200_000)
    #expect(abs((month.crossing ?? 0) - 5.45) < 0.1)
  }

  @Test func unknownCostsAreNamedAndNotGuessed() async throws {
    var workspace = workspace()
    workspace.facts.project.queriesPerMonth = 40_000
    let workbench = try await measured(workspace)
    let cost = try #require(try await workbench.answer(to: ReportQuery(version: "9")).cost)
    #expect(cost.perMonth == nil && cost.chances.isEmpty && cost.never == nil)
    #expect(cost.missing.contains("training_cost") && cost.missing.contains("hosting_per_month"))
    workspace.models[1].price = nil
    let unpriced = try await measured(workspace)
    #expect(try await unpriced.answer(to: ReportQuery(version: "9")).cost == nil)
  }

  @Test func asingleVariantIsReportedByItself() async throws {
    let model = FakeModel { _, _ in Answer(text: "billing") }
    let (workbench, _) = try await workbench(workspace(), model: model)
    _ = try await evaluate(workbench, "base")
    let document = try await workbench.answer(to: ReportQuery(version: "9"))
    #expect(document.sides == ["base"] && document.comparison == nil)
    #expect(document.cases.allSatisfy { $0.answers.count == 1 })
    #expect(document.confusions.first?.counts.map { $0[0] } == [12, 12, 12])
    #expect(document.breakdowns.allSatisfy { $0.rows.allSatisfy { $0.difference == nil } })
  }

  @Test func nothingMeasuredIsAReport() async throws {
    let (workbench, _) = try await workbench(workspace())
    let document = try await workbench.answer(to: ReportQuery(version: "9"))
    #expect(document.variants.isEmpty && document.sides.isEmpty && document.suites.isEmpty && document.cost == nil)
    #expect(HTMLReport.text(of: document).contains("No variant has been evaluated"))
  }

  @Test func setsThatAreNotThereAreNamed() async throws {
    let (workbench, _) = try await workbench(workspace())
    await #expect(throws: WorkbenchError.self) {
      try await workbench.answer(to: ReportQuery(set: "mian", version: "9"))
    }
    let (empty, _) = try await self.workbench(Workspace(folder: "/nowhere", name: "x"))
    await #expect(throws: WorkbenchError.self) { try await empty.answer(to: ReportQuery(version: "9")) }
  }

  private func workbench(_ workspace: Workspace) async throws -> (Workbench, FakeFiles) {
    try await WorkbenchCoreTests.workbench(workspace)
  }
  private func workbench(_ workspace: Workspace, model: FakeModel) async throws -> (Workbench, FakeFiles) {
    try await WorkbenchCoreTests.workbench(workspace, model: model)
  }
}

@Suite struct RunBreakdownTests {
  private let set: EvalSet = {
    let cases = (0..<24).map { number in
      EvalCase(
        id: "c\(number)", input: ["q": .string("question \(number)")],
        expected: ["kind": number % 2 == 0 ? "x" : "y", "urgent": .bool(number % 3 == 0)],
        tags: number < 12 ? ["early"] : [])
    }
    let graders = try? GraderSet(specs: [["type": "json-equal", "fields": ["kind", "urgent"]]])
    return EvalSet(
      name: "main", path: "evals/main.jsonl", cases: cases, graders: graders ?? GraderSet(), hash: ContentHash(hex: "s")
    )
  }()

  private func outputs(_ kind: (Int) -> String) -> [Output] {
    set.cases.enumerated().map { place, evalCase in
      let text = #"{"kind":"\#(kind(place))","urgent":\#(place % 3 == 0)}"#
      return Judgement.output(
        of: Answer(text: text), to: evalCase, key: ContentHash(hex: "k"), set: set, cost: nil)
    }
  }

  @Test func partsAreTagsLabelsAndFields() throws {
    let breakdown = RunBreakdown(of: [outputs { _ in "x" }, outputs { $0 % 2 == 0 ? "x" : "y" }], on: set)
    let tags = try #require(breakdown.parts[.tag])
    #expect(tags.map(\.name) == ["early"] && tags[0].cases == 12)
    #expect(tags[0].scores.map { $0?.mean } == [0.5, 1] && tags[0].pairs?.difference == 0.5)
    let labels = try #require(breakdown.parts[.label])
    #expect(Set(labels.map(\.name)) == ["kind = x", "kind = y", "urgent = true", "urgent = false"])
    #expect(labels.first { $0.name == "kind = y" }?.scores.map { $0?.mean } == [0, 1])
    let fields = try #require(breakdown.parts[.field])
    #expect(fields.map(\.name) == ["kind", "urgent"] && fields[1].scores.map { $0?.mean } == [1, 1])
    #expect(breakdown.labels.map(\.field) == ["kind", "kind", "urgent", "urgent"])
    #expect(breakdown.labels.first?.matrix.counts == [[12, 0, 0], [12, 0, 0]])
  }

  @Test func missingAnswersAreNoWrongLabels() throws {
    var partial = outputs { $0 % 2 == 0 ? "x" : "y" }
    partial.removeLast(6)
    partial[0].failure = "connection refused"
    let breakdown = RunBreakdown(of: [partial], on: set)
    #expect(breakdown.labels.first?.matrix.count == 17)
    #expect(breakdown.parts[.field]?.first?.scores.first??.mean == 1)
    #expect(breakdown.parts[.tag]?.allSatisfy { $0.pairs == nil } == true)
  }

  @Test func withoutOutputsThereIsNothing() {
    #expect(RunBreakdown(of: [], on: set).labels.isEmpty && RunBreakdown(of: [[]], on: set).labels.isEmpty)
  }
}

@Suite struct RegradeTests {
  @Test func answersThatAreJudgedOtherwiseAreNamed() async throws {
    let store = FakeStore()
    let (workbench, _) = try await workbench(store: store)
    let run = try await evaluate(workbench)
    let regraded = try await workbench.regrade()
    #expect(regraded.map(\.answers) == [4] && regraded[0].differing.isEmpty && !regraded[0].summaryDiffers)
    var changed = try await store.outputs(of: run.id)
    (changed[1].value, changed[1].passed) = (0, false)
    _ = try await store.record([changed[1]], ungraded: [], in: run.id, seconds: 0)
    let found = try await workbench.regrade()
    #expect(found[0].differing == [changed[1].id])
  }

  @Test func aPlanNamesFilesHashesAndKeys() async throws {
    var workspace = sampleWorkspace()
    workspace.training.data = "train/main.jsonl"
    let files = FakeFiles(workspace)
    await files.set(fingerprint: "abc", of: "model")
    let (workbench, _) = try await workbench(files: files)
    let plan = await workbench.dossierPlan()
    #expect(plan.paths.isSuperset(of: ["assay.yaml", "prompts/main", "evals/main.jsonl", "train/main.jsonl"]))
    #expect(plan.fingerprints["model"] == ContentHash(hex: "abc"))
  }
}
