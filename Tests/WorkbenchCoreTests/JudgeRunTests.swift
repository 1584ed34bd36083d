import Content
import Domain
import Grading
import Synchronization
import Testing

@testable import WorkbenchCore

/// Runs whose answers a model judges.
@Suite struct JudgeRunTests {
  /// A workspace with a judge on a model of its own.
  static func workspace(cases: Int = 4, models: [String] = ["j"], votes: Int = 1) throws -> Workspace {
    var workspace = sampleWorkspace(cases: cases)
    for name in models {
      workspace.models.append(
        ModelSpec(
          name: name, api: .endpoint(Endpoint(.chat, baseURLs: ["http://localhost/v1"], model: name)), concurrency: 4,
          price: TokenPrice(input: 1, output: 10)))
    }
    var judge = Judge(name: "fair", models: models, prompt: "Is {{answer}} the word {{case.word}}?")
    judge.votes = votes
    workspace.judges = [judge]
    let graders = GraderSet([try Grader(spec: ["type": "judge", "judge": "fair"])])
    workspace.evalSets = workspace.evalSets.map {
      EvalSet(name: $0.name, path: $0.path, cases: $0.cases, graders: graders, hash: $0.hash)
    }
    return workspace
  }

  static let pass = #"{"reason": "It is.", "label": "pass"}"#

  /// A model that answers, and judges what it is asked to.
  static func model(_ judge: @escaping @Sendable (ModelRequest, Int) async throws -> String) -> FakeModel {
    let judged = Mutex(0)
    return FakeModel { request, _ in
      guard request.messages[0].content.hasPrefix("You judge") else {
        return Answer(text: request.messages.last?.content ?? "", usage: TokenUsage(prompt: 5, completion: 5))
      }
      let number = judged.withLock { count in
        count += 1
        return count
      }
      return Answer(text: try await judge(request, number), usage: TokenUsage(prompt: 100, completion: 10))
    }
  }

  private func evaluate(
    _ workbench: Workbench, budget: RunPlan.Budget = RunPlan.Budget(), repeats: Int = 1
  ) async throws -> Run {
    try await workbench.evaluate(EvaluateRequest(variant: "base", repeats: repeats, budget: budget), consent: .given)
  }

  @Test func answersAreJudgedOnce() async throws {
    let model = Self.model { request, _ in
      request.messages[1].content.contains("word 2") ? #"{"reason": "no", "label": "fail"}"# : Self.pass
    }
    let (workbench, _) = try await workbench(try Self.workspace(), model: model)
    let run = try await evaluate(workbench)
    #expect(run.summary.passed == 3 && run.summary.unscored == 0 && run.state == .finished)
    #expect(model.asked == 8)
    let use = try #require(try await workbench.judging(of: run.id))
    #expect(use.calls == 4 && abs((use.dollars ?? 0) - 4 * 0.0002) < 1e-9 && use.unpriced == 0)
    #expect(await workbench.uses[run.id]?.calls == 8)
    let outputs = try await workbench.outputs(ofRun: String(run.id.number), set: nil).outputs
    #expect(outputs[1].scores[0].reason == "fail: no" && outputs[1].scores[0].replies.first?.model == "j")
    _ = try await evaluate(workbench)
    #expect(model.asked == 8)
  }

  @Test func theJudgeSeesNeitherVariantNorModel() async throws {
    let seen = Mutex("")
    let model = Self.model { request, _ in
      seen.withLock { $0 += request.messages.map(\.content).joined() }
      return Self.pass
    }
    let (workbench, _) = try await workbench(try Self.workspace(), model: model)
    _ = try await evaluate(workbench)
    let text = seen.withLock { $0 }
    #expect(!text.contains("base") && !text.contains("main") && !text.contains("Say the word"))
  }

  @Test(arguments: ["I'd give it 10/10!", "", "{\"label\": \"excellent\"}", "I can't help with that."])
  func garbageIsUnscoredAndKept(reply: String) async throws {
    let model = Self.model { _, number in number == 1 ? reply : Self.pass }
    let (workbench, _) = try await workbench(try Self.workspace(), model: model)
    let run = try await evaluate(workbench)
    #expect(run.summary.unscored == 1 && run.summary.passed == 3)
    let outputs = try await workbench.outputs(ofRun: String(run.id.number), set: nil).outputs
    let unscored = try #require(outputs.first { $0.unscored != nil })
    #expect(unscored.passed == nil && unscored.scores[0].replies.first?.raw == reply)
    let again = try await evaluate(workbench)
    #expect(model.asked == 8 && again.summary.unscored == 1, "the same reply isn't paid for twice")
  }

  @Test func aJudgeThatIsBusyIsAskedAgain() async throws {
    let model = Self.model { _, number in
      if number < 3 { throw ModelFailure.busy("slow down", retryAfter: 0.001) }
      return Self.pass
    }
    let (workbench, _) = try await workbench(try Self.workspace(), model: model)
    #expect(try await evaluate(workbench).summary.passed == 4)
    #expect(model.asked == 10)
  }

  @Test func aJudgeThatRefusesEverythingStopsTheRunAndTheAnswersStay() async throws {
    let isClosed = Mutex(true)
    let model = Self.model { _, _ in
      if isClosed.withLock({ $0 }) { throw ModelFailure.rejected("The key was rejected (401).") }
      return Self.pass
    }
    let (workbench, _) = try await workbench(try Self.workspace(cases: 40), model: model)
    await #expect(throws: WorkbenchError.self) { try await evaluate(workbench) }
    let asked = model.asked
    isClosed.withLock { $0 = false }
    let run = try await evaluate(workbench)
    #expect(run.summary.passed == 40 && run.summary.unscored == 0)
    #expect(model.asked <= asked + 80 && run.state == .finished)
  }

  @Test func votesAndPanelsAreDifferentRequests() async throws {
    let model = Self.model { _, _ in Self.pass }
    let (workbench, _) = try await workbench(try Self.workspace(models: ["j", "k"], votes: 2), model: model)
    let run = try await evaluate(workbench)
    #expect(run.summary.passed == 4 && model.asked == 4 + 4 * 4)
    let outputs = try await workbench.outputs(ofRun: String(run.id.number), set: nil).outputs
    #expect(outputs[0].scores[0].replies.map(\.model) == ["j", "j", "k", "k"])
    #expect(outputs[0].scores[0].reason == "pass (4 of 4): It is.")
  }

  @Test func aBudgetBindsAnswersAndJudgesTogether() async throws {
    let model = Self.model { _, _ in Self.pass }
    var workspace = try Self.workspace(cases: 20)
    workspace.models[0].price = TokenPrice(input: 1, output: 10)
    workspace.variants[0].sampling.maxTokens = 10
    workspace.judges[0].maxTokens = 16
    let (workbench, _) = try await workbench(workspace, model: model)
    let budget = RunPlan.Budget(dollars: 0.003)
    await #expect(throws: WorkbenchError.self) { try await evaluate(workbench, budget: budget) }
    let runs = await workbench.snapshot.runs
    let use = try #require(await workbench.uses[runs[0].id])
    #expect(use.dollars ?? 1 <= 0.003 && use.dollars ?? 0 > 0.0005, "\(use)")
    let run = try await evaluate(workbench)
    #expect(run.summary.passed == 20 && model.asked == 40, "nothing was paid for twice")
  }

  @Test func aBudgetNeedsTheJudgesPrice() async throws {
    var workspace = try Self.workspace()
    workspace.models[0].price = TokenPrice(input: 1, output: 10)
    workspace.models[2].price = nil
    let (workbench, _) = try await workbench(workspace, model: Self.model { _, _ in Self.pass })
    let error = await #expect(throws: WorkbenchError.self) {
      try await evaluate(workbench, budget: RunPlan.Budget(dollars: 1))
    }
    #expect(error?.description.contains("judge's model \"j\"") == true)
  }

  @Test func estimatesCountJudges() async throws {
    let model = Self.model { _, _ in Self.pass }
    let (workbench, _) = try await workbench(try Self.workspace(votes: 3), model: model)
    let before = try await workbench.estimate(EvaluateRequest(variant: "base"))
    #expect(before.judging.map(\.estimate.calls) == [12] && before.judging[0].estimate.dollars != nil)
    let charge = await workbench.charge(for: [.evaluate(EvaluateRequest(variant: "base"))])
    #expect(charge?.items.contains { $0.what.contains("judge fair (j)") && $0.requests == 12 } == true)
    _ = try await evaluate(workbench)
    let after = try await workbench.estimate(EvaluateRequest(variant: "base"))
    #expect(after.judging.map(\.estimate.calls) == [0] && after.calls == 0)
  }

  @Test func anInterruptedJudgementKeepsWhatWasSaid() async throws {
    let (thinking, think) = AsyncStream.makeStream(of: Void.self)
    let isSlow = Mutex(true)
    let model = Self.model { _, number in
      if number > 2, isSlow.withLock({ $0 }) {
        think.yield()
        try await Task.sleep(for: .seconds(3600))
      }
      return Self.pass
    }
    let (workbench, _) = try await workbench(try Self.workspace(), model: model)
    let work = Task { try await evaluate(workbench) }
    for await _ in thinking.prefix(2) {}
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
    isSlow.withLock { $0 = false }
    #expect(try await evaluate(workbench).summary.passed == 4)
    #expect(model.asked == 4 + 2 + 2 + 2, "two answers, and two judgements, were not paid for twice")
  }

  @Test(
    arguments: [
      ("gpt-4o-mini", "gpt"), ("ft:gpt-4o-2024:org::id", "gpt"), ("o3-mini", "gpt"), ("org/Qwen2.5-7B", "qwen"),
      ("mistralai/Mixtral-8x7B", "mistral"), ("claude-haiku-4-5", "claude"), ("gemma-3", "gemini"), ("123", nil),
    ] as [(String, String?)])
  func families(name: String, family: String?) { #expect(ModelFamily.of(name) == family) }

  @Test func kinIsWarnedOf() async throws {
    var workspace = try Self.workspace()
    for index in [0, 2] {
      workspace.models[index].api = .endpoint(
        Endpoint(.chat, baseURLs: ["http://localhost/v1"], model: index == 0 ? "qwen3-8b" : "Qwen/Qwen2.5-72B"))
    }
    let (workbench, _) = try await workbench(workspace, model: Self.model { _, _ in Self.pass })
    #expect(await workbench.judgeCautions(of: "base", on: nil).first?.contains("same family (qwen)") == true)
  }
}
