import Content
import Evidence
import Foundation
import Grading
import Testing
import WorkbenchCore

@testable import Domain

/// Typed inputs for several variants, names of failures, and what people preferred.
@Suite struct DuelTests {
  @Test func allVariantsAnswerTheTypedInput() async throws {
    let model = FakeModel { request, _ in Answer(text: "to " + (request.messages.last?.content ?? "")) }
    let (workbench, _) = try await workbench(model: model)
    let workspace = await workbench.snapshot.workspace
    let set = try #require(workspace.evalSets.first)
    let names = Array(workspace.variants.prefix(2).map(\.name))
    let key = try #require(set.cases.first?.input.object?.first?.key)
    let request = DuelRequest(variants: names, set: set.name, text: "typed words")
    try await workbench.perform(.duel(request))
    let duel = try #require(await workbench.snapshot.duel)
    #expect(duel.sides.map(\.variant) == names)
    #expect(duel.sides.allSatisfy { !$0.isRunning && $0.output != nil && $0.text.contains("typed words") }, "\(duel)")
    #expect(await workbench.snapshot.runs.isEmpty, "nothing is kept")
    let input = try request.input(like: set.cases.first?.input)
    let wanted: JSONValue = .object(JSONObject([(key: key, value: .string("typed words"))]))
    #expect(input == wanted)
    try await workbench.perform(.endDuel)
    #expect(await workbench.snapshot.duel == nil)
  }

  @Test func aVariantThatFailsSaysWhy() async throws {
    let model = FakeModel { _, _ in throw WorkbenchError.input("The server is gone.") }
    let (workbench, _) = try await workbench(model: model)
    let workspace = await workbench.snapshot.workspace
    let request = DuelRequest(
      variants: [workspace.variants[0].name], set: try #require(workspace.evalSets.first).name, text: "x")
    try await workbench.perform(.duel(request))
    let side = try #require(await workbench.snapshot.duel?.sides.first)
    #expect(side.failure?.contains("The server is gone.") == true && !side.isRunning && side.output == nil)
    await #expect(throws: WorkbenchError.self) {
      try await workbench.perform(.duel(DuelRequest(variants: ["nobody"], set: request.set, text: "x")))
    }
  }

  @Test(arguments: [
    (#"{"a": "1", "b": "2"}"#, #"{"q": "x"}"#, #"{"a": "1", "b": "2"}"#), ("words", #"{"q": "x"}"#, #"{"q": "words"}"#),
    ("[1]", #"{"q": "x"}"#, #"{"q": "[1]"}"#), ("words", #""plain""#, #""words""#),
  ])
  func whatIsTypedTakesThePlaceOfTheInput(_ text: String, _ example: String, _ wanted: String) throws {
    let request = DuelRequest(variants: [], set: "main", text: text)
    let input = try request.input(like: try JSONValue(parsing: example))
    let expected = try JSONValue(parsing: wanted)
    #expect(input == expected)
  }

  @Test func severalInputsAreAskedForAsJSON() {
    let request = DuelRequest(variants: [], set: "main", text: "words")
    #expect(throws: WorkbenchError.self) { try request.input(like: ["a": "1", "b": "2"]) }
    #expect(throws: WorkbenchError.self) {
      try DuelRequest(variants: [], set: "main", text: " \n").input(like: ["a": "1"])
    }
  }

  @Test func failuresAreNamedAndTakenBack() async throws {
    let (workbench, _) = try await workbench(model: FakeModel { _, _ in Answer(text: "x") })
    let run = try await evaluate(workbench)
    let id = try #require(await workbench.snapshot.workspace.evalSets.first?.cases.first).id
    let place = OutputPlace(run: run.id)
    func finding(_ mode: String, _ isMarked: Bool = true) -> Command {
      .review(ReviewRequest(caseID: id, output: place, finding: .failure(mode: mode, isMarked: isMarked)))
    }
    try await workbench.perform(finding("  wrong\ttone "))
    #expect(await workbench.snapshot.reviews.failures.map(\.mode) == ["wrong tone"])
    try await workbench.perform(finding("wrong tone", false))
    #expect(await workbench.snapshot.reviews.isEmpty)
    for bad in ["", " \n", String(repeating: "x", count: 61)] {
      await #expect(throws: WorkbenchError.self) { try await workbench.perform(finding(bad)) }
    }
  }

  @Test func runsAreNamedAndDeletedByCommands() async throws {
    let (workbench, _) = try await workbench(model: FakeModel { _, _ in Answer(text: "four") })
    let run = try await evaluate(workbench)
    try await workbench.perform(.labelRun(run.id, RunLabels(name: "baseline", note: "before the rewrite")))
    #expect(await workbench.snapshot.runs.first?.labels.name == "baseline")
    #expect(try await workbench.answer(to: RunSizeQuery(run.id)) > 0)
    try await workbench.perform(.deleteRun(run.id))
    #expect(await workbench.snapshot.runs.isEmpty)
  }

  @Test func preferencesReachTheVerdict() throws {
    let cases = (0..<12).map { EvalCase(id: "c\($0)", input: ["q": JSONValue($0)]) }
    let set = EvalSet(
      name: "main", path: "evals/main.jsonl", cases: cases, graders: GraderSet([]), hash: ContentHash(hex: "s"))
    let (prompted, tuned) = (RunID(5), RunID(2))
    let reviews = Reviews(
      preferences: cases.enumerated().map { place, one in
        // Seen from the prompted run, which is the newer one.
        Preference(
          set: "main", caseID: one.id, input: place == 11 ? ContentHash(hex: "edited since") : one.inputHash,
          a: OutputPlace(run: prompted), b: OutputPlace(run: tuned), better: place < 9 ? .b : .a,
          time: Date(timeIntervalSince1970: Double(-place)))
      })
    let found = reviews.findings(of: tuned, against: prompted, on: set)
    let first = Array(found.map(\.caseID).prefix(2))
    #expect(first == ["c10", "c9"], "oldest first")
    let count = PreferenceCount(found)
    #expect(count.better == 9 && count.worse == 2 && count.ties == 0)
    #expect(reviews.findings(of: prompted, against: tuned, on: set).count { $0.finding == .worse } == 9)
  }
}
