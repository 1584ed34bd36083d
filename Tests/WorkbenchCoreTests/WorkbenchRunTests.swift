import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

@Suite struct WorkbenchRunTests {
  @Test func everyCaseIsAskedOnceAndRunningItAgainAsksNothing() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (workbench, _) = try await workbench(model: model)
    let run = try await evaluate(workbench)
    #expect(run.state == .finished)
    #expect(run.summary.passed == 4)
    #expect(model.asked == 4)
    let again = try await evaluate(workbench)
    #expect(again.id == run.id)
    #expect(model.asked == 4)
  }

  @Test func anotherPromptIsAnotherRunButTheSameRequestIsNotAskedTwice() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (workbench, files) = try await workbench(model: model)
    let first = try await evaluate(workbench)
    await files.set(body: "Say it.", of: "10-task.md")
    try await workbench.perform(.reload)
    let second = try await evaluate(workbench)
    #expect(second.id != first.id)
    #expect(model.asked == 8)
    await files.set(body: "Say the word.", of: "10-task.md")
    try await workbench.perform(.reload)
    #expect(try await evaluate(workbench).id == first.id)
    #expect(model.asked == 8)
    #expect(await workbench.snapshot.versions.count == 2)
  }

  @Test func repeatsAreAskedForAndTheFirstAnswersServeAgain() async throws {
    let model = FakeModel { request, number in Answer(text: number % 3 == 0 ? "wrong" : request.messages[1].content) }
    let (workbench, _) = try await workbench(model: model)
    #expect(try await evaluate(workbench).summary.done == 4)
    let run = try await workbench.evaluate(EvaluateRequest(variant: "base", repeats: 3), consent: .notAsked)
    #expect(model.asked == 12, "four answers were there")
    #expect(run.requests == 12 && run.summary.done == 12 && run.state == .finished && run.repeats == 3)
    let outputs = try await workbench.outputs(ofRun: String(run.id.number), set: nil).outputs
    #expect(outputs.map(\.id) == (1...4).flatMap { ["c\($0)", "c\($0)#2", "c\($0)#3"] })
    #expect(Set(outputs.map(\.requestKey)).count == 12)
    _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", repeats: 3)))
    #expect(model.asked == 12)
  }

  @Test func askingAfreshAsksEverythingAndTheSameCommandGoesOnWithIt() async throws {
    let model = FakeModel { request, number in
      if number == 7 { throw ModelFailure.rejected("not now") }
      return Answer(text: "\(number)")
    }
    let (workbench, _) = try await workbench(model: model)
    let first = try await evaluate(workbench)
    let fresh = try await workbench.evaluate(EvaluateRequest(variant: "base", isFresh: true), consent: .notAsked)
    #expect(fresh.id != first.id && fresh.firstSample == 1 && fresh.summary.errors == 1)
    #expect(model.asked == 8)
    let again = try await evaluate(workbench)
    #expect(again.id == fresh.id && again.state == .finished)
    #expect(model.asked == 9, "only the one that failed, not the first run's answer")
  }

  @Test func onlyTheCasesThatAreNamedAreAskedInThatOrder() async throws {
    let model = FakeModel { request, _ in Answer(text: request.caseID) }
    let (workbench, _) = try await workbench(model: model)
    let request = EvaluateRequest(variant: "base", only: ["c3", "c1"], concurrency: 1)
    let run = try await workbench.evaluate(request, consent: .notAsked)
    #expect(run.summary.done == 2 && model.asked == 2)
    let outputs = try await workbench.outputs(ofRun: "base", set: nil).outputs
    #expect(outputs.map(\.caseID) == ["c1", "c3"])
  }

  @Test func failedCasesAreAskedAfterThoseThatNeverWere() async throws {
    let order = Mutex<[String]>([])
    let model = FakeModel { request, _ in
      order.withLock { $0.append(request.caseID) }
      if request.caseID == "c1" || request.caseID == "c2" { throw ModelFailure.rejected("Too long.") }
      return Answer(text: "x")
    }
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 6), model: model)
    _ = try await evaluate(workbench, limit: 3)
    order.withLock { $0 = [] }
    _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", concurrency: 1)))
    #expect(order.withLock { $0 } == ["c4", "c5", "c6", "c1", "c2"])
  }

  @Test func aChangedModelIsAskedThroughANewClient() async throws {
    let model = FakeModel { _, _ in Answer(text: "x") }
    let (workbench, files) = try await workbench(model: model)
    _ = try await evaluate(workbench)
    let before = await workbench.clients.count
    await files.set(options: ["top_k": 5])
    try await workbench.perform(.reload)
    _ = try await evaluate(workbench)
    #expect(await workbench.clients.count == before + 1 && model.asked == 8)
  }

  @Test func aDollarLimitNeedsAModelThatCounts() async throws {
    var workspace = sampleWorkspace(cases: 20)
    workspace.models[0].price = TokenPrice(input: 1, output: 1)
    let model = FakeModel { _, _ in Answer(text: "x") }
    let (workbench, _) = try await workbench(workspace, model: model)
    let request = EvaluateRequest(variant: "base", budget: RunPlan.Budget(dollars: 1))
    await #expect {
      try await workbench.perform(.evaluate(request), consent: .given)
    } throws: { "\($0)".contains("--max-calls") }
    #expect(model.asked == 1)
  }

  @Test func answersThatCouldNotBeStoredAreNotLost() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages[1].content) }
    let store = FakeStore()
    await store.refuseNext()
    let workbench = try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(sampleWorkspace()), store: store, clients: model, trainer: FakeTrainer()))
    _ = try? await workbench.perform(.evaluate(EvaluateRequest(variant: "base")))
    _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base")))
    #expect(model.asked == 4)
  }

  @Test func casesThatBeginAlikeAreAskedTogether() {
    let cases = ["a", "b", "a", "c", "b", "a"].enumerated().map {
      EvalCase(id: "\($0.offset)", input: ["document": .string($0.element), "question": .string("\($0.offset)")])
    }
    var list = RequestList()
    for place in cases.indices {
      list.append(RequestList.Item(place: Int32(place), sample: 0, key: .none))
    }
    list.group(by: ["document", "question"], of: cases)
    #expect(list.items.map(\.place) == [0, 2, 5, 1, 4, 3])
    let hash = ContentHash(hex: SHA256.hex("x"))
    #expect(PackedHash(hash).hash == hash)
  }

  @Test func aLimitedRunReportsItsPartAndGoesOnLater() async throws {
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (workbench, _) = try await workbench(model: model)
    let part = try await evaluate(workbench, limit: 1)
    #expect(part.state == .paused)
    #expect(part.cases == 4)
    #expect(part.summary.done == 1)
    #expect(await workbench.snapshot.runs.first?.state == .paused)
    #expect(model.asked == 1)
    let whole = try await evaluate(workbench)
    #expect(whole.id == part.id)
    #expect(whole.state == .finished)
    #expect(model.asked == 4)
    #expect(try await evaluate(workbench, limit: 2).summary.done == 2)
  }

  @Test func aRefusalNamesItsReason() async throws {
    let model = FakeModel { _, _ in throw ModelFailure.rejected("Check the key in MOCK_KEY.") }
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 2), model: model)
    let run = try await evaluate(workbench)
    let failures = try await workbench.failures(of: run.id)
    #expect(failures.map(\.reason) == ["Check the key in MOCK_KEY."])
    #expect(failures.map(\.cases) == [2])
  }

  @Test func aVariantWithAFlawNamesTheFlaw() async throws {
    var workspace = sampleWorkspace()
    workspace.problems = [
      Problem(file: "assay.yaml", line: 9, key: "variants.broken.model", message: "There is no model called x.")
    ]
    let (workbench, _) = try await workbench(workspace)
    await #expect {
      try await evaluate(workbench, "broken")
    } throws: { "\($0)".contains("assay.yaml:9") }
  }

  @Test func failedCasesAreKeptAsFailuresAndAskedAgainNextTime() async throws {
    let model = FakeModel { request, number in
      if number <= 4, request.caseID == "c2" { throw ModelFailure.rejected("not this one") }
      return Answer(text: request.messages.last?.content ?? "")
    }
    let (workbench, _) = try await workbench(model: model)
    let run = try await evaluate(workbench)
    #expect(run.state == .paused)
    #expect(run.summary.errors == 1)
    let again = try await evaluate(workbench)
    #expect(again.state == .finished)
    #expect(again.summary.errors == 0)
    #expect(model.asked == 5)
  }

  @Test func aModelThatIsGoneIsPreparedAgainBeforeTheNextTry() async throws {
    let model = FakeModel { request, number in
      if number == 1 { throw ModelFailure.busy("restarting", retryAfter: 0) }
      return Answer(text: request.messages.last?.content ?? "")
    }
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 1), model: model)
    #expect(try await evaluate(workbench).state == .finished)
    #expect(model.timesPrepared == 2)
  }

  @Test func aRunHeldByAnotherProcessIsLeftAlone() async throws {
    let store = FakeStore()
    await store.claimElsewhere(RunID(1))
    let (workbench, _) = try await workbench(store: store)
    await #expect(throws: WorkbenchError.self) { try await evaluate(workbench) }
  }

  @Test func aMissingAdapterIsASentence() async throws {
    let (workbench, _) = try await workbench()
    await #expect {
      try await evaluate(workbench, "tuned")
    } throws: { "\($0)".contains(".assay/jobs/1/best") && "\($0)".contains("assay train") }
  }

  @Test func unknownNamesSuggestTheNearest() async throws {
    let (workbench, _) = try await workbench()
    await #expect {
      try await evaluate(workbench, "bsae")
    } throws: { "\($0)".contains("Did you mean \"base\"?") }
  }

  @Test func aCancelledRunKeepsWhatItHasAndIsPaused() async throws {
    let (reached, signal) = AsyncStream.makeStream(of: Void.self)
    let model = FakeModel { request, number in
      if number > 2 {
        signal.yield()
        try await Task.sleep(for: .seconds(60))
      }
      return Answer(text: request.messages.last?.content ?? "")
    }
    let store = FakeStore()
    var workspace = sampleWorkspace()
    workspace.models[0].concurrency = 1
    let (workbench, _) = try await workbench(workspace, store: store, model: model)
    let task = Task { try await evaluate(workbench) }
    for await _ in reached { break }
    task.cancel()
    await #expect(throws: (any Error).self) { try await task.value }
    let run = try #require(await workbench.snapshot.runs.first)
    #expect(run.state == .paused)
    #expect(try await store.outputs(of: run.id).count == 2)
  }

  @Test func aRequestThatFailedDecidesNothing() async throws {
    let model = FakeModel { request, _ in
      let text = request.messages.last?.content ?? ""
      let isFirst = request.messages.first?.content != "Say it."
      if isFirst, ["word 1", "word 2"].contains(text) { throw ModelFailure.rejected("No.") }
      return Answer(text: text == "word 3" ? "wrong" : text)
    }
    let (workbench, files) = try await workbench(model: model)
    let first = try? await evaluate(workbench)
    let run = try #require(await workbench.snapshot.runs.first)
    #expect(first == nil || first?.id == run.id)
    #expect(run.summary.done + run.summary.errors <= 4)
    #expect(run.summary.mean == Double(run.summary.passed) / Double(max(1, run.summary.done)))
    await files.set(body: "Say it.", of: "10-task.md")
    try await workbench.perform(.reload)
    let second = try await evaluate(workbench)
    #expect(second.summary.done == 4 && second.summary.errors == 0)
    let comparison = try await workbench.answer(
      to: try await workbench.comparisonQuery("\(run.id)", "\(second.id)", set: nil))
    #expect(comparison.compared == run.summary.done)
    #expect(comparison.count(.onlyB) == 0, "no answer is no loss")
    #expect(comparison.missing == 4 - run.summary.done)
  }

  @Test func aFlawInWhatAnEvaluationRestsOnStopsIt() async throws {
    var workspace = sampleWorkspace()
    workspace.problems = [
      Problem(file: "assay.yaml", line: 9, key: "variants.other.model", message: "No model."),
      Problem(file: "evals/main.jsonl", line: 7, message: "Not JSON; the line is left out."),
    ]
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let (fine, _) = try await workbench(workspace, model: model)
    #expect(try await evaluate(fine).summary.done == 4)
    for (file, key) in [("assay.yaml", "graders[0].type"), ("assay.yaml", nil), ("prompts/main/10-task.md", nil)] {
      workspace.problems = [Problem(file: file, line: 3, key: key, message: "Mend me.")]
      let (flawed, _) = try await workbench(workspace, model: model)
      await #expect {
        try await evaluate(flawed)
      } throws: { "\($0)".contains("\(file):3") && "\($0)".contains("Mend me.") }
    }
    #expect(model.asked == 4)
  }

  @Test func anEmptySetIsNotEvaluated() async throws {
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 0))
    await #expect { try await evaluate(workbench) } throws: { "\($0)".contains("has no cases") }
    #expect(await workbench.snapshot.runs.isEmpty)
  }

  @Test func comparisonLinesUpRunsByCase() async throws {
    let model = FakeModel { request, _ in
      let text = request.messages.last?.content ?? ""
      return Answer(text: request.messages.first?.content == "Say it." && text == "word 2" ? "wrong" : text)
    }
    let (workbench, files) = try await workbench(model: model)
    let first = try await evaluate(workbench)
    await files.set(body: "Say it.", of: "10-task.md")
    try await workbench.perform(.reload)
    let second = try await evaluate(workbench)
    let comparison = try await workbench.answer(
      to: try await workbench.comparisonQuery("\(first.id)", "\(second.id)", set: nil))
    #expect(comparison.count(.onlyA) == 1)
    #expect(comparison.count(.bothRight) == 3)
    #expect(comparison.rows.first { $0.outcome == .onlyA }?.id == "c2")
  }
}
