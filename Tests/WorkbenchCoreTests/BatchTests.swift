import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

/// A provider of batches in memory, which outlives the workbenches that use it.
final class FakeBatches: BatchService {
  struct State {
    var submitted: [(name: String, label: String, requests: [(id: String, request: ModelRequest)])] = []
    var files: [[BatchRequest]] = []
    var polls = 0
    var cancelled: [String] = []
  }
  let state = Mutex(State())
  /// What becomes of a request.
  let answer: @Sendable (ModelRequest) -> Result<Answer, ModelFailure>?
  /// How many looks until a batch is over.
  let looks: Int
  /// Thrown after a batch has arrived, as when the connection breaks before the reply.
  let breaksAfterSubmitting: Mutex<Bool>

  init(
    looks: Int = 2, breaksAfterSubmitting: Bool = false,
    _ answer: @escaping @Sendable (ModelRequest) -> Result<Answer, ModelFailure>?
  ) {
    self.answer = answer
    self.looks = looks
    self.breaksAfterSubmitting = Mutex(breaksAfterSubmitting)
  }

  let largest = 6
  let priceShare = 0.5
  let settling = 0.0
  func fitting(_ requests: ArraySlice<BatchRequest>) -> Int { min(largest, requests.count) }
  func upload(_ requests: ArraySlice<BatchRequest>) async throws -> String {
    state.withLock {
      $0.files.append(Array(requests))
      return "file_\($0.files.count)"
    }
  }
  func begin(file: String, label: String) async throws -> String {
    let name = state.withLock {
      let requests = $0.files[(Int(file.dropFirst(5)) ?? 1) - 1]
      $0.submitted.append(("batch_\($0.submitted.count + 1)", label, requests))
      return $0.submitted.last?.name ?? ""
    }
    let breaks = breaksAfterSubmitting.withLock { breaks in
      defer { breaks = false }
      return breaks
    }
    if breaks { throw ModelFailure.unavailable("The connection broke.") }
    return name
  }
  func find(label: String, file: String?) async throws -> String? {
    state.withLock { $0.submitted.last { $0.label == label }?.name }
  }
  func status(of batch: String) async throws -> BatchStatus {
    let polls = state.withLock {
      $0.polls += 1
      return $0.polls
    }
    return BatchStatus(
      word: polls < looks ? "in_progress" : "completed", isOver: polls >= looks, total: 6, completed: 6)
  }
  func answers(of batch: String) async throws -> [(id: String, answer: Result<Answer, ModelFailure>)] {
    let requests = state.withLock { $0.submitted.first { $0.name == batch }?.requests ?? [] }
    return requests.reversed().compactMap { id, request in answer(request).map { (id, $0) } }
  }
  func cancel(_ batch: String) async throws { state.withLock { $0.cancelled.append(batch) } }
}

/// A model that takes batches, and refuses every live request.
struct BatchModel: ModelClient, ModelClients {
  let service: FakeBatches
  var batches: (any BatchService)? { service }
  func client(for model: ModelSpec, adapter: String?, workspace: String) throws -> any ModelClient { self }
  func prepare() async throws {}
  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    throw ModelFailure.rejected("No live requests here.")
  }
  func tokenCounts(of texts: [String]) async -> [Int]? { nil }
}

@Suite struct BatchTests {
  private func workbench(_ service: FakeBatches, store: FakeStore, maxTokens: Int? = 50) async throws -> Workbench {
    var workspace = sampleWorkspace(cases: 10)
    workspace.models[0].price = TokenPrice(input: 1, output: 10)
    for index in workspace.variants.indices { workspace.variants[index].sampling.maxTokens = maxTokens }
    return try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(workspace), store: store, clients: BatchModel(service: service), trainer: FakeTrainer()))
  }

  private static let echo: @Sendable (ModelRequest) -> Result<Answer, ModelFailure>? = {
    .success(Answer(text: $0.messages[1].content, usage: TokenUsage(prompt: 10, completion: 10)))
  }

  @Test func answersAreJoinedToTheirCasesAtHalfThePrice() async throws {
    let service = FakeBatches(Self.echo)
    let workbench = try await workbench(service, store: FakeStore())
    let request = EvaluateRequest(variant: "base", inBatches: true)
    let run = try await workbench.evaluate(request, consent: .notAsked)
    #expect(run.state == .finished && run.summary.passed == 10)
    #expect(service.state.withLock { $0.submitted.map(\.requests.count) } == [6, 4])
    #expect(abs((run.summary.cost ?? 0) - 10 * 0.5 * (10 * 1 + 10 * 10) / 1e6) < 1e-12)
    #expect(try await workbench.openBatches().isEmpty)
    _ = try await workbench.perform(.evaluate(request))
    #expect(service.state.withLock { $0.submitted.count } == 2)
  }

  @Test func aBatchThatArrivedThoughNobodyHeardIsFoundAndNotSubmittedTwice() async throws {
    let service = FakeBatches(breaksAfterSubmitting: true, Self.echo)
    let store = FakeStore()
    let first = try await workbench(service, store: store)
    let request = EvaluateRequest(variant: "base", inBatches: true)
    await #expect(throws: WorkbenchError.self) { try await first.perform(.evaluate(request)) }
    // Another process, and even without asking for batches: what is at the provider comes first.
    let second = try await workbench(service, store: store)
    #expect(try await second.openBatches().count == 1)
    let run = try await second.evaluate(request, consent: .notAsked)
    #expect(run.state == .finished && run.summary.done == 10)
    #expect(service.state.withLock { $0.submitted.map(\.requests.count) } == [6, 4])
    let ids = service.state.withLock { $0.submitted.flatMap { $0.requests.map(\.id) } }
    #expect(Set(ids).count == 10)
  }

  @Test func requestsThatFailedAreFailuresAndAskedAgain() async throws {
    let hasFailed = Mutex(false)
    let service = FakeBatches { request in
      let first = hasFailed.withLock { failed in
        defer { if request.caseID == "c1" { failed = true } }
        return !failed
      }
      if request.caseID == "c3", first { return .failure(.busy("Too many.", retryAfter: nil)) }
      if request.caseID == "c4", first { return nil }
      return Self.echo(request)
    }
    let workbench = try await workbench(service, store: FakeStore())
    let request = EvaluateRequest(variant: "base", limit: 4, inBatches: true)
    let run = try await workbench.evaluate(request, consent: .notAsked)
    #expect(run.summary.done == 2 && run.summary.errors == 2 && run.state == .paused)
    let again = try await workbench.evaluate(request, consent: .notAsked)
    #expect(again.summary.done == 4 && again.summary.errors == 0)
    #expect(service.state.withLock { $0.submitted.map(\.requests.count) } == [4, 2])
  }

  @Test func casesThatNobodyAsksForNowAreKeptAllTheSame() async throws {
    let service = FakeBatches(breaksAfterSubmitting: true, Self.echo)
    let store = FakeStore()
    let first = try await workbench(service, store: store)
    _ = try? await first.perform(.evaluate(EvaluateRequest(variant: "base", limit: 6, inBatches: true)))
    let second = try await workbench(service, store: store)
    let request = EvaluateRequest(variant: "base", limit: 2, inBatches: true)
    let part = try await second.evaluate(request, consent: .notAsked)
    #expect(part.summary.done == 2)
    #expect(try await store.outputs(of: part.id).count == 6)
    #expect(service.state.withLock { $0.submitted.count } == 1)
  }

  @Test func aBatchThatIsLostForGoodCanBeForgotten() async throws {
    let service = FakeBatches(breaksAfterSubmitting: true, Self.echo)
    let workbench = try await workbench(service, store: FakeStore())
    _ = try? await workbench.perform(.evaluate(EvaluateRequest(variant: "base", inBatches: true)))
    let run = try #require(await workbench.snapshot.runs.first)
    #expect(try await workbench.forgetBatches(of: run.id) == 1)
    #expect(try await workbench.openBatches().isEmpty)
  }

  @Test func aBatchThatMightCostMoreThanItsBudgetIsNotHandedIn() async throws {
    let service = FakeBatches(Self.echo)
    let workbench = try await workbench(service, store: FakeStore())
    let request = EvaluateRequest(
      variant: "base", inBatches: true, budget: RunPlan.Budget(dollars: 0.000_1))
    await #expect(throws: WorkbenchError.self) { try await workbench.perform(.evaluate(request)) }
    #expect(service.state.withLock { $0.submitted.isEmpty })
    let unlimited = try await self.workbench(service, store: FakeStore(), maxTokens: nil)
    await #expect {
      try await unlimited.perform(.evaluate(request))
    } throws: { "\($0)".contains("max_tokens") }
  }
}
