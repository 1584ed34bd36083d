import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

/// What runs do with servers that want to be left alone, and what they learn of them.
@Suite struct RunPatienceTests {
  @Test func aQuotaThatIsUsedUpPausesTheRunAndItGoesOnLater() async throws {
    let model = FakeModel { request, number in
      if (3...9).contains(number) { throw ModelFailure.busy("m asks for fewer requests (429).", retryAfter: 86_400) }
      return Answer(text: request.messages.last?.content ?? "")
    }
    let (workbench, _) = try await workbench(sampleWorkspace(cases: 9), model: model)
    let error = await #expect(throws: WorkbenchError.self) { try await evaluate(workbench) }
    #expect(error?.description.contains("m asks for fewer requests (429).") == true)
    #expect(error?.description.contains("in 24 h") == true)
    let paused = try #require(await workbench.snapshot.runs.first)
    #expect(paused.state == .paused && paused.summary.done == 2)
    let asked = model.asked
    #expect(asked <= 5, "three at once")
    while model.asked < 9 {
      _ = try? await model.answer(ModelRequest(caseID: "", messages: [], sampling: Sampling()), onText: nil)
    }
    let whole = try await evaluate(workbench)
    #expect(whole.id == paused.id && whole.state == .finished && whole.summary.passed == 9)
  }

  @Test func aPersonSaysHowLongToWait() async throws {
    let model = FakeModel { request, number in
      if number == 2 { throw ModelFailure.busy("slow down", retryAfter: 0.2) }
      return Answer(text: request.messages.last?.content ?? "")
    }
    let (patient, _) = try await workbench(model: model)
    #expect(try await evaluate(patient).state == .finished)
    let (hasty, _) = try await workbench(
      model: FakeModel { _, _ in throw ModelFailure.busy("slow down", retryAfter: 0.2) })
    await hasty.set(longestWait: 0.1)
    await #expect(throws: WorkbenchError.self) { try await evaluate(hasty) }
  }

  @Test func progressSaysWhatARunWaitsFor() async throws {
    let (workbench, _) = try await workbench(
      model: FakeModel { _, _ in throw ModelFailure.busy("m asks for fewer requests (429).", retryAfter: 300) })
    let seen = Task {
      for await snapshot in await workbench.snapshots() {
        if let words = snapshot.progress.values.first?.waiting { return words }
      }
      return ""
    }
    let run = Task { try await evaluate(workbench) }
    let words = await seen.value
    run.cancel()
    _ = await run.result
    #expect(words.hasPrefix("the server asked to wait ") && words.hasSuffix(": m asks for fewer requests (429)"))
  }

  @Test func whatAServerIgnoresInARunIsSaidAndRemembered() async throws {
    var workspace = sampleWorkspace()
    workspace.variants[0].sampling = Sampling(maxTokens: 8, stop: ["END"])
    let model = FakeModel { _, _ in
      Answer(text: "word END word", finishReason: "stop", usage: TokenUsage(prompt: 10, completion: 60))
    }
    let store = FakeStore()
    let (workbench, _) = try await workbench(workspace, store: store, model: model)
    _ = try await evaluate(workbench)
    let said = await workbench.snapshot.notices.map(\.text)
    #expect(said.contains { $0.contains("ignore max_tokens") } && said.contains { $0.contains("ignore stop") })
    #expect(said.count == 2)
    let probe = try #require(try await store.probes()[workspace.models[0].place])
    #expect(probe.latency == nil && probe.findings == [.maxTokens: .ignored, .stop: .ignored])
    _ = try await evaluate(workbench)
    let (again, _) = try await WorkbenchCoreTests.workbench(workspace, store: store, model: model)
    #expect(await again.ignoredOptions(of: workspace.variants[0]).count == 2, "before anything is asked")
  }

  private static let answers: [(Answer, Set<ModelProbe.Ability>)] = [
    (Answer(text: "a b c", usage: TokenUsage(completion: 3)), []),
    (Answer(text: "a", usage: TokenUsage(completion: 10)), []),  // those that end it may count
    (Answer(text: "a", usage: TokenUsage(completion: 11)), [.maxTokens]),
    (Answer(text: String(repeating: "word ", count: 11)), [.maxTokens]),
    (Answer(text: "abcdefghijklmnop"), []), (Answer(text: "a END"), []), (Answer(text: "a END b"), [.stop]),
  ]

  @Test(arguments: answers)
  func oneAnswerShows(_ answer: Answer, _ ignored: Set<ModelProbe.Ability>) {
    var watch = OptionWatch(Sampling(maxTokens: 8, stop: ["", "END"]), options: [:])
    watch.see(answer)
    #expect(watch.ignored == ignored)
  }

  private static let forms: [(JSONObject, String, Bool)] = [
    (["response_format": ["type": "json_object"]], "plain words", true),
    (["response_format": ["type": "json_schema"]], "```json\n{}\n```", true),
    (["format": "json"], "plain", true), (["text": ["format": ["type": "json_schema"]]], "plain", true),
    (["response_format": ["type": "json_object"]], "<think>hm</think>{\"a\": 1}", false),
    (["response_format": ["type": "text"]], "plain", false), ([:], "plain", false),
  ]

  @Test(arguments: forms)
  func aFormThatIsNotKept(_ options: JSONObject, _ text: String, _ isIgnored: Bool) {
    var watch = OptionWatch(Sampling(), options: options)
    for _ in 0..<2 { watch.see(Answer(text: text, finishReason: "stop")) }
    watch.see(Answer(text: "{\"a", finishReason: "length"))
    #expect(watch.ignored == (isIgnored ? [.structuredOutput] : []))
    for _ in 0..<4 { watch.see(Answer(text: "{}", finishReason: "stop")) }
    #expect(watch.ignored.isEmpty, "a slip now and then")
  }

  @Test func answersThatDifferThoughTheyShouldNot() {
    func ignored(_ sampling: Sampling, _ texts: [String]) -> Set<ModelProbe.Ability> {
      var watch = OptionWatch(sampling, options: [:])
      for (number, text) in texts.enumerated() { watch.see(Answer(text: text), caseID: "c\(number % 2)") }
      return watch.ignored
    }
    let (different, late) = (["a", "b", "c", "d", "e", "f"], ["a b c d", "x", "a b c e", "x", "a b c", "x"])
    #expect(ignored(Sampling(temperature: 0), different) == [.temperature])
    #expect(ignored(Sampling(temperature: 1, seed: 7), different) == [.seed])
    #expect(ignored(Sampling(temperature: 1), different) == [])
    #expect(ignored(Sampling(temperature: 0), late) == [])
    #expect(ignored(Sampling(temperature: 0), ["a", "a", "b"]) == [], "one pair may be chance")
  }

  /// A model whose server takes the limit by its newer name, which is found out once.
  private final class NewerModel: ModelClient, ModelClients {
    let endpoints = Mutex<[Bool]>([])
    func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient {
      if case .endpoint(let endpoint) = model.api {
        endpoints.withLock { $0.append(endpoint.usesMaxCompletionTokens) }
      }
      return self
    }
    func prepare() async throws {}
    func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
      Answer(text: "x")
    }
    func tokenCounts(of texts: [String]) async -> [Int]? { nil }
    var usesMaxCompletionTokens: Bool { true }
  }

  @Test func theNameOfTheLimitIsRememberedByTheNextProcess() async throws {
    let store = FakeStore()
    let model = NewerModel()
    for process in 1...2 {
      let workbench = try await Workbench(
        Workbench.Dependencies(
          files: FakeFiles(sampleWorkspace()), store: store, clients: model, trainer: FakeTrainer()))
      _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", isFresh: true)))
      #expect(model.endpoints.withLock { $0.last } == (process == 2), "process \(process)")
    }
  }
}
