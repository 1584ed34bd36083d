import Content
import Domain
import Foundation
import Testing

@testable import WorkbenchCore

@Suite struct EstimateTests {
  /// The sample workspace with a price and a limit of tokens.
  private func priced(maxTokens: Int? = 100) -> Workspace {
    var workspace = sampleWorkspace(cases: 10)
    workspace.models[0].price = TokenPrice(input: 1, cachedInput: 0.1, output: 10)
    for index in workspace.variants.indices { workspace.variants[index].sampling.maxTokens = maxTokens }
    return workspace
  }

  private func workbench(_ workspace: Workspace, _ model: FakeModel) async throws -> Workbench {
    try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(workspace), store: FakeStore(), clients: model, trainer: FakeTrainer()))
  }

  @Test func nothingIsAskedAndTheRangeHoldsWhatItCosts() async throws {
    let model = FakeModel { request, _ in
      Answer(
        text: request.messages[1].content, usage: TokenUsage(prompt: 12, completion: 40, cachedPrompt: 4))
    }
    let workbench = try await workbench(priced(), model)
    let request = EvaluateRequest(variant: "base")
    let estimate = try await workbench.estimate(request)
    #expect(model.asked == 0)
    #expect(estimate.calls == 10 && estimate.reused == 0)
    #expect(estimate.basis == .tokenizer)
    #expect(estimate.completionTokens == RunEstimate.Range(10, 1000))
    let run = try await workbench.evaluate(request, consent: .notAsked)
    let use = try #require(await workbench.uses[run.id])
    #expect(use.calls == 10 && use.promptTokens == 120 && use.completionTokens == 400)
    let spent = try #require(use.dollars)
    #expect(abs(spent - (80 * 1 + 40 * 0.1 + 400 * 10) / 1e6) < 1e-12)
    #expect(estimate.contains(dollars: spent) == true)
    #expect(try await workbench.estimate(request).calls == 0)
  }

  @Test func anEarlierRunTellsHowLongAnswersAre() async throws {
    let model = FakeModel { _, _ in Answer(text: "x", usage: TokenUsage(prompt: 100, completion: 20)) }
    let workbench = try await workbench(priced(), model)
    _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", limit: 2)))
    let estimate = try await workbench.estimate(EvaluateRequest(variant: "base"))
    #expect(estimate.calls == 8 && estimate.reused == 2)
    #expect(estimate.promptTokens == RunEstimate.Range(640, 960))
    #expect(estimate.completionTokens.high == 192)
    #expect(try await workbench.estimate(EvaluateRequest(variant: "base", repeats: 3)).calls == 28)
    #expect(try await workbench.estimate(EvaluateRequest(variant: "base", isFresh: true)).calls == 10)
  }

  @Test func withoutALimitOfTokensTheMostIsUnknown() async throws {
    let model = FakeModel { _, _ in Answer(text: "x") }
    let workbench = try await workbench(priced(maxTokens: nil), model)
    let estimate = try await workbench.estimate(EvaluateRequest(variant: "base"))
    #expect(estimate.completionTokens.high == nil && estimate.dollars?.high == nil)
  }

  @Test func listedPricesAreForTheMakersOwnAddressOnly() {
    func price(_ model: String, _ url: String = "https://api.openai.com/v1") -> TokenPrice? {
      PriceTable.price(of: Endpoint(.chat, baseURLs: [url], model: model))
    }
    #expect(price("gpt-4.1-mini")?.rates.output == 1.6)
    #expect(price("gpt-4.1-mini-2025-04-14") == price("gpt-4.1-mini"))
    #expect(price("gpt-4.1-mini")?.asOf == PriceTable.date)
    #expect(price("gpt-4.1-minimal") == nil)
    #expect(price("gpt-4.1-mini", "http://127.0.0.1:8000/v1") == nil)
  }

  @Test func whatAModelIgnoredIsToldToVariantsThatSetIt() async throws {
    let model = FakeModel { _, _ in Answer(text: "x", latency: 0.25) }
    var workspace = sampleWorkspace()
    workspace.variants[0].sampling.seed = 7
    let workbench = try await workbench(workspace, model)
    #expect(await workbench.ignoredOptions(of: workspace.variants[0]).isEmpty, "nobody has looked")
    let probe = try await workbench.testModel("m", consent: .notAsked)
    #expect(probe.latency == 0.25 && model.asked == 7, "two fixed questions, twice each, besides")
    var seen = probe
    seen.findings = [.seed: .ignored, .stop: .ignored]
    let store = await workbench.store
    try await store.keep(seen, of: workspace.models[0].place)
    let again = try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(workspace), store: store, clients: model, trainer: FakeTrainer()))
    let sentences = await again.ignoredOptions(of: workspace.variants[0])
    #expect(sentences.count == 1 && sentences[0].contains("seed"))
    await #expect(throws: WorkbenchError.self) { try await again.perform(.testModel("nobody")) }
  }
}

@Suite struct SequentialComparisonTests {
  /// A set on which two variants with prompts of their own are right by these rules.
  private func compare(
    cases: Int, _ first: @escaping @Sendable (Int) -> Bool, _ second: @escaping @Sendable (Int) -> Bool
  ) async throws -> (SequentialComparison, FakeModel, Workbench) {
    var workspace = sampleWorkspace(cases: cases)
    var other = workspace.variants[0]
    other.sampling.temperature = 1
    workspace.variants.append(
      Variant(name: "other", model: other.model, prompt: other.prompt, sampling: other.sampling))
    let model = FakeModel { request, _ in
      let number = Int(request.caseID.dropFirst()) ?? 0
      let right = request.sampling.temperature == 1 ? second(number) : first(number)
      return Answer(text: right ? request.messages[1].content : "wrong")
    }
    let workbench = try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(workspace), store: FakeStore(), clients: model, trainer: FakeTrainer()))
    let result = try await workbench.compareUntilDecided(
      EvaluateRequest(variant: "base"), EvaluateRequest(variant: "other"))
    return (result, model, workbench)
  }

  @Test func aClearDifferenceEndsItEarlyAndDoingItAgainAsksNothing() async throws {
    let (result, model, workbench) = try await compare(cases: 200) { _ in
      false
    } _: {
      $0 % 10 != 0
    }
    #expect(result.findings.last?.decision == .bIsBetter)
    #expect(result.findings.count == 1 && result.findings[0].cases == 40)
    #expect(model.asked == 80)
    #expect(result.sentence.hasPrefix("other is better than base, after 40 of 200 cases"))
    let again = try await workbench.compareUntilDecided(
      EvaluateRequest(variant: "base"), EvaluateRequest(variant: "other"))
    #expect(model.asked == 80 && again.sentence == result.sentence)
  }

  @Test func noDifferenceIsNeverClaimed() async throws {
    let (result, model, _) = try await compare(cases: 100) {
      $0 % 3 == 0
    } _: {
      $0 % 3 == 0
    }
    let decision = try #require(result.findings.last?.decision)
    #expect([.futile, .noDifferenceShown].contains(decision))
    #expect(model.asked <= 200)
  }
}
