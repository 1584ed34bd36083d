import Content
import Domain
import Foundation
import Synchronization
import Testing

@testable import WorkbenchCore

/// The one gate before money.
@Suite struct ChargeTests {
  /// Remembers what was allowed.
  private final class Gate: TrustGate {
    private let allowed = Mutex<Set<Permission>>([])
    func standing(asking permissions: [Permission]) -> WorkspaceTrust { .trusted }
    func allow(_ permissions: [Permission]) { allowed.withLock { $0.formUnion(permissions) } }
    func allows(_ permissions: [Permission]) -> Bool { allowed.withLock { $0.isSuperset(of: permissions) } }
    var isForThisProcess: Bool { false }
  }

  private static func workspace(
    _ price: TokenPrice?, at address: String = "https://models.example/v1", maxTokens: Int? = 100
  ) -> Workspace {
    var workspace = sampleWorkspace(cases: 10)
    workspace.models[0] = ModelSpec(
      name: "m", api: .endpoint(Endpoint(.chat, baseURLs: [address], model: "x")), concurrency: 3, price: price)
    workspace.variants[0].sampling.maxTokens = maxTokens
    return workspace
  }

  private func workbench(
    _ workspace: Workspace, gate: any TrustGate = Gate(), model: FakeModel
  ) async throws -> Workbench {
    try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(workspace), store: FakeStore(), clients: model, trainer: FakeTrainer(), gate: gate))
  }

  private let echo: @Sendable (ModelRequest, Int) async throws -> Answer = { request, _ in
    Answer(text: request.messages.last?.content ?? "", usage: TokenUsage(prompt: 10, completion: 5))
  }

  /// Dear enough that ten requests of 100 tokens cost ten dollars.
  private let dear = TokenPrice(input: 1, output: 10_000)

  @Test func typedInputsAndWhatAVerdictMissesPassTheGate() async throws {
    let model = FakeModel(echo)
    let workbench = try await workbench(Self.workspace(dear), model: model)
    let base = try #require(await workbench.snapshot.workspace.variants.first)
    var new = Variant(name: "new", model: base.model, prompt: base.prompt)
    new.sampling = base.sampling
    await workbench.submit(.duel(DuelRequest(variants: ["base"], set: "main", text: "typed")))
    await workbench.submit(.measure(MeasureRequest(adding: new, on: "main")))
    #expect(model.asked == 0)
    let charges = await workbench.snapshot.charges
    try #require(charges.count == 2)
    #expect(charges[0].charge.requests == 1 && charges[1].charge.requests == 10)
    // Asking what it costs writes nothing.
    #expect(await workbench.snapshot.workspace.variant("new") == nil)
    try await workbench.perform(.answerCharge(charges[0].id, isAgreed: true))
    #expect(model.asked == 1)
    // Who agreed once to trials of a variant isn't asked for each.
    try await workbench.perform(.duel(DuelRequest(variants: ["base"], set: "main", text: "again")))
    #expect(model.asked == 2)
    try await workbench.perform(.answerCharge(charges[1].id, isAgreed: true))
    #expect(await workbench.snapshot.workspace.variant("new") != nil)
    #expect(await workbench.snapshot.runs.first?.variant.name == "new")
  }

  @Test func nothingDearBeginsUnasked() async throws {
    let model = FakeModel(echo)
    let workbench = try await workbench(Self.workspace(dear), model: model)
    let commands: [Command] = [
      .evaluate(EvaluateRequest(variant: "base")),
      .tryPrompt(RenderRequest(variant: "base", set: "main", caseID: nil)),
      .testModel("m"),
    ]
    for command in commands {
      await #expect(throws: WorkbenchError.self) { try await workbench.perform(command) }
      await workbench.submit(command)
    }
    #expect(model.asked == 0)
    let charges = await workbench.snapshot.charges
    #expect(charges.map(\.command) == commands)
    #expect(charges.allSatisfy { $0.charge.mustAsk })
    let range = try #require(charges[0].charge.dollars?.high)
    #expect(abs(range - 10) < 0.1 && charges[0].charge.requests == 10)
    #expect(charges[0].charge.items[0].sentence.hasPrefix("base on main: 10 requests, "))

    // No is no, and yes does just that.
    try await workbench.perform(.answerCharge(charges[1].id, isAgreed: false))
    #expect(model.asked == 0)
    try await workbench.perform(.answerCharge(charges[0].id, isAgreed: true))
    #expect(model.asked == 10)
    #expect(await workbench.snapshot.charges.map(\.id) == [charges[2].id])
    // What is answered already costs nothing any more.
    _ = try await workbench.perform(commands[0])
    #expect(model.asked == 10)
  }

  @Test func littleBeginsAtOnce() async throws {
    let model = FakeModel(echo)
    let workbench = try await workbench(Self.workspace(TokenPrice(input: 1, output: 1)), model: model)
    _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base")))
    #expect(model.asked == 10)
    #expect(await workbench.charge(for: [.evaluate(EvaluateRequest(variant: "base", isFresh: true))])?.mustAsk == false)
  }

  @Test func littleAtATimeIsOneExpense() async throws {
    let (started, gate) = (AsyncStream.makeStream(of: Void.self), AsyncStream.makeStream(of: Void.self))
    let model = FakeModel { request, number in
      started.continuation.yield()
      for await _ in gate.stream { break }
      return try await echo(request, number)
    }
    // Ten answers of 100 tokens: eight cents at most.
    let workbench = try await workbench(Self.workspace(TokenPrice(input: 0, output: 80)), model: model)
    let first = Task { try await workbench.perform(.evaluate(EvaluateRequest(variant: "base"))) }
    for await _ in started.stream { break }
    await #expect(throws: WorkbenchError.self, "sixteen cents together") {
      try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", isFresh: true)))
    }
    gate.continuation.finish()
    _ = try await first.value
    #expect(await workbench.unaskedDollars == 0)
    _ = try await workbench.perform(.evaluate(EvaluateRequest(variant: "base", isFresh: true)))
  }

  @Test func aWorkspaceMayOnlyLowerTheLimit() async throws {
    var workspace = Self.workspace(TokenPrice(input: 0, output: 80))
    let request = Command.evaluate(EvaluateRequest(variant: "base"))
    workspace.confirmAbove = 0.01
    #expect(try await workbench(workspace, model: FakeModel(echo)).charge(for: [request])?.mustAsk == true)
    workspace = Self.workspace(dear)
    workspace.confirmAbove = 1_000_000
    #expect(try await workbench(workspace, model: FakeModel(echo)).charge(for: [request])?.mustAsk == true)
  }

  @Test func aServerWithoutPricesIsAskedAboutOnce() async throws {
    let model = FakeModel(echo)
    let gate = Gate()
    let bench = try await workbench(Self.workspace(nil), gate: gate, model: model)
    await bench.submit(.evaluate(EvaluateRequest(variant: "base")))
    let charge = try #require(await bench.snapshot.charges.first)
    #expect(charge.charge.dollars == nil && model.asked == 0)
    #expect(charge.charge.permissions == [.unpriced(origin: "https://models.example")])
    try await bench.perform(.answerCharge(charge.id, isAgreed: true))
    #expect(model.asked == 10)
    _ = try await bench.perform(.evaluate(EvaluateRequest(variant: "base", isFresh: true)))
    let later = try await workbench(Self.workspace(nil), gate: gate, model: model)
    _ = try await later.perform(.evaluate(EvaluateRequest(variant: "base")))
    #expect(model.asked == 30)
  }

  @Test func whatRunsHereNeverAsks() async throws {
    for address in ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:9/v1"] {
      let bench = try await workbench(Self.workspace(nil, at: address), model: FakeModel(echo))
      #expect(await bench.charge(for: [.evaluate(EvaluateRequest(variant: "base"))]) == nil)
    }
    let free = try await workbench(Self.workspace(TokenPrice(input: 0, output: 0)), model: FakeModel(echo))
    #expect(await free.charge(for: [.evaluate(EvaluateRequest(variant: "base"))]) == nil)
    let bench = try await workbench(Self.workspace(dear), model: FakeModel(echo))
    #expect(await bench.charge(for: [.evaluate(EvaluateRequest(variant: "tuned"))]) == nil)
    #expect(await bench.charge(for: [.testModel("tiny"), .reload]) == nil)
  }

  @Test func anAnswerWithoutALimitHasNoUpperBound() async throws {
    let bench = try await workbench(
      Self.workspace(TokenPrice(input: 0.001, output: 0.001), maxTokens: nil), model: FakeModel(echo))
    let charge = await bench.charge(for: [.evaluate(EvaluateRequest(variant: "base"))])
    #expect(charge?.mustAsk == true && charge?.dollars?.high == nil)
    let limited = EvaluateRequest(variant: "base", budget: RunPlan.Budget(dollars: 0.05))
    #expect(await bench.charge(for: [.evaluate(limited)])?.mustAsk == false, "a limit in dollars bounds it")
  }
}

/// What comes of an answer that is stored before it is graded.
@Suite struct StoredBeforeGradedTests {
  @Test func storedAnswersAreGradedTheNextTime() async throws {
    let store = FakeStore()
    let model = FakeModel { request, _ in Answer(text: request.messages.last?.content ?? "") }
    let bench = try await Workbench(
      Workbench.Dependencies(
        files: FakeFiles(sampleWorkspace()), store: store, clients: model, trainer: FakeTrainer()))
    let run = try await evaluate(bench, limit: 1)
    // As if the process had died between the two for the next case.
    let subject = try await bench.evaluable(EvaluateRequest(variant: "base"))
    let identity = try await bench.identity(of: subject)
    let evalCase = subject.set.cases[1]
    let key = identity.key(for: try Workbench.messages(for: evalCase, subject), of: evalCase, sample: 0)
    _ = try await store.record([], ungraded: [(key: key, answer: Answer(text: "word 2"))], in: run.id, seconds: 0)
    let whole = try await evaluate(bench)
    #expect(whole.summary.done == 4 && whole.summary.passed == 4)
    #expect(model.asked == 3)
  }

  @Test func answersWaitForTheirGradesOnDisk() {
    var answers = UngradedAnswers()
    let entry = UngradedAnswers.Entry(key: ContentHash(hex: "a"), answer: Answer(text: "x"))
    #expect(answers.isEmpty && !answers.hasUnstored)
    answers.arrived(entry, at: 3)
    let stored = answers.takeUnstored()
    #expect(stored == [entry] && !answers.isEmpty && !answers.hasUnstored)
    answers.graded(at: 3)
    #expect(answers.isEmpty)
    answers.arrived(entry, at: 4)
    answers.graded(at: 4)
    let left = answers.takeUnstored()
    #expect(left.isEmpty, "what was graded at once is stored with its grade")
  }
}
